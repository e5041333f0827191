/**
 * DingTalk's side of Stream mode: registers connections, serves the WebSocket, pushes messages, events and card clicks, and closes
 * connections.
 *
 * <p>Called by applications under test, over WebSocket, and by tests through
 * {@link io.github.dingtalkcamel.simulator.stream.StreamSide}.
 */
package io.github.dingtalkcamel.simulator.stream;
