package io.github.dingtalkcamel.tools;

import java.util.Map;

/**
 * A message of the app's robot (protocol 6.3.4).
 *
 * @param msgKey   the template
 * @param msgParam its parameters, not yet made a text
 */
public record RobotMessage(String msgKey, Map<String, String> msgParam) {

    /** Exchange property that holds the messages that each recipient is to get, a list, in order. */
    public static final String PROPERTY = "CamelDingTalkToolMessages";
}
