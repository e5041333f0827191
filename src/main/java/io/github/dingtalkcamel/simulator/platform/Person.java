package io.github.dingtalkcamel.simulator.platform;

import io.github.dingtalkcamel.simulator.text.RandomText;

/**
 * A user who can talk to robots (docs/protocol.md 3.1).
 *
 * @param staffId    the userId that APIs take
 * @param dingtalkId the encrypted id that payloads carry as senderId
 * @param reach      whether one-to-one messages get there
 * @param outsider   of another organisation: what they say comes without senderStaffId
 */
public record Person(String staffId, String nick, String unionId, String dingtalkId, boolean admin, String platform, Reach reach,
        boolean outsider) {

    /** What batchSend says about a recipient (docs/protocol.md 6.3.1). */
    public enum Reach {
        /** gets the message */
        REACHABLE,
        /** named in invalidStaffIdList */
        UNKNOWN,
        /** named in flowControlledStaffIdList */
        FLOW_CONTROLLED
    }

    /** An ordinary person with made-up ids. */
    public static Person of(String staffId, String nick) {
        return new Person(staffId, nick, RandomText.base64Of("union", staffId), RandomText.base64Of("$:LWCP_v1:$", staffId), false, "Mac",
                Reach.REACHABLE, false);
    }

    public Person asAdmin(boolean value) {
        return new Person(staffId, nick, unionId, dingtalkId, value, platform, reach, outsider);
    }

    public Person with(Reach value) {
        return new Person(staffId, nick, unionId, dingtalkId, admin, platform, value, outsider);
    }

    public Person asOutsider(boolean value) {
        return new Person(staffId, nick, unionId, dingtalkId, admin, platform, reach, value);
    }
}
