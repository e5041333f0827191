package io.github.dingtalkcamel.component.api;
import java.util.Locale;


/**
 * What a person can do when a custom robot refuses a message (docs/protocol.md 6.2). The code decides; 310000 is one code for four reasons,
 * distinguished by their texts.
 */
final class CustomRobotRemedy {

    private CustomRobotRemedy() {
    }

    /** The remedy, or null for a code that says no more here than elsewhere. */
    static String of(String code, String text, OptionNames names) {
        return switch (code) {
            case "310000" -> refusedBy(text.toLowerCase(Locale.ROOT), names);
            case "300001", "300005", "400101" -> "No robot has this URL (any more): copy " + names.of("webhookUrl")
                    + " anew from the robot's settings in the group";
            case "400013" -> "The group was dissolved: set " + names.of("webhookUrl") + " to a robot of another group";
            case "400102", "400106" -> "The robot is switched off or not in the group: change that in the group's settings";
            case "400105", "400202",
                    "40035" -> "The message lacks a field, or has a type that custom robots don't take: they take text, link, markdown, "
                    + "actionCard and feedCard";
            case "460101", "101002" -> "The message is larger than 20000 bytes: send less, or in several messages";
            default -> code.startsWith("4301") ? "DingTalk's content check refused a link, text, picture or content: change it" : null;
        };
    }

    private static String refusedBy(String text, OptionNames names) {
        if (text.contains("关键词") || text.contains("keyword")) {
            return "The message holds none of the robot's keywords: write one of them into it, or change them in the robot's settings in "
                    + "the group";
        }
        if (text.contains("签名过期") || text.contains("timestamp") && !text.contains("时间戳必须")) {
            return "This machine's clock is more than an hour off: set it right";
        }
        if (text.contains("签名") || text.contains("sign")) {
            return "Check " + names.of("secret")
                    + " (SEC…) against the robot's settings in the group: without one, the robot must not ask for a signature";
        }
        if (text.contains("whitelist") || text.contains("白名单") || text.startsWith("ip ")) {
            return "Add this machine's public address to the addresses in the robot's settings in the group";
        }
        return "The robot's security settings refused it: compare keywords, signature and addresses in its settings in the group with "
                + "what is sent";
    }
}
