/**
 * Calls to DingTalk's two hosts that hold no thread while they wait: access tokens, deadlines, the meaning of a response, and the
 * strategies that an application plugs in.
 *
 * <p>Called by the component, and by applications that call DingTalk as the component does. Knows nothing of Camel's routes.
 */
package io.github.dingtalkcamel.component.api;
