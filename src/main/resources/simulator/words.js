// The page's texts in the browser's language: English as written in the files, Chinese by this table.

const CHINESE = {
  // the page
  'Chat · dingtalk-camel simulator': '聊天 · dingtalk-camel 模拟器',
  'Entry points and faults': '消息入口与故障',
  'a simulator in place of DingTalk': '由模拟器代替钉钉',
  'The simulator can’t be reached. Trying again …': '无法连接模拟器，正在重试……',
  'Robot': '机器人',
  'Robot {0}': '机器人 {0}',
  'Messages go in by': '消息入口',
  'Encrypted': '加密回调',
  'Window': '窗口',
  'Person': '人员',
  'Chat windows': '聊天窗口',
  'There is no robot to talk to: the application has no app key set.': '没有可以对话的机器人：应用没有设置 app key。',
  'Another person': '添加人员',
  'Name': '姓名',
  'Staff id': '员工 ID',
  'DingTalk calls this person an admin': '此人在钉钉里是管理员',
  'external: messages come without the staff id': '外部人员：消息不带员工 ID',
  'To see a refusal, enter a staff id that is not on your allow list.': '要体验被拒绝的情形，请填写不在白名单中的员工 ID。',
  'Cancel': '取消',
  'Add': '添加',
  'Stream: not connected': 'Stream：未连接',
  'Stream: {0} connection': 'Stream：{0} 个连接',
  'Stream: {0} connections': 'Stream：{0} 个连接',
  ', ': '，',
  '{0} leaving': '{0} 个正在断开',
  '{0} black hole': '{0} 个黑洞',
  '{0} black holes': '{0} 个黑洞',
  'Stream: {0} open connection now.': 'Stream：现有 {0} 个连接。',
  'Stream: {0} open connections now.': 'Stream：现有 {0} 个连接。',
  '{0} is here.': '{0} 已加入。',
  'unknown person': '某人',
  // windows
  'Who are you?': '以谁的身份？',
  'Whether DingTalk calls this person an admin': '此人在钉钉里是不是管理员',
  'admin': '管理员',
  'external': '外部人员',
  'Close this window': '关闭窗口',
  'Conversations': '会话',
  'Messages': '消息',
  'Chat window': '聊天窗口',
  'Answered by': '由谁回答',
  'The agent that this conversation is bound to, as by /bind': '本会话绑定的智能体，与 /绑定 相同',
  'simulated model': '模拟模型',
  'typing …': '正在输入……',
  'Stop': '停止',
  'Faults of cards': '卡片的故障',
  'The next three calls for cards are throttled': '接下来三次卡片调用被限流',
  'Lost card': '建卡应答丢失',
  'The next card is made, and the answer is lost': '下一张卡片已创建，但应答丢失',
  'Lost end': '结束应答丢失',
  'The end of the next card is shown, and the answer is lost': '下一张卡片已显示结尾，但应答丢失',
  'Expire': '过期',
  'The card that forms expires': '正在生成的卡片过期',
  'No template': '没有模板',
  'The template of the next card does not exist': '下一张卡片的模板不存在',
  'The next three calls for cards are throttled.': '接下来三次卡片调用将被限流。',
  'The next card is made, and the answer is lost.': '下一张卡片会创建，但应答丢失。',
  'The end of the next card is shown, and the answer is lost.': '下一张卡片会显示结尾，但应答丢失。',
  'The card that forms has expired.': '正在生成的卡片已过期。',
  'No card forms just now.': '当前没有正在生成的卡片。',
  'The next card finds no template.': '下一张卡片找不到模板。',
  'The click failed: {0}': '点击没有生效：{0}',
  ' (new messages)': '（有新消息）',
  'Say something to the robot.': '和机器人说点什么吧。',
  'A group. The robot receives only messages that mention it.': '这是一个群。机器人只收到 @ 它的消息。',
  'Every message takes the real path: DingTalk’s protocol, the store, the routes.': '每条消息都走真实的流程：钉钉协议、存储、路由。',
  'hello': '你好',
  '/help': '/帮助',
  'some markdown': '一段 Markdown',
  '## Deploy done\n\n- **api** 2.4.1\n- *web* 1.9.0\n\n> by [Camel](https://camel.apache.org)':
    '## 发布完成\n\n- **api** 2.4.1\n- *web* 1.9.0\n\n> 由 [Camel](https://camel.apache.org) 发布',
  // writing
  'Message the robot, or / for commands': '给机器人发消息，输入 / 查看命令',
  'Message': '消息',
  'Commands': '命令',
  'In a group the robot receives only messages that mention it': '在群里，机器人只收到 @ 它的消息',
  '@ robot': '@ 机器人',
  '@robot': '@机器人',
  'Send a picture': '发送图片',
  'Send a file': '发送文件',
  'Send the text as a voice message with recognised speech': '把输入的内容作为带识别文字的语音消息发送',
  'Send as a voice message': '作为语音消息发送',
  'Enter sends, Shift+Enter breaks the line': 'Enter 发送，Shift+Enter 换行',
  'Send': '发送',
  'Remove the quote': '取消引用',
  'Not sent: {0}': '没有发送：{0}',
  // commands
  'lists the commands': '列出全部命令',
  'starts a fresh session': '开始新会话',
  'cancels what is running and waiting': '取消正在运行和排队的消息',
  'answers the last message once more': '重新回答上一条消息',
  'running or idle, queue, agent': '运行状态、排队、智能体',
  'turns, messages, tokens of this session': '本次会话的轮次、消息、token',
  'the event hooks that are loaded': '已加载的事件钩子',
  'binds this conversation to an agent': '把本会话绑定到一个智能体',
  'removes the binding': '解除绑定',
  'lists the agents': '可用的智能体',
  'your ids, for allow lists': '您的 ID，用于白名单',
  // messages
  'Custom robot': '自定义机器人',
  'robot': '机器人',
  'recalled': '已撤回',
  'Quote': '引用',
  'Quote {0}: {1}': '引用 {0}：{1}',
  'picture': '图片',
  'an earlier message': '较早的一条消息',
  'video, {0}': '视频，{0}',
  '{0} s': '{0} 秒',
  'Download': '下载',
  'updated {0}': '更新于 {0}',
  'partly for you only': '部分内容仅您可见',
  'Code': '代码',
  'Table': '表格',
  // traces
  'verified by HMAC': 'HMAC 验证',
  'verified by AES': 'AES 验证',
  'verified by Stream': 'Stream 验证',
  'webhook': '回调',
  'encrypted webhook': '加密回调',
  'by session webhook': '经会话 webhook',
  'by robot API': '经机器人 API',
  'by custom robot': '经自定义机器人',
  'by card platform': '经卡片平台',
  'in the answer to the callback': '在回调的应答中',
  'delivered twice': '投递了两次',
  'delivered {0} times': '投递了 {0} 次',
  'refused: {0}': '被拒绝：{0}',
  'being delivered by {0} …': '正在经 {0} 投递……',
  'by {0}': '经 {0}',
  'without @: ignored by the robot': '没有 @：机器人不处理',
  'accepted in {0} ms': '接收用时 {0} 毫秒',
  'stored in {0} ms': '存储用时 {0} 毫秒',
  'a command': '命令',
  'denied by the access policy': '访问策略不允许，已拒绝',
  'bound by {0}': '绑定来源：{0}',
  'conversation': '会话',
  'trigger': '触发器',
  'fallback': '默认',
  'agent {0}': '智能体 {0}',
  '{0} ms': '{0} 毫秒',
  'attempt {0}': '第 {0} 次尝试',
  'queued …': '排队中……',
  'running …': '处理中……',
  'failed: {0}': '失败：{0}',
  'dead letter: {0}': '死信：{0}',
  'see the log': '见日志',
  'has a dead letter': '有死信',
  'chunk {0}/{1}': '第 {0}/{1} 段',
  // faults
  'What happened': '发生了什么',
  'Faults': '故障',
  'Inject a fault': '注入故障',
  'It failed: {0}': '没有成功：{0}',
  'Disconnect': '断开连接',
  'DingTalk announces the end of a Stream connection and closes it': '钉钉先发出断开通知，再关闭一个 Stream 连接',
  'Black hole': '黑洞',
  'A Stream connection stays open, but no data gets through': '一个 Stream 连接保持打开，但收不到也发不出任何数据',
  'Expire token': '令牌过期',
  'The access token is invalid at the next call': '下一次调用时 access token 无效',
  'Expire session': '会话过期',
  'The session webhook of the next reply is expired': '下一条回复的会话 webhook 已过期',
  'Throttle': '限流',
  'The next reply is throttled': '下一条回复被限流',
  '5xx': '5xx',
  'The next reply gets a server error': '下一条回复遇到服务器错误',
  'Deliver twice': '重复投递',
  'The last message of the first window is delivered again': '第一个窗口的最后一条消息再投递一次',
  'Clear': '恢复正常',
  'Removes all planned faults': '取消所有已安排的故障',
  'The session webhook was expired.': '会话 webhook 已过期。',
  'The access token was expired.': 'access token 已过期。',
  'A reply was throttled.': '一条回复被限流。',
  'A reply got a server error.': '一条回复遇到服务器错误。',
  'Fault {0} was triggered.': '已触发故障 {0}。',
  'Faults of the simulated model': '模拟模型的故障',
  'Slow': '缓慢',
  'The next answer comes with a pause of a second before each piece': '下一条回答的每一段之前停顿一秒',
  'Never ends': '永不结束',
  'The next answer begins and never ends: /stop closes the connection': '下一条回答开始后永不结束：/停止 会关闭连接',
  'Breaks off': '中断',
  'The connection is closed in the middle of the next answer': '下一条回答进行到一半时连接被关闭',
  'Cut off': '截断',
  'The next answer uses up its tokens': '下一条回答用完了 token',
  'The next call is refused as one too many': '下一次调用因过于频繁被拒绝',
  'The next call gets a server error': '下一次调用遇到服务器错误',
  'Reject key': '拒绝密钥',
  'The next call is refused for its key': '下一次调用因密钥被拒绝',
  'No model': '模型不存在',
  'The next call finds no such model': '下一次调用找不到这个模型',
  'Too long': '内容过长',
  'The next prompt is longer than the model takes': '下一次的提示词超出模型的长度上限',
  'Filter': '内容过滤',
  'The next answer is withheld by a content filter': '下一条回答被内容过滤器拦下',
  'The simulated model:': '模拟模型：',
  // what the simulator says
  'The model\'s next answer comes slowly.': '模型的下一条回答会很慢。',
  'The model\'s next answer breaks off.': '模型的下一条回答会中断。',
  'The model\'s next answer never ends: /stop ends it.': '模型的下一条回答永不结束：用 /停止 结束它。',
  'The model rejects the key of the next call.': '模型会拒绝下一次调用的密钥。',
  'The next call finds no such model.': '下一次调用找不到这个模型。',
  'The next call of the model is refused as too fast, for 1 s.': '模型的下一次调用因过于频繁被拒绝，1 秒后可再试。',
  'The next call of the model meets a 503.': '模型的下一次调用会遇到 503。',
  'The model\'s next answer is cut off.': '模型的下一条回答会被截断。',
  'The next prompt is too long for the model.': '下一次的提示词会超出模型的长度上限。',
  'The model\'s next answer is filtered.': '模型的下一条回答会被过滤。',
  'DingTalk announced the end of one connection and closes it in {0} s.': '钉钉向一个连接发出断开通知，{0} 秒后关闭。',
  'One connection is a black hole now: it stays open, but no data gets through.': '一个连接变成了黑洞：保持打开，但收不到也发不出任何数据。',
  'The access token is expired at the next call that uses one. Session webhooks use none: expire the session as well to see it.':
    '下一次使用 access token 的调用会发现它已过期。会话 webhook 不需要 token：可以同时让会话过期来观察。',
  'The next reply is throttled.': '下一条回复会被限流。',
  'The next reply gets a 503.': '下一条回复会遇到 503。',
  'The session webhook is expired at the next reply.': '下一条经会话 webhook 的回复会发现它已过期。',
  'No faults are planned.': '没有已安排的故障了。',
  'There is no open Stream connection.': '没有打开的 Stream 连接。',
  'This conversation has no message yet.': '本会话还没有消息。',
  'The last message was delivered again and accepted ({0}): it must not be answered twice.': '最后一条消息已再次投递并被接收（{0}）：不应回答两次。',
  'The last message was delivered again and refused: {0}': '最后一条消息已再次投递，没有被接收：{0}',
  'at most {0} messages at once, not {1}': '一次最多 {0} 条消息，不能是 {1} 条',
  '{0} must have 1 to {1} characters': '{0} 必须有 1 到 {1} 个字符',
  'files may have {0} MiB here, and this one has more': '文件不能超过 {0} MiB',
  'a message may have {0} characters here, not {1}': '消息不能超过 {0} 个字符，这条有 {1} 个',
  'the quoted message is no longer known: only the latest messages can be quoted': '要引用的消息已不在记录中：只能引用最近的消息',
};

