// Buttons that inject faults, and a log of what they did.

import { clock, h, icon } from './dom.js';
import { t } from './words.js';

const BUTTONS = [
  ['disconnect', 'Disconnect', 'DingTalk announces the end of a Stream connection and closes it'],
  ['blackHole', 'Black hole', 'A Stream connection stays open, but no data gets through'],
  ['expireToken', 'Expire token', 'The access token is invalid at the next call'],
  ['expireSession', 'Expire session', 'The session webhook of the next reply is expired'],
  ['throttle', 'Throttle', 'The next reply is throttled'],
  ['fail', '5xx', 'The next reply gets a server error'],
  ['twice', 'Deliver twice', 'The last message of the first window is delivered again'],
  ['peace', 'Clear', 'Removes all planned faults'],
];

/** Faults of cards that show replies while they form. */
const CARD_BUTTONS = [
  ['cardThrottle', 'Throttle', 'The next three calls for cards are throttled'],
  ['cardLostCreate', 'Lost card', 'The next card is made, and the answer is lost'],
  ['cardLostEnd', 'Lost end', 'The end of the next card is shown, and the answer is lost'],
  ['cardExpire', 'Expire', 'The card that forms expires'],
  ['cardNoTemplate', 'No template', 'The template of the next card does not exist'],
];

/** Faults of the simulated model. */
const MODEL_BUTTONS = [
  ['modelSlow', 'Slow', 'The next answer comes with a pause of a second before each piece'],
  ['modelNeverEnd', 'Never ends', 'The next answer begins and never ends: /stop closes the connection'],
  ['modelBreak', 'Breaks off', 'The connection is closed in the middle of the next answer'],
  ['modelCutOff', 'Cut off', 'The next answer uses up its tokens'],
  ['modelThrottle', 'Throttle', 'The next call is refused as one too many'],
  ['modelFail', '5xx', 'The next call gets a server error'],
  ['modelRejectKey', 'Reject key', 'The next call is refused for its key'],
  ['modelUnknownModel', 'No model', 'The next call finds no such model'],
  ['modelTooLong', 'Too long', 'The next prompt is longer than the model takes'],
  ['modelFilter', 'Filter', 'The next answer is withheld by a content filter'],
];

const TRIGGERED = {
  expireToken: path => t(path.includes('sendBySession') ? 'The session webhook was expired.' : 'The access token was expired.'),
  throttle: () => t('A reply was throttled.'),
  fail: () => t('A reply got a server error.'),
  model: () => t('The simulated model:'),
};

const MAX_LINES = 50;

/** The panel with the buttons and their log. */
export class FaultPanel {
  /** @param make asks the simulator for one; a promise of what it did */
  constructor(make) {
    this.log = h('ol', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-label': t('What happened') });
    this.element = h('section', { class: 'faults', 'aria-label': t('Faults') }, h('h2', null, t('Inject a fault')),
        this.#buttons(BUTTONS, make, kind => icon(kind)),
        h('details', { class: 'model-faults' }, h('summary', null, t('Faults of cards')), this.#buttons(CARD_BUTTONS, make, () => null)),
        h('details', { class: 'model-faults' }, h('summary', null, t('Faults of the simulated model')), this.#buttons(MODEL_BUTTONS, make, () => null)),
        this.log);
  }

  #buttons(buttons, make, picture) {
    return h('div', { class: 'fault-buttons' }, buttons.map(([kind, name, title]) => h('button', { type: 'button', class: 'fault', title: t(title), 'data-fault': kind,
      click: async () => this.tell(await make(kind).catch(error => t('It failed: {0}', error.message))) }, picture(kind), h('span', null, t(name)))));
  }

  /** A planned fault was triggered by a request. */
  triggered({ kind, path, time }) {
    this.tell(`${(TRIGGERED[kind] ?? (() => t('Fault {0} was triggered.', kind)))(path)} ${path}`, time, 'struck');
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
