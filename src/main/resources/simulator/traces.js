// The trace of a message in words. The application is asked for it through the simulator until the message is done.

import { h } from './dom.js';
import { t } from './words.js';

const FINAL = new Set(['done', 'failed', 'dead']);
const PROOFS = { hmac: t('verified by HMAC'), callback: t('verified by AES'), stream: t('verified by Stream') };
const ENTRIES = { stream: 'Stream', webhook: t('webhook'), encrypted: t('encrypted webhook') };
const CHANNELS = {
  session: t('by session webhook'), sessionWebhook: t('by session webhook'), oto: t('by robot API'), group: t('by robot API'), robotApi: t('by robot API'),
  webhook: t('by custom robot'), card: t('by card platform'), answer: t('in the answer to the callback'),
};

const ASK_AFTER_MS = [40, 120, 250, 500, 1000, 2000, 4000];
const GIVE_UP_UNKNOWN_AFTER = 12;
const GIVE_UP_AFTER = 200;
// so many ids fit into an address
const AT_ONCE = 20;

/** Asks for the traces of messages; reports each that is new. */
export class Traces {
  #waiting = new Map();
  #timer = null;

  constructor(tell) {
    this.tell = tell;
  }

  /** Asks soon, and again until the message is done. */
  follow(said, after = ASK_AFTER_MS[0]) {
    this.#waiting.set(said.msgId, { said, tries: 0, due: Date.now() + after });
    this.#schedule();
  }

  /** Something happened: asks soon for each message that is not done. */
  hurry() {
    const soon = Date.now() + ASK_AFTER_MS[0];
    for (const one of this.#waiting.values()) {
      one.due = Math.min(one.due, soon);
    }
    this.#schedule();
  }

  clear() {
    this.#waiting.clear();
  }

  #schedule() {
    clearTimeout(this.#timer);
    const due = Math.min(...[...this.#waiting.values()].map(one => one.due));
    if (Number.isFinite(due)) {
      this.#timer = setTimeout(() => this.#ask(), Math.max(10, due - Date.now()));
    }
  }

  async #ask() {
    // the newest first: it is what one looks at
    const due = [...this.#waiting.values()].filter(one => one.due <= Date.now()).reverse();
    const app = due[0]?.said.app;
    const asked = due.filter(one => one.said.app === app).slice(0, AT_ONCE);
    if (asked.length) {
      const query = new URLSearchParams({ app });
      asked.forEach(one => query.append('id', one.said.msgId));
      const known = await fetch(`/simulator/chat/ways?${query}`).then(answer => answer.ok ? answer.json() : {}).catch(() => ({}));
      asked.forEach(one => this.#heard(one, known[one.said.msgId]));
    }
    this.#schedule();
  }

  #heard(one, way) {
    one.tries++;
    one.due = Date.now() + (ASK_AFTER_MS[one.tries] ?? ASK_AFTER_MS.at(-1));
    const over = way ? FINAL.has(way.state) : one.tries > GIVE_UP_UNKNOWN_AFTER;
    if (over || one.tries > GIVE_UP_AFTER) {
      this.#waiting.delete(one.said.msgId);
    }
    if (way) {
      this.tell(one.said, way);
    }
  }
}

/** The steps of a user message; a list of nodes. */
export function saidWay(said) {
  const { way, answer } = said;
  const stations = [];
  const station = (text, tone) => text && stations.push(h('span', { class: tone ? `station ${tone}` : 'station' }, text));
  if (said.again) {
    station(said.again === 1 ? t('delivered twice') : t('delivered {0} times', said.again + 1), 'notable');
  }
  if (answer && !answer.accepted) {
    station(t('refused: {0}', answer.fault ?? answer.status), 'bad');
  }
  if (way) {
    known(way, station);
  } else if (!answer) {
    station(t('being delivered by {0} …', entry(said)));
  } else if (answer.accepted) {
    station(t('by {0}', entry(said)));
    station(said.group && !said.at ? t('without @: ignored by the robot') : t('accepted in {0} ms', answer.tookMs));
  }
  return stations;
}

function entry(said) {
  return ENTRIES[said.encrypted ? 'encrypted' : said.by];
}

function known(way, station) {
  station(PROOFS[way.proof] ?? (way.by ? t('by {0}', ENTRIES[way.by] ?? way.by) : null));
  station(Number.isFinite(way.storedMs) ? t('stored in {0} ms', way.storedMs) : null);
  if (way.kind === 'command') {
    station(t('a command'));
  }
  if (way.kind === 'refusal') {
    station(t('denied by the access policy'), 'notable');
  }
  station(way.boundBy ? t('bound by {0}', t(way.boundBy)) : null);
  station([way.agent ? t('agent {0}', way.agent) : null, Number.isFinite(way.agentMs) ? t('{0} ms', way.agentMs) : null].filter(Boolean).join(' '));
  station(way.attempts > 1 ? t('attempt {0}', way.attempts) : null, 'notable');
  const states = { received: [t('queued …')], running: [t('running …'), 'busy'], failed: [t('failed: {0}', way.error ?? t('see the log')), 'bad'],
    dead: [t('dead letter: {0}', way.error ?? t('see the log')), 'bad'] };
  if (states[way.state]) {
    station(...states[way.state]);
  }
  if (way.state !== 'dead' && Array.isArray(way.deadLetters) && way.deadLetters.length) {
    station(t('has a dead letter'), 'bad');
  }
}

/** The steps of a message from the robot. */
export function shownWay(shown) {
  const { reply } = shown;
  return [
    reply && reply.of > 1 ? h('span', { class: 'station chunk-number' }, t('chunk {0}/{1}', reply.chunk, reply.of)) : null,
    h('span', { class: 'station' }, CHANNELS[shown.channel] ?? shown.channel),
  ].filter(Boolean);
}

/**
 * Assigns the replies that the application reports to the deliveries that people saw: as many as there are, the last ones before the last
 * was noted as sent. Computed again each time, so that an early wrong guess is corrected.
 */
export function assignReplies(said, way, all) {
  const replies = (way.replies ?? []).toSorted((a, b) => a.chunk - b.chunk);
  const before = all.filter(shown => shown.reply?.msgId === said.msgId);
  const former = new Map(before.map(shown => [shown, shown.reply]));
  before.forEach(shown => { shown.reply = null; });
  const latest = Math.max(...replies.map(reply => Date.parse(reply.at)).filter(Number.isFinite)) + 1;
  const candidates = all.filter(shown => shown.kind === 'shown' && shown.channel !== 'card' && !shown.reply && shown.number > said.number && shown.robotCode === said.robotCode
      && Date.parse(shown.time) <= latest).slice(-replies.length);
  replies.slice(-candidates.length).forEach((reply, index) => {
    if (candidates[index]) {
      candidates[index].reply = { chunk: reply.chunk, of: reply.of, msgId: said.msgId };
    }
  });
  return [...new Set([...before, ...candidates])].filter(shown => JSON.stringify(shown.reply) !== JSON.stringify(former.get(shown) ?? null));
}
