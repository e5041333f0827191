package io.github.dingtalkcamel.simulator.platform;

/** The two ways in which DingTalk hands an app what people say. */
public enum Transport {
    /** a frame on one of the app's Stream connections, protocol 2 */
    STREAM,
    /** a request to the app's callback URL, protocol 4 and 5 */
    WEBHOOK
}
