// Where one writes: text, pictures, files, voice, quotes; Enter sends. Commands are offered after a slash.

import { excerpt } from './bubbles.js';
import { completed, matching } from './commands.js';
import { h, icon } from './dom.js';
import { t, translated } from './words.js';

let count = 0;

/** Writes what the person of a pane says. */
export class Composer {
  #at = true;
  #quote = null;
  #conversation = null;
  #offered = [];
  #chosen = 0;

  /** @param send called with an order of the simulator's, without who and where; a promise */
  constructor(send, complain) {
    this.send = send;
    this.complain = complain;
    const id = `composer-${++count}`;
    this.input = h('textarea', {
      rows: 1, id, placeholder: t('Message the robot, or / for commands'), 'aria-label': t('Message'), maxlength: 20000, 'aria-autocomplete': 'list',
      'aria-haspopup': 'listbox', 'aria-controls': `${id}-commands`, autocomplete: 'off', spellcheck: 'false', enterkeyhint: 'send',
      input: () => this.#typed(), keydown: event => this.#key(event), blur: () => this.#offer([]),
    });
    this.commands = h('ul', { class: 'commands', id: `${id}-commands`, role: 'listbox', 'aria-label': t('Commands'), hidden: true });
    this.quoted = h('div', { class: 'quote-chip', hidden: true });
    this.mention = h('button', { type: 'button', class: 'tool mention-button', 'aria-pressed': 'true', title: t('In a group the robot receives only messages that mention it'),
      click: () => this.#mention(!this.#at) }, t('@ robot'));
    this.picture = this.#picker('picture', t('Send a picture'), 'image/*');
    this.file = this.#picker('file', t('Send a file'), null);
    this.voice = h('button', { type: 'button', class: 'tool', title: t('Send the text as a voice message with recognised speech'),
      'aria-label': t('Send as a voice message'),
      click: () => this.#say('audio') }, icon('voice'));
    this.element = h('form', { class: 'composer', submit: event => { event.preventDefault(); this.#say('text'); } },
        this.commands, this.quoted,
        h('div', { class: 'tools' }, this.mention, this.picture, this.file, this.voice,
            h('span', { class: 'hint' }, t('Enter sends, Shift+Enter breaks the line'))),
        h('div', { class: 'write' }, this.input, h('button', { type: 'submit', class: 'send', 'aria-label': t('Send') }, icon('send'))));
  }

  /** In a group one mentions the robot or not, and DingTalk takes no files and voices with a mention (docs/protocol.md 3.3). */
  opened(group, conversation) {
    this.mention.hidden = !group;
    for (const tool of [this.file, this.voice]) {
      tool.hidden = group;
    }
    // the same conversation is drawn anew when a person is added, and what one quotes stays
    if (conversation !== this.#conversation) {
      this.#conversation = conversation;
      this.unquote();
    }
  }

  quote(message) {
    this.#quote = message;
    this.quoted.replaceChildren(h('span', { class: 'quote-text' }, excerpt(message)),
        h('button', { type: 'button', class: 'quiet', 'aria-label': t('Remove the quote'), click: () => { this.unquote(); this.input.focus(); } }, icon('close')));
    this.quoted.hidden = false;
    this.input.focus();
  }

  unquote() {
    this.#quote = null;
    this.quoted.hidden = true;
  }

  /** Puts a text there to be sent. */
  suggest(text) {
    this.input.value = text;
    this.#grow();
    this.input.focus();
  }

  #mention(on) {
    this.#at = on;
    this.mention.setAttribute('aria-pressed', String(on));
  }

  #picker(kind, label, accept) {
    const chosen = h('input', { type: 'file', accept, hidden: true, tabindex: '-1', 'data-kind': kind, change: async () => {
      const [file] = chosen.files;
      chosen.value = '';
      if (file) {
        await this.#upload(kind, file);
      }
    } });
    return h('span', { class: 'tool-holder' }, chosen,
        h('button', { type: 'button', class: 'tool', title: label, 'aria-label': label, click: () => chosen.click() }, icon(kind)));
  }

  async #upload(kind, file) {
    try {
      const answer = await fetch('/simulator/chat/files', { method: 'POST', body: file, headers: { Accept: 'application/json' } });
      const kept = await answer.json();
      if (!answer.ok) {
        throw new Error(translated(kept.message));
      }
      await this.send({ kind, file: kept.file, fileName: file.name, at: this.#at });
    } catch (error) {
      this.complain(t('Not sent: {0}', error.message));
    }
  }

  async #say(kind) {
    const text = this.input.value;
    if (kind === 'text' && !text.trim()) {
      return;
    }
    const order = { kind, text, at: this.#at, quote: kind === 'text' ? this.#quote?.number : undefined };
    this.input.value = '';
    this.unquote();
    this.#offer([]);
    this.#grow();
    try {
      await this.send(order);
    } catch (error) {
      this.complain(t('Not sent: {0}', error.message));
    }
  }

  #typed() {
    this.#grow();
    this.#offer(matching(this.input.value));
  }

  #grow() {
    this.input.style.height = 'auto';
    this.input.style.height = `${Math.min(this.input.scrollHeight, 140)}px`;
  }

  #key(event) {
    if (event.isComposing) {
      return;
    }
    const offering = this.#offered.length > 0;
    if (offering && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      this.#choose((this.#chosen + (event.key === 'ArrowDown' ? 1 : -1) + this.#offered.length) % this.#offered.length);
    } else if (offering && event.key === 'Escape') {
      event.preventDefault();
      this.#offer([]);
    } else if (offering && event.key === 'Tab' && !event.shiftKey) {
      event.preventDefault();
      this.#take(this.#offered[this.#chosen]);
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      const command = this.#offered[this.#chosen];
      if (offering && !command.slice(0, 2).some(name => name.trim() === this.input.value)) {
        this.#take(command);
      } else {
        this.#say('text');
      }
    }
  }

  #offer(commands) {
    this.#offered = commands;
    this.commands.replaceChildren(...commands.map((command, index) => h('li', { role: 'option', id: `${this.commands.id}-${index}`,
      mousedown: event => { event.preventDefault(); this.#take(command); } },
    h('span', { class: 'command' }, command[0].trim()), h('span', { class: 'command' }, command[1].trim()), h('span', { class: 'effect' }, t(command[2])))));
    this.commands.hidden = !commands.length;
    this.#choose(0);
  }

  #choose(index) {
    this.#chosen = index;
    [...this.commands.children].forEach((option, at) => option.setAttribute('aria-selected', String(at === index)));
    this.commands.children[index]?.scrollIntoView({ block: 'nearest' });
    if (this.#offered.length) {
      this.input.setAttribute('aria-activedescendant', `${this.commands.id}-${index}`);
    } else {
      this.input.removeAttribute('aria-activedescendant');
    }
  }

  #take(command) {
    this.input.value = completed(command, this.input.value);
    this.#offer([]);
    this.input.focus();
  }
}
