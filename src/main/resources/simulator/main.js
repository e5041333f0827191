// The page: listens to what happens in the simulator, keeps it, and lets its windows show it.

import { h, icon } from './dom.js';
import { Pane } from './pane.js';
import { FaultPanel } from './faults.js';
import { assignReplies, Traces } from './traces.js';
import { t, translate, translated } from './words.js';

const REMEMBERED = 2000;
const MAX_PANES = 4;
const KEPT = 'dingtalk-camel.chat';

const scene = { robots: [], people: [], groups: [] };
const met = { people: new Map(), groups: new Map() };
const conversations = new Map();
const byMsgId = new Map();
/** What cards show now, by outTrackId. */
const cards = new Map();
const panes = [];
const kept = rememberedThen();
let app = null;
/** The entry point: Stream as soon as there is a connection, unless the user chose another. */
let entry = kept.entry ?? null;
let chosen = entry !== null;
let started = false;

const $ = id => document.getElementById(id);

// what windows know of the world

const world = {
  robot: () => scene.robots.find(robot => robot.app === app),
  robotName: code => scene.robots.find(robot => robot.robotCode === code)?.name ?? code,
  robotOf: () => null,
  people: () => [...scene.people, ...[...met.people.values()].filter(one => !scene.people.some(known => known.staffId === one.staffId))],
  person: staffId => world.people().find(one => one.staffId === staffId) ?? world.people()[0],
  groups: () => [...scene.groups, ...[...met.groups.values()].filter(one => !scene.groups.some(known => known.conversationId === one.conversationId))],
  dm: staffId => world.person(staffId)?.dms[app],
  messages: id => conversations.get(id) ?? [],
  mentions(shown) {
    const at = shown.at ?? {};
    const ids = [...(at.userIds ?? []), ...(at.mobiles ?? [])];
    const all = new Map(ids.map(id => [`@${id}`, `@${world.people().find(one => one.staffId === id)?.nick ?? id}`]));
    return at.all ? all.set('@all', '@all') : all;
  },
  click: order => post('click', order),
  agents: async conversation => {
    const answer = await fetch(`/simulator/chat/agents?${new URLSearchParams({ app, conversation })}`);
    return answer.ok ? answer.json() : null;
  },
  chooseAgent: (conversation, agent) => post('agents', { app, conversation, agent }),
  say: order => post('say', { ...order, app, way: entry }),
  addPerson: person => post('people', { staffId: person.staffId, nick: person.nick, admin: person.admin, outsider: person.outsider }),
  remember,
};

async function post(path, json) {
  const answer = await fetch(`/simulator/chat/${path}`, { method: 'POST', body: JSON.stringify(json), headers: { 'Content-Type': 'application/json' } });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Error(said.message ? translated(said.message) : `HTTP ${answer.status}`);
  }
  return said;
}

function rememberedThen() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function remember() {
  localStorage.setItem(KEPT, JSON.stringify({ entry: chosen ? entry : null, panes: panes.map(({ staffId, open }) => ({ staffId, open })) }));
}

// what happens

const traces = new Traces((said, way) => {
  said.way = way;
  refresh(said);
  assignReplies(said, way, world.messages(said.conversationId)).forEach(refresh);
});

const faults = new FaultPanel(async kind => translated((await post('faults', { kind, app, conversation: panes[0]?.conversationId() })).did));

function refresh(message) {
  panes.forEach(pane => pane.update(message));
}

function keep(message) {
  const all = conversations.get(message.conversationId) ?? [];
  conversations.set(message.conversationId, all);
  all.push(message);
  if (all.length > REMEMBERED) {
    byMsgId.delete(all.shift().msgId);
  }
  panes.forEach(pane => pane.add(message));
}

