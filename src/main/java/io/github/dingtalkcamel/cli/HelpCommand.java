package io.github.dingtalkcamel.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the usage of a command, or of the program for any other word. */
@Command(name = "help", customSynopsis = "help [COMMAND]")
final class HelpCommand implements Callable<Integer> {

    private final PrintStream out;

    @Mixin
    private HelpOption help;
    @Parameters(hidden = true)
    private List<String> commands = List.of();
    @Spec
    private CommandSpec spec;

    HelpCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        CommandLine program = spec.parent().commandLine();
        CommandLine command = commands.isEmpty() ? program : program.getSubcommands().getOrDefault(commands.get(0), program);
        out.print((command.getCommandSpec() == spec ? program : command).getUsageMessage(CommandLine.Help.Ansi.OFF));
        return 0;
    }
}
