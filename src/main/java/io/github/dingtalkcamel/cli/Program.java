package io.github.dingtalkcamel.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;

import io.github.dingtalkcamel.reload.Eject;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The program's command line: {@link #run} does what the words behind the jar's name ask for. Help goes to the standard output with
 * status 0; wrong use goes to the errors, with the command's usage, and status {@value #WRONG_USE}.
 */
@Command(name = "dingtalk-camel", customSynopsis = {
        "java -jar dingtalk-camel.jar                  starts the program; SIGTERM stops it",
        "       java -jar dingtalk-camel.jar send …           sends a text, markdown or a file, and ends",
        "       java -jar dingtalk-camel.jar eject NAME       copies a packaged file of routes into the routes directory",
        "       java -jar dingtalk-camel.jar doctor [--json]  looks whether it can work here, and says what is wrong",
        "       java -jar dingtalk-camel.jar help [COMMAND]   prints this, or the usage of a command"}, footer = {
        "Settings come from the environment, from -D before -jar, and from config/application.properties in the",
        "working directory: DINGTALK_APP_KEY=… DINGTALK_APP_SECRET=… for your app; without them it starts with a",
        "simulator of DingTalk. See docs/settings.md.",
        "Status: 0 done, 1 failed, 2 wrong use or settings"})
public final class Program implements Callable<Integer> {

    /** The status for arguments that can't be understood. */
    static final int WRONG_USE = 2;

    private static final int USAGE_COLUMNS = 120;

    private final Work work;

    @Mixin
    private HelpOption help;

    private Program(Work work) {
        this.work = work;
    }

    /** What the commands do, in this process. */
    public interface Work {

        /**
         * Why words, settings or names can't be used as they are, because characters were lost in them; one line each, none if all is
         * well.
         */
        List<String> lostCharacters();

        /** Prepares the process, before any command but help. The status to end with where that fails, which has been explained by then. */
        OptionalInt prepare();

        /** Runs the program until it is asked to stop. */
        int start();

        /** For the command send. */
        Send send(PrintStream out, PrintStream errors) throws Exception;

        /** For the command eject. */
        Eject eject(PrintStream out, PrintStream errors) throws Exception;

        /** For the command doctor. */
        int doctor(boolean json, PrintStream out);

        /** Says why a command failed, and which status that is. */
        int explain(Exception failure);
    }

    /**
     * Does what the words ask for.
     *
     * @return the exit status: 0 done, 1 failed, 2 wrong use or settings
     */
    public static int run(List<String> words, Work work, InputStream in, PrintStream out, PrintStream errors) {
        if (words.isEmpty()) {
            // the usual start needs no parser, whose classes and annotations would take a tenth of its time
            return start(work, errors);
        }
        CommandLine line = new CommandLine(new Program(work))
                .addSubcommand(new SendCommand(work, in, out, errors))
                .addSubcommand(new EjectCommand(work, out, errors))
                .addSubcommand(new DoctorCommand(work, out))
                .addSubcommand(new HelpCommand(out));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
                .setUsageHelpWidth(USAGE_COLUMNS)
                // texts to send are taken as they are: @names, and words that look like options
                .setExpandAtFiles(false)
                .setPosixClusteredShortOptionsAllowed(false)
                .setAllowOptionsAsOptionParameters(true)
                .setOverwrittenOptionsAllowed(true)
                .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(errors, true, StandardCharsets.UTF_8))
                .setExecutionStrategy(parsed -> execute(parsed, work, errors))
                .setParameterExceptionHandler((wrong, given) -> refuse(wrong, work, errors))
                .setExecutionExceptionHandler((failure, command, parsed) -> work.explain(failure));
        // the synopsis says what they do
        line.getHelpSectionMap().remove(UsageMessageSpec.SECTION_KEY_COMMAND_LIST);
        // a text may look like an option that there is not
        line.getSubcommands().get(SendCommand.NAME).setUnmatchedOptionsArePositionalParams(true);
        return line.execute(withLongHelp(words));
    }

    /** With {@code --help} in place of its short forms, where they are the first word or the first one after the command. */
    private static String[] withLongHelp(List<String> words) {
        String[] read = words.toArray(String[]::new);
        for (int i = 0; i < Math.min(2, read.length); i++) {
            if (read[i].equals("-h") || read[i].equals("-?")) {
                read[i] = "--help";
            }
        }
        return read;
    }

    private static int execute(ParseResult parsed, Work work, PrintStream errors) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        boolean help = parsed.hasSubcommand() && parsed.subcommand().commandSpec().userObject() instanceof HelpCommand;
        if (!help) {
            OptionalInt failed = prepare(work, errors);
            if (failed.isPresent()) {
                return failed.getAsInt();
            }
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int start(Work work, PrintStream errors) {
        try {
            OptionalInt failed = prepare(work, errors);
            return failed.isPresent() ? failed.getAsInt() : work.start();
        } catch (RuntimeException e) {
            return work.explain(e);
        }
    }

    private static OptionalInt prepare(Work work, PrintStream errors) {
        if (!work.lostCharacters().isEmpty()) {
            // before anything is created or sent
            work.lostCharacters().forEach(errors::println);
            return OptionalInt.of(WRONG_USE);
        }
        return work.prepare();
    }

    private static int refuse(ParameterException wrong, Work work, PrintStream errors) {
        if (!work.lostCharacters().isEmpty()) {
            work.lostCharacters().forEach(errors::println);
            return WRONG_USE;
        }
        errors.println(says(wrong));
        errors.print(wrong.getCommandLine().getUsageMessage(CommandLine.Help.Ansi.OFF));
        return WRONG_USE;
    }

    private static String says(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().get(0);
            return "There is no " + (first.startsWith("-") ? "option " : "command ") + first;
        }
        if (wrong instanceof MissingParameterException missing && !missing.getMissing().isEmpty()
                && missing.getMissing().get(0) instanceof OptionSpec option) {
            return option.longestName() + " needs a value after it";
        }
        return wrong.getMessage();
    }

    @Override
    public Integer call() {
        return work.start();
    }
}