const heard = {
  begin() {
    conversations.clear();
    byMsgId.clear();
    cards.clear();
    traces.clear();
    faults.clear();
    panes.forEach(pane => pane.draw());
  },

  scene(now) {
    const before = world.robot();
    Object.assign(scene, now);
    scene.robots.forEach(robot => { robot.name = robot.integration ? t('Robot {0}', robot.integration) : t('Robot'); });
    if (!scene.robots.some(robot => robot.app === app)) {
      app = scene.robots[0]?.app ?? null;
    }
    drawRobots(before);
    $('no-robot').hidden = app !== null;
    if (!started && app && scene.people.length) {
      start();
    } else {
      panes.forEach(pane => pane.scene());
    }
  },

  said(event) {
    const known = byMsgId.get(event.msgId);
    if (event.again || known) {
      if (known) {
        known.again = (known.again ?? 0) + 1;
        refresh(known);
      }
      return;
    }
    const { message } = event;
    const said = {
      kind: 'said', number: event.number, time: event.time, app: event.app, msgId: event.msgId, conversationId: event.conversationId, by: event.way, robotCode: message.robotCode,
      encrypted: event.encrypted, message, senderId: message.senderId, nick: String(message.senderNick ?? message.senderStaffId ?? t('unknown person')),
      group: message.conversationType === '2', at: message.isInAtList === true, text: String(message.text?.content ?? '').replace(/^ /, ''),
    };
    meet(said);
    byMsgId.set(said.msgId, said);
    keep(said);
    traces.follow(said);
  },

  answered(event) {
    const said = byMsgId.get(event.msgId);
    if (said && !said.answer) {
      said.answer = event;
      refresh(said);
      traces.hurry();
    }
  },

  shown(event) {
    const message = { ...event, kind: 'shown', card: event.channel === 'card' ? cardOf(JSON.parse(event.body).outTrackId, event) : null };
    message.card?.messages.push(message);
    keep(message);
    traces.hurry();
  },

  card(event) {
    const { outTrackId, params, privateParams, streaming } = event;
    const card = cardOf(outTrackId, {});
    Object.assign(card, { params, privateParams, streaming, changedAt: event.changed ? event.time : null });
    card.messages.forEach(refresh);
  },

  recalled({ processQueryKey }) {
    for (const message of [...conversations.values()].flat().filter(one => one.processQueryKey === processQueryKey)) {
      Object.assign(message, { recalled: true, title: null, text: null, body: null, card: null, file: null });
      refresh(message);
    }
  },

  struck: event => faults.triggered(event),
};

/** The card, or what its delivery tells where its making is forgotten. */
function cardOf(outTrackId, { title, text }) {
  if (!cards.has(outTrackId)) {
    cards.set(outTrackId, { outTrackId, params: { title: title ?? '', markdown: text ?? '' }, privateParams: {}, changedAt: null, messages: [] });
    if (cards.size > REMEMBERED) {
      cards.delete(cards.keys().next().value);
    }
  }
  return cards.get(outTrackId);
}

/** People that a script invented are shown as well. */
function meet({ message, conversationId, group, app: robot }) {
  const staffId = message.senderStaffId;
  let news = false;
  if (staffId && !world.people().some(one => one.staffId === staffId) && met.people.size < 50) {
    met.people.set(staffId, { staffId, nick: message.senderNick, senderId: message.senderId, admin: message.isAdmin === true, outsider: false, dms: {} });
    news = true;
  }
  if (staffId && !group && met.people.has(staffId)) {
    met.people.get(staffId).dms[robot] = conversationId;
  }
  if (group && !world.groups().some(one => one.conversationId === conversationId) && met.groups.size < 20) {
    met.groups.set(conversationId, { conversationId, title: message.conversationTitle ?? conversationId });
    news = true;
  }
  if (news) {
    panes.forEach(pane => pane.scene());
  }
}

function listen() {
  const events = new EventSource('/simulator/chat/happenings');
  for (const [name, handle] of Object.entries(heard)) {
    events.addEventListener(name, event => handle(JSON.parse(event.data)));
  }
  events.addEventListener('open', () => document.body.classList.remove('away'));
  events.addEventListener('error', () => {
    document.body.classList.add('away');
    if (events.readyState === EventSource.CLOSED) {
      setTimeout(listen, 2000);
    }
  });
}

// the rail

