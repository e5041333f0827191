// The page of operators: reads ./data every few seconds, replays dead letters, finds messages. Texts are English, or Chinese by this table.

const CHINESE = {
  'dingtalk-camel · operation': 'dingtalk-camel · 运维',
  'Other pages': '其他页面', 'Health': '健康状况', 'Metrics': '指标',
  'Queue': '队列', 'Waiting': '等待处理', 'Running': '处理中', 'Unsent': '等待发送', 'Capacity': '容量', 'Dead letters': '死信',
  'Integrations and connections': '集成与连接',
  'No dead letter waits.': '没有待处理的死信。',
  'Select all': '全选', 'Number': '编号', 'Time': '时间', 'Why': '原因', 'What to do': '处理办法', 'Message': '消息', 'Attempts': '次数', 'State': '状态',
  'Replay the selected': '重放所选',
  'Find a message': '查找消息', 'Integration': '集成', 'Message id (msgId)': '消息 ID（msgId）', 'Find': '查找',
  'Messages come by': '消息入口', 'Agent': '智能体', 'Callback URL': '回调地址', 'none': '无',
  'Connection': '连接', 'Since': '开始时间', 'Last message': '最近一条消息', 'Reconnects': '重连次数', 'Trouble': '问题',
  'connected': '已连接', 'connecting': '连接中', 'waiting': '等待中', 'stopped': '已停止', 'replaying': '重放中',
  'Select dead letter {0}': '选择死信 {0}', 'Connections of {0}': '{0} 的连接',
  'Replay of {0} was requested.': '已请求重放 {0} 条。',
  'The first {0} of {1} are shown.': '仅显示前 {0} 条，共 {1} 条。',
  'The first {0} are shown; there are more.': '仅显示前 {0} 个，还有更多。',
  'The request failed: the program does not answer. Its log says why.': '请求失败：程序没有应答。原因请看日志。',
  'The request failed: HTTP {0} without a readable answer. The log says why.': '请求失败：HTTP {0}，应答无法解读。原因请看日志。',
  'The program does not answer. Trying again …': '程序没有应答，正在重试……',
};
const chinese = /^zh\b/i.test(navigator.languages?.[0] ?? navigator.language ?? '');
const t = (text, ...values) => (chinese ? CHINESE[text] ?? text : text).replace(/\{(\d)\}/g, (mark, at) => String(values[at] ?? ''));
const by = id => document.getElementById(id);

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) {
    made.textContent = text;
  }
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
}

const time = text => text ? new Date(text).toLocaleString() : '';

function row(cells) {
  const made = element('tr');
  for (const cell of cells) {
    const td = element('td');
    td.append(cell ?? '');
    made.append(td);
  }
  return made;
}

/** Replaces what is in an element only where it changed, so that focus, selection and screen readers are left alone. */
function replace(target, ...children) {
  const whole = element('div');
  whole.append(...children);
  if (target.dataset.shown !== whole.innerHTML) {
    target.dataset.shown = whole.innerHTML;
    target.replaceChildren(...whole.childNodes);
  }
}

function figure(name, value, isBad) {
  const group = element('div');
  group.append(element('dt', t(name)), element('dd', value, isBad ? { class: 'bad' } : {}));
  return group;
}

function integration(each) {
  const parts = [element('h3', each.id)];
  const facts = element('p', `${t('Messages come by')}: ${each.waysIn.join(', ') || t('none')} · ${t('Agent')}: ${each.agent ?? t('none')}`
    + (each.callbackUrl ? ` · ${t('Callback URL')}: ${each.callbackUrl}` : ''));
  parts.push(facts);
  for (const missing of each.missing) {
    parts.push(element('p', missing, { class: 'bad' }));
  }
  if (each.streamConnections.length) {
    const table = element('table', null, { 'aria-label': t('Connections of {0}', each.id) });
    const head = element('tr');
    for (const name of ['Connection', 'State', 'Since', 'Last message', 'Reconnects', 'Trouble', 'What to do']) {
      head.append(element('th', t(name), { scope: 'col' }));
    }
    table.append(head, ...each.streamConnections.map(one => row([String(one.number),
      element('span', t(one.state), { class: one.state === 'connected' ? 'good' : 'bad' }), time(one.since), time(one.lastMessage),
      String(one.reconnects), one.trouble, one.remedy])));
    parts.push(table);
  }
  return parts;
}

const selected = () => [...by('letter-rows').querySelectorAll('input:checked')].map(box => box.value);

