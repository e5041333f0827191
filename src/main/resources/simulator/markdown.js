// DingTalk's markdown (docs/protocol.md 7.4): headings, quotes, bold, italic, links, pictures, lists; tables and code as its desktop
// clients show them.
// A single line break does not break the line, two spaces before it do. HTML is text. Built of nodes, never of markup.

import { h, link } from './dom.js';
import { t } from './words.js';

const MAX_DEPTH = 12;
const HEADING = /^ {0,3}(#{1,6})\s+(.*)$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const RULE = /^ {0,3}([-*_])( *\1){2,} *$/;
const TABLE_RULE = /^ {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/**
 * Renders it.
 *
 * @param mentions the text to show in place of a mention such as "@staff001"; a Map
 */
export function markdown(text, mentions = new Map()) {
  return h('div', { class: 'markdown' }, blocks(String(text).replace(/\r\n?/g, '\n').split('\n'), mentions, 0));
}

function blocks(lines, mentions, depth) {
  if (depth > MAX_DEPTH) {
    return [h('p', null, lines.join('\n'))];
  }
  const out = [];
  let at = 0;
  let blankBefore = true;
  while (at < lines.length) {
    const line = lines[at];
    let match;
    if (!line.trim()) {
      blankBefore = true;
      at++;
      continue;
    }
    if ((match = FENCE.exec(line))) {
      at = fence(lines, at, match, out);
    } else if ((match = HEADING.exec(line))) {
      out.push(h(`h${match[1].length}`, null, inline(match[2].replace(/(?<!\s)\s+#+\s*$/, ''), mentions, depth)));
      at++;
    } else if (RULE.test(line)) {
      out.push(h('hr'));
      at++;
    } else if (QUOTE.test(line)) {
      const inner = [];
      while (at < lines.length && (match = QUOTE.exec(lines[at]))) {
        inner.push(match[1]);
        at++;
      }
      out.push(h('blockquote', null, blocks(inner, mentions, depth + 1)));
    } else if (ITEM.test(line)) {
      at = list(lines, at, mentions, depth, out);
    } else if (blankBefore && line.includes('|') && at + 1 < lines.length && lines[at + 1].includes('-') && TABLE_RULE.test(lines[at + 1])) {
      at = table(lines, at, mentions, depth, out);
    } else {
      const paragraph = [];
      while (at < lines.length && lines[at].trim() && !(paragraph.length && begins(lines[at]))) {
        paragraph.push(lines[at++]);
      }
      out.push(h('p', null, inline(paragraph.join('\n').trimEnd(), mentions, depth)));
    }
    blankBefore = false;
  }
  return out;
}

function begins(line) {
  return FENCE.test(line) || HEADING.test(line) || QUOTE.test(line) || ITEM.test(line) || RULE.test(line);
}

function fence(lines, from, opening, out) {
  const code = [];
  let at = from + 1;
  while (at < lines.length && !(lines[at].trim().startsWith(opening[1]) && !lines[at].trim().slice(opening[1].length).replace(/[`~]/g, '').trim())) {
    code.push(lines[at++]);
  }
  out.push(h('pre', { tabindex: '0', 'aria-label': `${t('Code')} ${opening[2].trim()}`.trim() }, h('code', null, code.join('\n'))));
  return at + 1;
}

function list(lines, from, mentions, depth, out) {
  const first = ITEM.exec(lines[from]);
  const indent = first[1].length;
  const ordered = /\d/.test(first[2]);
  const items = [];
  let at = from;
  while (at < lines.length) {
    const match = ITEM.exec(lines[at]);
    if (match && match[1].length <= indent + 1 && /\d/.test(match[2]) === ordered && match[1].length >= indent) {
      items.push([match[3]]);
    } else if (!lines[at].trim()) {
      const next = lines.slice(at + 1, at + 2)[0];
      if (!next || !(leading(next) > indent || ITEM.test(next) && leading(next) >= indent)) {
        break;
      }
      items.at(-1).push('');
    } else if (leading(lines[at]) > indent || (!begins(lines[at]) && !match)) {
      items.at(-1).push(lines[at].slice(Math.min(leading(lines[at]), indent + first[2].length + 1)));
    } else {
      break;
    }
    at++;
  }
  const start = ordered ? Number.parseInt(first[2], 10) : 1;
  out.push(h(ordered ? 'ol' : 'ul', { start: start === 1 ? null : start }, items.map(item => {
    const content = blocks(item, mentions, depth + 1);
    return h('li', null, content[0]?.tagName === 'P' ? [...content[0].childNodes, ...content.slice(1)] : content);
  })));
  return at;
}

function leading(line) {
  return line.length - line.trimStart().length;
}

function table(lines, from, mentions, depth, out) {
  const cells = line => line.trim().replace(/^\|/, '').replace(/\|$/, '').split(/(?<!\\)\|/).map(cell => cell.trim().replaceAll('\\|', '|'));
  const head = cells(lines[from]);
  const rows = [];
  let at = from + 2;
  while (at < lines.length && lines[at].trim() && lines[at].includes('|')) {
    rows.push(cells(lines[at++]).slice(0, head.length));
  }
  out.push(h('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': t('Table') }, h('table', null,
      h('thead', null, h('tr', null, head.map(cell => h('th', null, inline(cell, mentions, depth))))),
      h('tbody', null, rows.map(row => h('tr', null, row.map(cell => h('td', null, inline(cell, mentions, depth)))))))));
  return at;
}

const SPECIAL = /\\[\\`*_{}[\]()#+\-.!|>~]|`+|\*\*|\*|!?\[|https?:\/\/[^\s<>"'`*|]+|&nbsp;|(?<! ) {2,}\n|\n/g;

function inline(text, mentions, depth) {
  const out = [];
  if (depth > MAX_DEPTH) {
    return [text];
  }
  const unclosed = new Set();
  let at = 0;
  let plain = 0;
  SPECIAL.lastIndex = 0;
  for (let match; at < text.length && ((SPECIAL.lastIndex = at), (match = SPECIAL.exec(text)));) {
    const token = match[0];
    const found = span(text, match.index, token, mentions, depth, unclosed);
    if (found) {
      out.push(...named(text.slice(plain, match.index), mentions), ...found.nodes);
      at = plain = found.end;
    } else {
      at = match.index + token.length;
    }
  }
  out.push(...named(text.slice(plain), mentions));
  return out;
}

/** What begins with this token, and where it ends; null if it is only text after all. */
function span(text, start, token, mentions, depth, unclosed) {
  const end = start + token.length;
  if (token.startsWith('\\')) {
    return { nodes: [token[1]], end };
  }
  if (token === '&nbsp;') {
    return { nodes: ['\u00a0'], end };
  }
  if (token === '\n') {
    return { nodes: [' '], end };
  }
  if (token.endsWith('\n')) {
    return { nodes: [h('br')], end };
  }
  if (token.startsWith('http')) {
    const address = token.replace(/[.,;:!?)\]}，。；：！？）】》」]+$/u, '');
    return { nodes: [link(address, address)], end: start + address.length };
  }
  if (token.startsWith('`')) {
    const close = closing(text, token, end, unclosed);
    return close < 0 ? null : { nodes: [h('code', null, text.slice(end, close).trim() || ' ')], end: close + token.length };
  }
  if (token.startsWith('*')) {
    const close = /\s/.test(text[end] ?? ' ') ? -1 : closing(text, token, end + 1, unclosed);
    return close < 0 ? null : {
      nodes: [h(token === '**' ? 'strong' : 'em', null, inlineWithin(text.slice(end, close), mentions, depth))], end: close + token.length };
  }
  const label = closing(text, '](', end, unclosed);
  const close = label < 0 ? -1 : closing(text, ')', label + 2, unclosed);
  if (close < 0 || text.slice(end, label).includes('\n\n')) {
    return null;
  }
  const address = text.slice(label + 2, close).trim().split(/\s+"/)[0];
  const name = text.slice(end, label);
  return { nodes: [token === '![' ? picture(address, name) : link(address, inlineWithin(name, mentions, depth))], end: close + 1 };
}

function inlineWithin(text, mentions, depth) {
  const resume = SPECIAL.lastIndex;
  const nodes = inline(text, mentions, depth + 1);
  SPECIAL.lastIndex = resume;
  return nodes;
}

/** Where the token closes. What was not found once is not looked for again: long texts of stars take no longer than others. */
function closing(text, token, from, unclosed) {
  const close = unclosed.has(token) ? -1 : text.indexOf(token, from);
  if (close < 0) {
    unclosed.add(token);
  }
  return close;
}

/** A picture of elsewhere is not fetched: the page loads nothing but its own. */
function picture(address, name) {
  return h('span', { class: 'picture-of-elsewhere' }, 'picture: ', link(address, name || address));
}

/** Text with the mentions in it shown as people's names. */
export function named(text, mentions) {
  if (!text) {
    return [];
  }
  if (!mentions.size) {
    return [text];
  }
  const tokens = [...mentions.keys()].sort((a, b) => b.length - a.length).map(token => token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return text.split(new RegExp(`(${tokens.join('|')})`)).filter(part => part)
      .map(part => mentions.has(part) ? h('span', { class: 'mention', title: part }, mentions.get(part)) : part);
}
