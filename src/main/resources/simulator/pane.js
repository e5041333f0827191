// One person's window: who it is, which conversation is open, what was said there.

import { bubble } from './bubbles.js';
import { Composer } from './composer.js';
import { avatar, h, icon } from './dom.js';
import { t } from './words.js';

const MAX_BUBBLES = 500;
const TRIES = [t('hello'), t('/help'), t('## Deploy done\n\n- **api** 2.4.1\n- *web* 1.9.0\n\n> by [Camel](https://camel.apache.org)')];

let count = 0;

/** A window of the page. */
export class Pane {
  #unread = new Set();

  /** @param world who and what there is, and the messages; see main.js */
  constructor(world, staffId, conversation, onClose) {
    this.world = world;
    this.staffId = staffId;
    this.open = conversation;
    const id = `pane-${++count}`;
    this.face = h('span', { class: 'face' });
    this.who = h('select', { 'aria-label': t('Who are you?'), class: 'who', change: () => this.become(this.who.value) });
    this.admin = h('button', { type: 'button', class: 'chip', title: t('Whether DingTalk calls this person an admin'), click: () => this.#toggleAdmin() },
        t('admin'));
    this.close = h('button', { type: 'button', class: 'quiet close', title: t('Close this window'), 'aria-label': t('Close this window'),
      click: () => onClose(this) }, icon('close'));
    this.tabs = h('div', { class: 'tabs', role: 'tablist', 'aria-label': t('Conversations'), keydown: event => this.#arrow(event) });
    this.answering = h('select', { 'aria-label': t('Answered by'), change: () => this.#chooseAgent() });
    this.answered = h('label', { class: 'answered', hidden: true, title: t('The agent that this conversation is bound to, as by /bind') },
        h('span', null, t('Answered by')), this.answering);
    this.list = h('ol', { class: 'messages', id, role: 'log', 'aria-live': 'polite', 'aria-label': t('Messages'), tabindex: '0' });
    this.complaint = h('div', { class: 'complaint', role: 'alert', hidden: true });
    this.composer = new Composer(order => this.world.say({ ...order, user: this.staffId, group: this.#group() }), text => this.#complain(text));
    this.element = h('section', { class: 'pane', 'aria-label': t('Chat window') },
        h('header', null, this.face, h('div', { class: 'who-box' }, this.who, this.admin), this.close), this.tabs, this.answered, this.list, this.complaint, this.composer.element);
    this.scene();
  }

  /** Everybody and every group there is now. */
  scene() {
    const people = this.world.people();
    this.who.replaceChildren(...people.map(person => h('option', { value: person.staffId, selected: person.staffId === this.staffId },
        person.outsider ? `${person.nick} · ${t('external')}` : person.nick)));
    this.who.value = this.staffId;
    const me = this.#me();
    this.face.replaceChildren(avatar(me.nick, me.senderId));
    this.admin.setAttribute('aria-pressed', String(me.admin));
    this.admin.hidden = me.outsider;
    if (this.open !== 'dm' && !this.world.groups().some(group => group.conversationId === this.open)) {
      this.open = 'dm';
    }
    this.#drawTabs();
    this.draw();
  }

  become(staffId) {
    this.staffId = staffId;
    this.#unread.clear();
    this.scene();
    this.world.remember();
  }

  /** All of the open conversation anew. */
  draw() {
    const messages = this.world.messages(this.#conversationId()).slice(-MAX_BUBBLES);
    this.list.replaceChildren(...(messages.length ? messages.map(message => this.#bubble(message)) : [this.#nothingYet()]));
    this.list.classList.toggle('empty', !messages.length);
    this.composer.opened(this.open !== 'dm', this.#conversationId());
    this.#scroll();
    this.#askAgents();
  }

  /** Which agent answers here: a command such as /bind may have changed it. */
  async #askAgents() {
    const conversation = this.#conversationId();
    const known = conversation ? await this.world.agents(conversation).catch(() => null) : null;
    if (conversation !== this.#conversationId()) {
      return;
    }
    this.answered.hidden = !known || known.agents.length < 2;
    if (known && document.activeElement !== this.answering) {
      const names = known.answering && !known.agents.includes(known.answering) ? [...known.agents, known.answering] : known.agents;
      this.answering.replaceChildren(...names.map(name => h('option', { value: name }, name === 'simulated-model' ? t('simulated model') : name)));
      this.answering.value = known.answering ?? '';
    }
  }

  async #chooseAgent() {
    await this.world.chooseAgent(this.#conversationId(), this.answering.value).catch(error => this.#complain(error.message));
    this.answering.blur();
    this.composer.input.focus();
    this.#askAgents();
  }

  /** A message that is new. */
  add(message) {
    if (message.conversationId !== this.#conversationId()) {
      if (this.#conversations().some(([, id]) => id === message.conversationId)) {
        this.#unread.add(message.conversationId);
        this.#drawTabs();
      }
      return;
    }
    const near = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 120;
    if (this.list.classList.contains('empty')) {
      this.list.replaceChildren();
      this.list.classList.remove('empty');
    }
    this.list.append(this.#bubble(message));
    while (this.list.children.length > MAX_BUBBLES) {
      this.list.firstChild.remove();
    }
    if (near || this.#isMine(message)) {
      this.#scroll();
    }
    if (message.kind === 'shown') {
      this.#askAgents();
    }
  }

  /** A message about which more is known now. */
  update(message) {
    const shown = [...this.list.children].find(child => child.dataset.number === String(message.number));
    if (shown && message.conversationId === this.#conversationId()) {
      const near = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 120;
      const focused = shown.contains(document.activeElement);
      const fresh = this.#bubble(message);
      if ((focused && !message.card && !message.recalled) || message.kind === 'said') {
        // what it says stays as it is; the focus too
        shown.className = fresh.className;
        shown.querySelector('.way').replaceChildren(...fresh.querySelector('.way').childNodes);
      } else {
        const action = focused ? document.activeElement.dataset.action : null;
        shown.replaceWith(fresh);
        if (focused) {
          ([...fresh.querySelectorAll('[data-action]')].find(button => button.dataset.action === action) ?? this.list).focus({ preventScroll: true });
        }
      }
      if (near) {
        this.#scroll();
      }
    }
  }

  conversationId() {
    return this.#conversationId();
  }

  #bubble(message) {
    return bubble(message, this.#isMine(message), this.world, quoted => this.composer.quote(quoted),
        { staffId: this.staffId, press: (card, action, params) => this.#press(card, action, params) });
  }

  async #press(card, action, params) {
    const order = { outTrackId: card.outTrackId, user: this.staffId, group: this.#group(), action, params };
    const clicked = await this.world.click(order).catch(error => ({ fault: error.message }));
    if (!clicked.accepted) {
      this.#complain(t('The click failed: {0}', clicked.fault));
    }
  }

  #isMine(message) {
    return message.kind === 'said' && message.senderId === this.#me().senderId;
  }

  #me() {
    return this.world.person(this.staffId);
  }

  #group() {
    return this.open === 'dm' ? null : this.open;
  }

  #conversationId() {
    return this.#group() ?? this.world.dm(this.staffId);
  }

  #conversations() {
    return [['dm', this.world.dm(this.staffId), this.world.robot()?.name ?? t('Robot')],
      ...this.world.groups().map(group => [group.conversationId, group.conversationId, group.title])];
  }

  #drawTabs() {
    const focused = this.tabs.contains(document.activeElement);
    this.tabs.replaceChildren(...this.#conversations().map(([key, id, title]) => h('button', {
      type: 'button', role: 'tab', 'aria-selected': String(key === this.open), 'aria-controls': this.list.id, tabindex: key === this.open ? '0' : '-1',
      'data-conversation': key, class: this.#unread.has(id) ? 'unread' : null, click: () => this.#go(key) },
    key === 'dm' ? icon('camel') : h('span', { class: 'hash', 'aria-hidden': 'true' }, '#'), h('span', null, title),
    this.#unread.has(id) ? h('span', { class: 'sr' }, t(' (new messages)')) : null)));
    if (focused) {
      this.tabs.querySelector('[aria-selected="true"]').focus();
    }
  }

  #go(key) {
    this.open = key;
    this.#unread.delete(this.#conversationId());
    this.#drawTabs();
    this.draw();
    this.world.remember();
  }

  #arrow(event) {
    const keys = this.#conversations().map(([key]) => key);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.#go(keys[(keys.indexOf(this.open) + step + keys.length) % keys.length]);
    }
  }

  #nothingYet() {
    return h('li', { class: 'nothing-yet' }, h('span', { class: 'big-face' }, avatar('', '', true)),
        h('p', null, t(this.open === 'dm' ? 'Say something to the robot.' : 'A group. The robot receives only messages that mention it.')),
        h('p', { class: 'small' }, t('Every message takes the real path: DingTalk’s protocol, the store, the routes.')),
        h('div', { class: 'tries' }, TRIES.map((text, index) => h('button', { type: 'button', class: 'try', click: () => this.composer.suggest(text) },
            [t('hello'), t('/help'), t('some markdown')][index]))));
  }

  #scroll() {
    this.list.scrollTop = this.list.scrollHeight;
  }

  async #toggleAdmin() {
    const me = this.#me();
    await this.world.addPerson({ ...me, admin: !me.admin }).catch(error => this.#complain(error.message));
  }

  #complain(text) {
    this.complaint.textContent = text;
    this.complaint.hidden = false;
    setTimeout(() => { this.complaint.hidden = true; }, 8000);
  }
}
