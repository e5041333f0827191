package io.github.dingtalkcamel.cli;

import picocli.CommandLine.Option;

/**
 * The option that prints a command's usage. Its short forms are read by {@link Program}: as options they would make options of all
 * texts that begin with them.
 */
final class HelpOption {

    @Option(names = {"--help", "-help"}, usageHelp = true, hidden = true)
    private boolean asked;
}
