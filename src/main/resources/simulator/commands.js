// The bot's commands, offered while one types a slash.

export const COMMANDS = [
  ['/help', '/帮助', 'lists the commands'],
  ['/new', '/新会话', 'starts a fresh session'],
  ['/stop', '/停止', 'cancels what is running and waiting'],
  ['/retry', '/重试', 'answers the last message once more'],
  ['/status', '/状态', 'running or idle, queue, agent'],
  ['/usage', '/用量', 'turns, messages, tokens of this session'],
  ['/hooks', '/钩子', 'the event hooks that are loaded'],
  ['/bind ', '/绑定 ', 'binds this conversation to an agent'],
  ['/unbind', '/解绑', 'removes the binding'],
  ['/agents', '/智能体', 'lists the agents'],
  ['/whoami', '/我是谁', 'your ids, for allow lists'],
];

/** The commands that what is typed may become; none once it is more than a first word. */
export function matching(typed) {
  const begun = typed.toLowerCase();
  return /^\/\S*$/u.test(begun) ? COMMANDS.filter(([name, alias]) => name.startsWith(begun) || alias.startsWith(begun)) : [];
}

/** The command in the language that was begun. */
export function completed([name, alias], typed) {
  return typed.length > 1 && alias.startsWith(typed) ? alias : name;
}
