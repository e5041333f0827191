package io.github.dingtalkcamel;
import java.util.List;

import io.github.dingtalkcamel.reload.Eject;

/**
 * The words behind the jar's name.
 *
 * @param command what is to be done
 * @param words   behind the command; for {@link Command#HELP} at most the command that help is wanted for
 */
record CommandLine(Command command, List<String> words) {

    /** What the program can do. */
    enum Command {
        RUN, SEND, EJECT, HELP
    }

    static final String USAGE = """
            Usage: java -jar dingtalk-camel.jar                  starts the program; SIGTERM stops it
                   java -jar dingtalk-camel.jar send …           sends a text, markdown or a file, and ends
                   java -jar dingtalk-camel.jar eject NAME       copies a packaged file of routes into the routes directory
                   java -jar dingtalk-camel.jar help [COMMAND]   says this, or what send or eject take
            It takes no other words. Settings come from the environment, from -D before -jar, and from
            config/application.properties in the working directory: DINGTALK_APP_KEY=… DINGTALK_APP_SECRET=… for your
            app; without them it starts with a simulator of DingTalk. See docs/settings.md.
            Status: 0 done, 1 failed, 2 wrong use or settings""";

    private static final List<String> HELP = List.of("help", "--help", "-h", "-help", "-?");

    /** Words that say nothing that can be done. */
    static final class WrongUseException extends Exception {
        WrongUseException(String message) {
            super(message);
        }
    }

    static CommandLine of(List<String> words) throws WrongUseException {
        if (words.isEmpty()) {
            return new CommandLine(Command.RUN, List.of());
        }
        String first = words.get(0);
        List<String> rest = words.subList(1, words.size());
        if (HELP.contains(first)) {
            return new CommandLine(Command.HELP, rest.subList(0, Math.min(1, rest.size())));
        }
        if (!first.equals(Send.COMMAND) && !first.equals(Eject.COMMAND)) {
            throw new WrongUseException("There is no " + (first.startsWith("-") ? "option " : "command ") + first);
        }
        // not wherever it is among them: --help may be what is to be sent, behind an option
        if (!rest.isEmpty() && HELP.contains(rest.get(0)) && rest.get(0).startsWith("-")) {
            return new CommandLine(Command.HELP, List.of(first));
        }
        return new CommandLine(first.equals(Send.COMMAND) ? Command.SEND : Command.EJECT, rest);
    }

    /** What {@link Command#HELP} says. */
    String help() {
        return switch (words.isEmpty() ? "" : words.get(0)) {
            case Send.COMMAND -> SendWords.USAGE;
            case Eject.COMMAND -> Eject.USAGE;
            default -> USAGE;
        };
    }
}
