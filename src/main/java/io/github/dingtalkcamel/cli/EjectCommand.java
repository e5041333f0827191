package io.github.dingtalkcamel.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;

import io.github.dingtalkcamel.reload.Eject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code eject NAME}: copies a packaged file of routes into the routes directory. */
@Command(name = "eject", sortOptions = false, customSynopsis = "eject NAME [--force]", footer = {
        "The file replaces the packaged one; deleting it brings that back.",
        "Status: 0 done, 1 the file exists already or can't be written, 2 wrong use or settings"})
final class EjectCommand implements Callable<Integer> {

    private final Program.Work work;
    private final PrintStream out;
    private final PrintStream errors;

    @Mixin
    private HelpOption help;
    @Parameters(arity = "0..*", paramLabel = "NAME",
            description = "a packaged file of routes, such as reply-message, with or without .camel.yaml; eject alone lists them")
    private List<String> names = List.of();
    @Option(names = "--force", description = "replaces the file where it exists already")
    private boolean force;
    @Spec
    private CommandSpec spec;

    EjectCommand(Program.Work work, PrintStream out, PrintStream errors) {
        this.work = work;
        this.out = out;
        this.errors = errors;
    }

    @Override
    public Integer call() throws Exception {
        Eject eject = work.eject(out, errors);
        if (names.size() != 1) {
            throw new ParameterException(spec.commandLine(), "Say which file: eject NAME [--force]\nThere are: " + eject.names());
        }
        return eject.run(names.get(0), force);
    }
}