function drawRobots(before) {
  const robot = world.robot();
  $('robot').replaceChildren(...scene.robots.map(one => h('option', { value: one.app, selected: one.app === app }, one.name)));
  $('robot-box').hidden = scene.robots.length < 2;
  const connected = (robot?.open ?? 0) > 0;
  const parts = [connected ? count(robot.open, 'Stream: {0} connection', 'Stream: {0} connections') : t('Stream: not connected'),
    robot?.leaving ? t('{0} leaving', robot.leaving) : null,
    robot?.blackHole ? count(robot.blackHole, '{0} black hole', '{0} black holes') : null];
  $('status').replaceChildren(h('span', { class: connected || robot?.webhook ? 'dot good' : 'dot' }), parts.filter(Boolean).join(t(', ')));
  if (started && before && robot && before.app === robot.app && before.open !== robot.open) {
    faults.tell(count(robot.open, 'Stream: {0} open connection now.', 'Stream: {0} open connections now.'));
  }
  const possible = { stream: connected, webhook: robot?.webhook === true, encrypted: robot?.encrypted === true };
  for (const input of document.querySelectorAll('#entries input')) {
    input.disabled = !possible[input.value];
  }
  if (!chosen && (entry === null || possible.stream)) {
    entry = ['stream', 'webhook'].find(one => possible[one]) ?? null;
  }
  document.querySelectorAll('#entries input').forEach(input => { input.checked = input.value === entry; });
}

function count(number, one, several) {
  return t(number === 1 ? one : several, number);
}

$('robot').addEventListener('change', event => {
  app = event.target.value;
  drawRobots(null);
  panes.forEach(pane => pane.scene());
});

$('entries').addEventListener('change', event => {
  entry = event.target.value;
  chosen = true;
  remember();
});

$('faults-place').replaceWith(faults.element);

$('menu').addEventListener('click', () => showRail(!document.body.classList.contains('rail-open')));
$('shade').addEventListener('click', () => showRail(false));
document.addEventListener('keydown', event => {
  if (event.key === 'Escape' && document.body.classList.contains('rail-open')) {
    showRail(false);
    $('menu').focus();
  }
});

function showRail(open) {
  document.body.classList.toggle('rail-open', open);
  $('menu').setAttribute('aria-expanded', String(open));
}

// people

$('new-person').addEventListener('click', () => {
  $('person-form').reset();
  $('person-staff-id').value = `staff${String(scene.people.length + 1).padStart(3, '0')}`;
  $('person-dialog').showModal();
});
$('person-cancel').addEventListener('click', () => $('person-dialog').close());
$('person-outsider').addEventListener('change', event => {
  $('person-admin').disabled = event.target.checked;
});
$('person-form').addEventListener('submit', async event => {
  event.preventDefault();
  const person = { staffId: $('person-staff-id').value.trim(), nick: $('person-nick').value.trim(), admin: $('person-admin').checked, outsider: $('person-outsider').checked };
  try {
    await world.addPerson(person);
    $('person-dialog').close();
    faults.tell(t('{0} is here.', person.nick));
  } catch (error) {
    $('person-complaint').textContent = error.message;
  }
});

// windows

$('new-pane').addEventListener('click', () => {
  const taken = panes.map(pane => pane.staffId);
  const next = world.people().find(person => !taken.includes(person.staffId)) ?? world.people()[0];
  if (next) {
    addPane(next.staffId, 'dm').composer.input.focus();
    remember();
  }
});

function addPane(staffId, open) {
  const pane = new Pane(world, staffId, open, closed => {
    closed.element.remove();
    panes.splice(panes.indexOf(closed), 1);
    counted();
    remember();
    panes[0].composer.input.focus();
  });
  panes.push(pane);
  $('panes').append(pane.element);
  counted();
  pane.draw();
  return pane;
}

/** Lets the page's layout know how many there are. */
function counted() {
  $('panes').dataset.count = panes.length;
  $('new-pane').disabled = panes.length >= MAX_PANES;
}

function start() {
  started = true;
  const wanted = (kept.panes ?? []).filter(one => world.people().some(person => person.staffId === one.staffId)).slice(0, MAX_PANES);
  const first = world.people();
  const begin = wanted.length ? wanted
    : [{ staffId: first[0].staffId, open: 'dm' }, first[1] ? { staffId: first[1].staffId, open: scene.groups[0]?.conversationId ?? 'dm' } : null].filter(Boolean);
  begin.forEach(one => addPane(one.staffId, one.open));
  document.body.classList.add('ready');
  if (matchMedia('(min-width: 760px)').matches) {
    panes[0].composer.input.focus();
  }
}

translate(document.body);
document.querySelectorAll('[data-icon]').forEach(place => place.replaceWith(icon(place.dataset.icon)));
listen();
