package io.github.dingtalkcamel.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code doctor}: looks whether the program can work here. */
@Command(name = "doctor", sortOptions = false, customSynopsis = "doctor [--json]", footer = {
        "One line for each check: ok, wrong with what to do, unknown, or off. Sends nothing to anyone.",
        "Status: 0 nothing is wrong, 1 something is"})
final class DoctorCommand implements Callable<Integer> {

    private final Program.Work work;
    private final PrintStream out;

    @Mixin
    private HelpOption help;
    @Option(names = "--json", description = "prints JSON")
    private boolean json;

    DoctorCommand(Program.Work work, PrintStream out) {
        this.work = work;
        this.out = out;
    }

    @Override
    public Integer call() {
        return work.doctor(json, out);
    }
}
