// Elements are made here and nowhere else. Text goes in as text nodes, so that no content becomes markup.

const SVG = 'http://www.w3.org/2000/svg';

/** An element; attributes that are false or null are left out, functions are listeners, children are nodes or text. */
export function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (typeof value === 'function') {
      element.addEventListener(key, value);
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value === true ? '' : String(value));
    }
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  camel: 'M3 20v-5c0-3 1-4 2.5-6S8 6 9 9c.6 1.700 1.400 1.700 2 0 1-3 2.600-3 3.500 0l1 3.500c.4 1.200 1.500 1 1.800 0L18 7l1-2h2l.5 2H20l-1.500 7c-.3 1.500-1 2-1.500 2.500V20 M7 20v-4 M13 20v-4',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.500 9h.01',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  voice: 'M12 4a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V7a3 3 0 0 1 3-3zM6 11v1a6 6 0 0 0 12 0v-1M12 18v3',
  send: 'M4 12l16-8-6 16-3-7z',
  quote: 'M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6',
  menu: 'M4 7h16M4 12h16M4 17h16',
  disconnect: 'M9 17H7A5 5 0 0 1 7 7h2M15 7h2a5 5 0 0 1 4 8M3 3l18 18M8 12h4',
  blackHole: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
  expireToken: 'M15 4a5 5 0 1 1-4 8l-7 7v-4h3v-3h3l1-1M16 8h.01',
  throttle: 'M4 18a9 9 0 1 1 16 0M12 15l4-5',
  fail: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  twice: 'M8 8h12v12H8zM4 16V4h12',
  expireSession: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4l3 2',
  peace: 'M5 12l5 5 9-10',
};

/** A picture that says nothing to those who don't see it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', 'icon');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** A link to the web, or only its text where the address is none of http or https. */
export function link(address, ...children) {
  const safe = webAddress(address);
  return safe ? h('a', { href: safe, target: '_blank', rel: 'noopener noreferrer' }, ...children) : h('span', { class: 'dead-link' }, ...children);
}

/** The address if it leads to the web by http or https, else null. */
export function webAddress(address) {
  try {
    const url = new URL(String(address));
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
  } catch {
    return null;
  }
}

/** A round avatar with a person's initials; the same person always has the same colour. */
export function avatar(name, id, robot = false) {
  if (robot) {
    return h('span', { class: 'avatar robot', 'aria-hidden': 'true' }, icon('camel'));
  }
  let sum = 0;
  for (const character of String(id)) {
    sum = (sum * 31 + character.codePointAt(0)) % 997;
  }
  const words = String(name).trim().split(/\s+/);
  const letters = words.length > 1 ? [...words[0]][0] + [...words.at(-1)][0] : [...words[0]].slice(0, 2).join('');
  return h('span', { class: `avatar hue-${sum % 6}`, 'aria-hidden': 'true' }, letters.toUpperCase());
}

export function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
}
