package io.github.dingtalkcamel.simulator.platform;

/** The two ways in which DingTalk hands an app what people say. */
public enum Transport {
    /** a frame on one of the app's Stream connections, docs/protocol.md 2 */
    STREAM,
    /** a request to the app's callback URL, docs/protocol.md 4 and 5 */
    WEBHOOK
}
