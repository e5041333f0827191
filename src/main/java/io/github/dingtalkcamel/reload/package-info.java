/**
 * The files of routes: which there are, which replaces which, and how an edited one goes live while messages flow.
 *
 * <p>Called by the program's start and by the command {@code eject}; {@code observe} reads its state. It does not know what the routes do.
 */
package io.github.dingtalkcamel.reload;
