/**
 * Looks whether the program can work here, and says what to do where it can't. Sends nothing to anyone.
 *
 * <p>Called by the command {@code doctor} only.
 */
package io.github.dingtalkcamel.doctor;
