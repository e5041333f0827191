// A card of the card platform (docs/protocol.md 6.5): variables of a template that is not known here, so the usual names are shown as one
// expects and the rest as a list.

import { clock, h, link, webAddress } from './dom.js';
import { markdown } from './markdown.js';
import { t } from './words.js';

const TITLES = ['title', 'msgTitle'];
const TEXTS = ['markdown', 'content', 'text', 'msgContent', 'staticMsgContent'];
const BUTTONS = ['msgButtons', 'buttons', 'btns'];
const OBJECTS = 'sys_full_json_obj';
/** States of an AI card, in the variable that the public templates have for it: being made, forming. */
const STATUS = 'flowStatus';
const FORMING = ['1', '2'];
const MOST_BUTTONS = 10;
const MOST_FACTS = 30;

/**
 * A card as one user sees it.
 *
 * @param card    its variables now, for all and for single people, when they were changed, and where streaming to it is
 * @param staffId who looks
 * @param press   called with the action and the parameters of a button that calls back; a promise of being done
 */
export function platformCard(card, staffId, press) {
  const mine = card.privateParams[staffId] ?? {};
  const facts = new Map(Object.entries({ ...card.params, ...mine }));
  const objects = parsed(facts.get(OBJECTS));
  if (objects && !Array.isArray(objects)) {
    facts.delete(OBJECTS);
    Object.entries(objects).forEach(([name, value]) => facts.set(name, value));
  }
  const status = facts.get(STATUS);
  facts.delete(STATUS);
  const ended = card.streaming === 'finished' || card.streaming === 'failed';
  const forms = !ended && (card.streaming === 'forming' || FORMING.includes(status));
  const title = takeText(facts, TITLES);
  const text = takeText(facts, TEXTS);
  const buttons = takeList(facts, BUTTONS);
  const rest = [...facts].filter(([, value]) => value !== '' && value !== null).slice(0, MOST_FACTS);
  const foot = [
    card.changedAt && !forms ? h('time', { class: 'card-updated', datetime: card.changedAt }, t('updated {0}', clock(card.changedAt))) : null,
    Object.keys(mine).length ? h('span', { class: 'card-private' }, t('partly for you only')) : null,
  ].filter(Boolean);
  return h('div', { class: `card platform-card${forms ? ' forming' : ''}${card.streaming === 'failed' ? ' failed' : ''}` },
      title ? h('div', { class: 'card-title' }, title) : null,
      text ? markdown(text) : null,
      forms ? h('div', { class: 'card-forming', role: 'status' }, h('span', { class: 'card-dots', 'aria-hidden': 'true' }, '●'), h('span', null, t('typing …')),
          button({ text: t('Stop'), id: 'stop' }, press)) : null,
      rest.length ? h('dl', { class: 'card-facts' }, rest.flatMap(([name, value]) => [h('dt', null, name), h('dd', { 'data-variable': name }, words(value))])) : null,
      buttons.length ? h('div', { class: 'card-buttons' }, buttons.slice(0, MOST_BUTTONS).map(one => button(one ?? {}, press))) : null,
      foot.length ? h('div', { class: 'card-foot' }, foot) : null);
}

/** The first of these variables that says something, or null. */
function takeText(facts, names) {
  const name = names.find(one => typeof facts.get(one) === 'string' && facts.get(one));
  const text = facts.get(name) ?? null;
  facts.delete(name);
  return text;
}

/** The first of these variables that is a list, as it is or as JSON. */
function takeList(facts, names) {
  for (const name of names) {
    const value = facts.get(name);
    const list = typeof value === 'string' ? parsed(value) : value;
    if (Array.isArray(list)) {
      facts.delete(name);
      return list;
    }
  }
  return [];
}

function parsed(json) {
  try {
    const value = JSON.parse(json);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function words(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function button(one, press) {
  const title = String(one.text ?? one.title ?? '');
  const address = one.url ?? one.actionURL;
  const action = one.id ?? one.action ?? one.actionId;
  if (webAddress(address)) {
    return link(address, title);
  }
  if (typeof action !== 'string' || !action) {
    return h('span', { class: 'dead-link' }, title);
  }
  const pressed = async ({ currentTarget: element }) => {
    if (!element.hasAttribute('aria-busy')) {
      element.setAttribute('aria-busy', 'true');
      await press(action, one.params);
      element.removeAttribute('aria-busy');
    }
  };
  return h('button', { type: 'button', class: one.color === 'blue' ? 'card-button first' : 'card-button', 'data-action': action, click: pressed }, title);
}
