/**
 * DingTalk's Stream mode: opens the WebSocket connections, keeps them open, answers pings, and hands each frame to one handler.
 *
 * <p>Called by the component's consumers and by the application's Stream consumers. It knows frames, not messages: what a frame's data
 * means is the handler's business.
 */
package io.github.dingtalkcamel.component.stream;
