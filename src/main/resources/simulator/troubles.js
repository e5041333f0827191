// Buttons that make trouble, and what became of it.

import { clock, h, icon } from './dom.js';
import { t } from './words.js';

const BUTTONS = [
  ['disconnect', 'Disconnect', 'DingTalk takes leave of a Stream connection'],
  ['blackHole', 'Black hole', 'A Stream connection stays open, and nothing gets through'],
  ['expireToken', 'Expire token', 'The access token is invalid at the next call'],
  ['expireSession', 'Expire session', 'The session webhook of the next reply is expired'],
  ['throttle', 'Throttle', 'The next reply is refused as too fast'],
  ['fail', '5xx', 'The next reply meets a server error'],
  ['twice', 'Deliver twice', 'The last message of the first window is delivered once more'],
  ['peace', 'Peace', 'Nothing more is planned'],
];

const STRUCK = {
  expireToken: path => t(path.includes('sendBySession') ? 'The session webhook was expired.' : 'The access token was expired.'),
  throttle: () => t('A reply was throttled.'),
  fail: () => t('A reply met a server error.'),
};

const MAX_LINES = 50;

/** The box of troubles. */
export class TroubleBox {
  /** @param make asks the simulator for one; a promise of what it did */
  constructor(make) {
    this.log = h('ol', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': t('What happened') });
    this.element = h('section', { class: 'troubles', 'aria-label': t('Trouble') }, h('h2', null, t('Make trouble')),
        h('div', { class: 'trouble-buttons' }, BUTTONS.map(([kind, name, title]) => h('button', { type: 'button', class: 'trouble', title: t(title), 'data-trouble': kind,
          click: async () => this.tell(await make(kind).catch(error => t('It did not work: {0}', error.message))) }, icon(kind), h('span', null, t(name))))),
        this.log);
  }

  /** A planned trouble met a request. */
  struck({ kind, path, time }) {
    this.tell(`${(STRUCK[kind] ?? (() => t('{0} struck.', kind)))(path)} ${path}`, time, 'struck');
  }

  tell(text, time = new Date().toISOString(), tone = null) {
    this.log.prepend(h('li', { class: tone }, h('time', { datetime: time }, clock(time)), h('span', null, text)));
    while (this.log.children.length > MAX_LINES) {
      this.log.lastChild.remove();
    }
  }

  clear() {
    this.log.replaceChildren();
  }
}
