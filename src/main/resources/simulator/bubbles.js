// A message in a conversation: sender, content, and below it the trace of its processing.

import { avatar, clock, h, icon } from './dom.js';
import { platformCard } from './cards.js';
import { attachment, body } from './shown.js';
import { saidWay, shownWay } from './traces.js';
import { t } from './words.js';

/**
 * Draws a message.
 *
 * @param mine  whether the pane's person said it
 * @param world knows robots and people by their ids
 * @param quote called when one wants to quote it
 * @param viewer who looks, staffId, and press, called with the card, the action and the parameters of a button that calls back
 */
export function bubble(message, mine, world, quote, viewer) {
  const fromRobot = message.kind === 'shown';
  const custom = message.channel === 'webhook';
  const name = custom ? t('Custom robot') : fromRobot ? world.robotName(message.robotCode) : message.nick;
  const reply = message.reply && message.reply.of > 1 ? message.reply : null;
  const classes = ['message', mine ? 'mine' : 'theirs', fromRobot ? 'of-robot' : 'of-person', custom ? 'of-custom-robot' : '',
    message.recalled ? 'recalled' : '',
    reply ? 'chunk' : '', reply && reply.chunk === 1 ? 'first-chunk' : '', reply && reply.chunk === reply.of ? 'last-chunk' : ''];
  const content = message.recalled ? h('div', { class: 'plain' }, t('recalled')) : fromRobot ? shownContent(message, world, viewer) : said(message, world);
  return h('li', { class: classes.filter(Boolean).join(' '), 'data-number': message.number, 'data-msg-id': message.msgId ?? null },
      avatar(name, fromRobot ? message.robotCode : message.senderId, fromRobot),
      h('div', { class: 'column' },
          h('div', { class: 'name' }, h('span', { class: 'nick' }, name), fromRobot ? h('span', { class: 'tag' }, t('robot')) : null,
              h('time', { datetime: message.time }, clock(message.time))),
          h('div', { class: 'line' },
              h('div', { class: 'bubble' }, content),
              message.recalled ? null : h('button', { class: 'quiet quote-button', type: 'button', title: t('Quote'), 'aria-label': t('Quote {0}: {1}', name, excerpt(message)), click: () => quote(message) },
                  icon('quote'))),
          h('div', { class: 'way', 'aria-live': 'off' }, fromRobot ? shownWay(message) : saidWay(message))));
}

function shownContent(message, world, viewer) {
  const { card } = message;
  return card ? platformCard(card, viewer.staffId, (action, params) => viewer.press(card, action, params)) : body(message, world.mentions(message));
}

function said(message, world) {
  const payload = message.message;
  return [quoted(payload, world), ...saidContent(message, payload)];
}

function saidContent(message, payload) {
  const content = payload.content ?? {};
  switch (payload.msgtype) {
    case 'text':
      return [h('div', { class: 'plain' }, message.at ? h('span', { class: 'mention' }, t('@robot')) : null, message.text)];
    case 'picture':
      return [picture(content.downloadCode)];
    case 'file':
      return [attachment('file', content.fileName)];
    case 'audio':
      return [attachment('voice', `${Math.max(1, Math.round((Number(content.duration) || 0) / 1000))}″`),
        content.recognition ? h('div', { class: 'recognition' }, String(content.recognition)) : null].filter(Boolean);
    case 'richText':
      return [h('div', { class: 'plain' }, (content.richText ?? []).map(item => item?.text ?? `[${item?.type ?? '?'}]`).join(''))];
    case 'interactiveCard':
      return [h('div', { class: 'plain' }, cardValues(content).join('\n') || '[interactiveCard]')];
    default:
      return [h('div', { class: 'plain' }, `[${payload.msgtype}]`)];
  }
}

/** The texts of a card's elements, which come as JSON within a string. */
function cardValues(content) {
  try {
    return (JSON.parse(content.cardContent).elements ?? []).map(element => String(element?.value ?? ''));
  } catch {
    return [];
  }
}

function picture(code) {
  if (!/^[0-9a-f]{32}$/.test(code ?? '')) {
    return attachment('picture', t('picture'));
  }
  const image = h('img', { src: `/simulator/chat/files/${code}`, alt: t('picture'), class: 'picture', loading: 'lazy' });
  image.addEventListener('error', () => image.replaceWith(attachment('picture', t('picture'))));
  return image;
}

function quoted(payload, world) {
  const holder = payload.text ?? payload.content ?? {};
  if (!holder.isReplyMsg && !payload.originalMsgId && !payload.originalProcessQueryKey) {
    return null;
  }
  const original = holder.repliedMsg ?? {};
  const who = original.senderNick ?? world.robotOf(original.senderId) ?? t('robot');
  const what = original.content?.text ?? (original.msgType ? `[${original.msgType}]` : t('an earlier message'));
  return h('div', { class: 'quoted' }, h('span', { class: 'quoted-name' }, `${who}: `), String(what).slice(0, 200));
}

/** The beginning of a message, for labels and quotes. */
export function excerpt(message) {
  const type = message.kind === 'shown' ? message.type : message.message.msgtype;
  const text = message.text || message.message?.content?.recognition || `[${type}]`;
  return text.length > 80 ? `${[...text].slice(0, 79).join('')}…` : text;
}
