// What the robot sends, by its type: msgtypes of webhooks (docs/protocol.md 6.2), msgKeys of the robot API (6.3.4). A new type is a line in
// KINDS.

import { h, icon, link, webAddress } from './dom.js';
import { markdown, named } from './markdown.js';
import { t } from './words.js';

const KINDS = {
  text: plain,
  sampleText: plain,
  markdown: rich,
  sampleMarkdown: rich,
  link: linked,
  sampleLink: linked,
  actionCard: card,
  feedCard: feed,
  sampleImageMsg: (shown, content) => shown.file?.picture ? picture(shown.file) : uploaded(shown, 'picture', shown.file?.name ?? content.photoURL),
  sampleFile: (shown, content) => uploaded(shown, 'file', content.fileName),
  sampleAudio: (shown, content) => uploaded(shown, 'voice', seconds(Number(content.duration) / 1000)),
  sampleVideo: (shown, content) => uploaded(shown, 'picture', t('video, {0}', seconds(Number(content.duration)))),
};

/** What a delivery looks like. */
export function body(shown, mentions) {
  const kind = KINDS[shown.type] ?? (shown.type.startsWith('sampleActionCard') ? card : unknown);
  return kind(shown, content(shown), mentions);
}

/** The message's own fields: below its msgtype on webhooks, the whole of msgParam on the robot API. */
function content(shown) {
  try {
    const whole = JSON.parse(shown.body);
    return (whole[shown.type] ?? whole) || {};
  } catch {
    return {};
  }
}

function plain(shown, content, mentions) {
  return h('div', { class: 'plain' }, named(shown.text ?? '', mentions));
}

function rich(shown, content, mentions) {
  return markdown(shown.text ?? '', mentions);
}

function linked(shown, content) {
  return h('div', { class: 'card' }, h('div', { class: 'card-title' }, link(content.messageUrl, shown.title ?? '')),
      h('div', { class: 'plain' }, shown.text ?? ''));
}

function card(shown, content, mentions) {
  return h('div', { class: 'card' }, h('div', { class: 'card-title' }, shown.title ?? ''), markdown(shown.text ?? '', mentions),
      h('div', { class: 'card-buttons' }, buttons(content).map(([title, address]) => webAddress(address)
          ? link(address, title) : h('span', { class: 'dead-link' }, title))));
}

function buttons(content) {
  if (content.singleTitle) {
    return [[content.singleTitle, content.singleURL]];
  }
  if (Array.isArray(content.btns)) {
    return content.btns.map(button => [String(button?.title ?? ''), button?.actionURL]);
  }
  const all = [];
  for (let n = 1; n <= 5; n++) {
    const title = content[`actionTitle${n}`] ?? content[`buttonTitle${n}`];
    if (title) {
      all.push([String(title), content[`actionURL${n}`] ?? content[`buttonUrl${n}`]]);
    }
  }
  return all;
}

function feed(shown, content) {
  const links = Array.isArray(content.links) ? content.links : [];
  return h('div', { class: 'card' }, links.map(one => h('div', { class: 'feed-line' }, link(one?.messageURL, String(one?.title ?? '')))));
}

function unknown(shown) {
  return h('div', { class: 'plain' }, shown.text ?? `[${shown.type}]`);
}

function seconds(count) {
  return Number.isFinite(count) ? t('{0} s', Math.max(1, Math.round(count))) : '';
}

function picture(file) {
  const image = h('img', { src: address(file), alt: file.name, class: 'picture', loading: 'lazy' });
  image.addEventListener('error', () => image.replaceWith(uploaded({ file }, 'picture', file.name)));
  return image;
}

/** With its size and a link to save it, where it is still there. */
function uploaded({ file }, kind, name) {
  return attachment(kind, name, file && h('span', { class: 'attachment-more' }, h('span', null, size(file.bytes)),
      h('a', { href: address(file), download: file.name }, t('Download'))));
}

function address(file) {
  return `/simulator/chat/media?id=${encodeURIComponent(file.mediaId)}`;
}

function size(bytes) {
  const [unit, name] = bytes < 1024 ? [1, 'B'] : bytes < 1024 * 1024 ? [1024, 'KB'] : [1024 * 1024, 'MB'];
  return `${unit === 1 ? bytes : (bytes / unit).toFixed(1)} ${name}`;
}

/** A file, picture or voice in a bubble. */
export function attachment(kind, name, more) {
  return h('div', { class: 'attachment' }, icon(kind), h('span', { class: 'attachment-name' }, String(name ?? '')), more);
}
