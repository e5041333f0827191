/**
 * Calls to DingTalk's two hosts, without a thread that waits: access tokens, deadlines, what an answer means; and the strategies that an
 * application plugs in.
 * Knows nothing of Camel's routes. Called by the component, and by applications that call DingTalk as the component does.
 */
package io.github.dingtalkcamel.component.api;
