package io.github.dingtalkcamel.limits;
import java.time.Duration;
import java.util.Set;

/**
 * What a throttle answer says about the limit that was met (docs/protocol.md 6.2, 7.1).
 *
 * @param window  what the limit counts calls in
 * @param silence how long nothing may be sent after it: the rest of the window, or the ban
 * @param most    calls in a window that are safe as far as is documented: four fifths of that, since clocks differ and answers overtake
 *                each other
 * @param firm    whether the limit is fixed and can't be raised by a paid plan
 */
record Throttling(Duration window, Duration silence, int most, boolean firm) {

    private static final Set<String> ROBOT_CODES = Set.of("660026", "130101", "410100");

    /** 20 a second for an app's API, where DingTalk sells no more. */
    private static final Throttling PER_SECOND = new Throttling(Duration.ofSeconds(1), Duration.ofMillis(1_100), 16, false);
    private static final Throttling PER_MINUTE = new Throttling(Duration.ofMinutes(1), Duration.ofSeconds(61), 400, false);
    /** 20 a minute for a custom robot, then ten minutes nothing. */
    private static final Throttling ROBOT = new Throttling(Duration.ofMinutes(1), Duration.ofSeconds(605), 16, true);
    /** The month's quota is used up; more can be bought. */
    private static final Throttling QUOTA = new Throttling(Duration.ofMinutes(1), Duration.ofMinutes(10), 400, false);

    /**
     * The documented 20 a second for an app's API, less what may overlap, kept from the beginning: replies that are shown in cards while
     * they form would exceed it as soon as some are shown at once.
     */
    static final Throttling CARDS = new Throttling(Duration.ofSeconds(1), Duration.ofMillis(1_100), 14, true);

    static Throttling of(String code) {
        if (ROBOT_CODES.contains(code)) {
            return ROBOT;
        }
        if (code.contains(".ApiCount") || code.equals("90020")) {
            return QUOTA;
        }
        return code.contains(".Qpm") ? PER_MINUTE : PER_SECOND;
    }
}
