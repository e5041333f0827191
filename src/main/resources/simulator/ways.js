// Which way a message went, in words; asked of the application through the simulator until it has gone all of it.

import { h } from './dom.js';

const FINAL = new Set(['done', 'failed', 'dead']);
const PROOFS = { hmac: 'proved by HMAC', callback: 'proved by AES', stream: 'proved by Stream' };
const ENTRIES = { stream: 'Stream', webhook: 'webhook', encrypted: 'encrypted webhook' };
const CHANNELS = {
  session: 'by session webhook', sessionWebhook: 'by session webhook', oto: 'by robot API', group: 'by robot API', robotApi: 'by robot API',
  webhook: 'by custom robot', card: 'by card platform', answer: 'in the answer to the callback',
};

const ASK_AFTER_MS = [40, 120, 250, 500, 1000, 2000, 4000];
const GIVE_UP_UNKNOWN_AFTER = 12;
const GIVE_UP_AFTER = 200;
// so many ids fit into an address
const AT_ONCE = 20;

/** Asks for the ways of messages; tells of each that is new. */
export class Ways {
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

  /** Something happened: whoever is not done is asked for soon. */
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

/** The stations of what somebody said; a list of nodes. */
export function saidWay(said) {
  const { way, answer } = said;
  const stations = [];
  const station = (text, tone) => text && stations.push(h('span', { class: tone ? `station ${tone}` : 'station' }, text));
  if (said.again) {
    station(said.again === 1 ? 'delivered twice' : `delivered ${said.again + 1} times`, 'notable');
  }
  if (answer && !answer.accepted) {
    station(`not taken: ${answer.fault ?? answer.status}`, 'bad');
  }
  if (way) {
    known(way, station);
  } else if (!answer) {
    station(`on its way by ${entry(said)} …`);
  } else if (answer.accepted) {
    station(`by ${entry(said)}`);
    station(said.group && !said.at ? 'without @: the robot keeps out' : `taken in ${answer.tookMs} ms`);
  }
  return stations;
}

function entry(said) {
  return ENTRIES[said.encrypted ? 'encrypted' : said.by];
}

function known(way, station) {
  station(PROOFS[way.proof] ?? (way.by ? `by ${ENTRIES[way.by] ?? way.by}` : null));
  station(Number.isFinite(way.storedMs) ? `stored in ${way.storedMs} ms` : null);
  if (way.kind === 'command') {
    station('a command');
  }
  if (way.kind === 'refusal') {
    station('barred, refused politely', 'notable');
  }
  station(way.boundBy ? `bound by ${way.boundBy}` : null);
  station([way.agent ? `agent ${way.agent}` : null, Number.isFinite(way.agentMs) ? `${way.agentMs} ms` : null].filter(Boolean).join(' '));
  station(way.attempts > 1 ? `attempt ${way.attempts}` : null, 'notable');
  const states = { received: ['waits for its turn …'], running: ['at work …', 'busy'], failed: [`failed: ${way.error ?? 'see the log'}`, 'bad'],
    dead: [`dead letter: ${way.error ?? 'see the log'}`, 'bad'] };
  if (states[way.state]) {
    station(...states[way.state]);
  }
  if (way.state !== 'dead' && Array.isArray(way.deadLetters) && way.deadLetters.length) {
    station('has a dead letter', 'bad');
  }
}

/** The stations of what the robot sent. */
export function shownWay(shown) {
  const { reply } = shown;
  return [
    reply && reply.of > 1 ? h('span', { class: 'station chunk-number' }, `chunk ${reply.chunk}/${reply.of}`) : null,
    h('span', { class: 'station' }, CHANNELS[shown.channel] ?? shown.channel),
  ].filter(Boolean);
}

/**
 * Finds for the replies that the application reports the deliveries that people saw: as many as there are, the last ones before the last was
 * noted as sent. Anew each time, so that what was guessed too early is put right.
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
