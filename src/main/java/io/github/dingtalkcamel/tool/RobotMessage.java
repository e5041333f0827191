package io.github.dingtalkcamel.tool;
import java.util.Map;

import io.github.dingtalkcamel.component.api.Mentions;

/**
 * A message of the app's robot (docs/protocol.md 6.3.4).
 *
 * @param msgKey   the template
 * @param msgParam its parameters, not yet made a text
 * @param mentions the mentions of a message to a custom robot; the robot API has none
 */
public record RobotMessage(String msgKey, Map<String, String> msgParam, Mentions mentions) {

    /** Exchange property that holds the messages that each recipient is to get, a list, in order. */
    public static final String PROPERTY = "CamelDingTalkToolMessages";

    /** A message without mentions. */
    public RobotMessage(String msgKey, Map<String, String> msgParam) {
        this(msgKey, msgParam, Mentions.NONE);
    }

    /** What is read of it; null where a custom robot's form of it has no mentions. */
    String text() {
        return msgKey.equals("sampleText") ? msgParam.get("content")
                : msgKey.equals("sampleMarkdown") || msgKey.startsWith("sampleActionCard") ? msgParam.get("text") : null;
    }

    /** The same, mentioning these. */
    RobotMessage mentioning(Mentions these) {
        return new RobotMessage(msgKey, msgParam, these);
    }
}