/** Whether the browser's first language is Chinese. */
export const chinese = /^zh\b/i.test(navigator.languages?.[0] ?? navigator.language ?? '');

const MARK = /\{(\d)\}/g;
const PATTERNS = Object.keys(CHINESE).filter(text => text.includes('{0}') && text.length > '{0} leaving'.length)
    .map(text => [new RegExp(`^${text.split(MARK).map((part, at) => at % 2 ? '(.*)' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('')}$`, 's'), CHINESE[text]]);

function filled(text, values) {
  return text.replace(MARK, (mark, at) => String(values[at] ?? ''));
}

/** A text of the page, with {0}, {1} … replaced by the values. */
export function t(text, ...values) {
  return filled(chinese ? CHINESE[text] ?? text : text, values);
}

/** A text that the simulator sent, as whole sentences, in the browser's language. */
export function translated(text) {
  if (!chinese) {
    return text;
  }
  for (const [pattern, chineseText] of CHINESE[text] ? [] : PATTERNS) {
    const found = pattern.exec(text);
    if (found) {
      return filled(chineseText, found.slice(1));
    }
  }
  return CHINESE[text] ?? text;
}

/** Translates the texts of a part of the HTML document into the browser's language. */
export function translate(root) {
  const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) {
    const text = nodes.currentNode.data;
    if (text.trim()) {
      nodes.currentNode.data = text.replace(text.trim(), t(text.trim()));
    }
  }
  for (const element of root.querySelectorAll('[aria-label]')) {
    element.setAttribute('aria-label', t(element.getAttribute('aria-label')));
  }
  if (chinese) {
    document.documentElement.lang = 'zh-Hans';
    document.title = t(document.title);
  }
}
