/**
 * The command line: {@code send}, {@code eject} and {@code help}, and the start of the program without a command.
 *
 * <p>Called by {@code Application} only, which gives it what commands need through {@link io.github.dingtalkcamel.cli.Program.Work}.
 */
package io.github.dingtalkcamel.cli;
