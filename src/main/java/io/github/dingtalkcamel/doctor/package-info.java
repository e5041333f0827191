/**
 * Looks whether the program can work here, and says what to do where it can't. Sends nothing to anyone.
 *
 * <p>Called by the command {@code doctor}, and by {@code admin} for the test of an integration.
 */
package io.github.dingtalkcamel.doctor;