function letters(list) {
  by('no-letters').hidden = list.length > 0;
  by('letters').hidden = list.length === 0;
  const kept = new Set(selected());
  const focused = document.activeElement?.value;
  const rows = list.map(letter => {
    const box = element('input', null, { type: 'checkbox', value: letter.id, 'aria-label': t('Select dead letter {0}', letter.id) });
    box.disabled = letter.state !== 'waiting';
    return row([box, String(letter.id), time(letter.at), `${letter.code}: ${letter.reason}`, letter.remedy,
      `${letter.integrationId} ${letter.msgId ?? letter.reference}`, String(letter.attempts), t(letter.state)]);
  });
  replace(by('letter-rows'), ...rows);
  for (const box of by('letter-rows').querySelectorAll('input')) {
    box.checked = kept.has(box.value) && !box.disabled;
    if (box.value === focused && document.activeElement === document.body) {
      box.focus();
    }
  }
  by('replay').disabled = selected().length === 0;
}

/**
 * What the program answers, as JSON. An error has a text for the operator: the program's own where it sent one.
 */
async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch (failure) {
    throw new Error(t('The request failed: the program does not answer. Its log says why.'), { cause: failure });
  }
  let said;
  try {
    said = await answer.json();
  } catch (failure) {
    throw new Error(t('The request failed: HTTP {0} without a readable answer. The log says why.', answer.status), { cause: failure });
  }
  if (!answer.ok) {
    throw new Error(said.error?.message ?? t('The request failed: HTTP {0} without a readable answer. The log says why.', answer.status));
  }
  return said;
}

/** Shows a sentence, or hides its place where there is none. */
function say(id, text) {
  by(id).textContent = text ?? '';
  by(id).hidden = !text;
}

async function load() {
  try {
    const data = await ask('data');
    by('problem').hidden = true;
    replace(by('queue'), figure('Waiting', data.queue.waiting), figure('Running', data.queue.running), figure('Unsent', data.queue.unsent),
      figure('Capacity', data.queue.capacity), figure('Dead letters', data.queue.deadLetters, data.queue.deadLetters > 0));
    replace(by('integrations'), ...data.integrations.flatMap(integration));
    say('more-integrations', data.moreIntegrations && t('The first {0} are shown; there are more.', data.integrations.length));
    letters(data.deadLetters);
    say('more-letters', data.moreDeadLetters && t('The first {0} of {1} are shown.', data.deadLetters.length, data.queue.deadLetters));
    replace(by('integration'), ...data.integrations.map(each => element('option', each.id)));
  } catch (failure) {
    say('problem', failure.cause instanceof TypeError ? t('The program does not answer. Trying again …') : failure.message);
  }
}

let turn = Promise.resolve();

/** One at a time: an older answer never replaces a newer one. */
function refresh() {
  turn = turn.then(load);
  return turn;
}

async function refreshAgainAndAgain() {
  await refresh();
  setTimeout(refreshAgainAndAgain, 3000);
}

by('letters').addEventListener('change', event => {
  if (event.target.id === 'all') {
    by('letter-rows').querySelectorAll('input:not(:disabled)').forEach(box => { box.checked = event.target.checked; });
  }
  by('replay').disabled = selected().length === 0;
});

by('letters').addEventListener('submit', async event => {
  event.preventDefault();
  try {
    const said = await ask(`replay?ids=${selected().join(',')}`, { method: 'POST' });
    by('replayed').textContent = t('Replay of {0} was requested.', said.count);
  } catch (failure) {
    by('replayed').textContent = failure.message;
  }
  by('all').checked = false;
  await refresh();
});

by('find').addEventListener('submit', async event => {
  event.preventDefault();
  try {
    const said = await ask(`message?${new URLSearchParams({ integration: by('integration').value, msgId: by('msg-id').value.trim() })}`);
    by('trace').replaceChildren(element('pre', JSON.stringify(said, null, 2)));
  } catch (failure) {
    by('trace').replaceChildren(element('p', failure.message, { class: 'bad' }));
  }
});

if (chinese) {
  document.documentElement.lang = 'zh-Hans';
  document.title = t(document.title);
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) {
    const text = nodes.currentNode.data;
    if (text.trim()) {
      nodes.currentNode.data = text.replace(text.trim(), t(text.trim()));
    }
  }
  document.querySelectorAll('[aria-label]').forEach(each => each.setAttribute('aria-label', t(each.getAttribute('aria-label'))));
}
await refreshAgainAndAgain();
