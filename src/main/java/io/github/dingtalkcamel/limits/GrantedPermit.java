package io.github.dingtalkcamel.limits;

/**
 * A permit for one call, got from a host's circuit and an API's bucket.
 *
 * @param line what it is good for
 * @param at   when it was got, by {@code System.nanoTime()}'s measure
 */
record GrantedPermit(String line, long at) {
}
