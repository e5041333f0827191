/**
 * What the fake DingTalk knows: apps, robots, people, groups, sessions, tokens, files, and what was delivered. Also the values that
 * tests and pages pass to it and get from it.
 *
 * <p>Used by the packages that serve APIs, Stream connections and pages, and by tests. It serves nothing itself.
 */
package io.github.dingtalkcamel.simulator.platform;
