package io.github.dingtalkcamel.limits;

/**
 * A permit for one call, got from a host's circuit and an API's bucket.
 *
 * @param line what it is good for
 * @param at   when it was got, by {@code System.nanoTime()}'s measure
 */
public record GrantedPermit(String line, long at) {

    /** Exchange property: a pass got while waiting, for the next call. */
    public static final String GRANTED = "CamelDingTalkPass";
    /** Exchange property: the pass of the call under way. */
    static final String IN_USE = "CamelDingTalkPassInUse";
}
