package io.github.dingtalkcamel;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.encoding.NotUtf8Exception;
import io.github.dingtalkcamel.encoding.ProcessInput;
import io.github.dingtalkcamel.outbound.ProxyEnvironment;
import io.github.dingtalkcamel.reload.BadRoutesException;
import io.github.dingtalkcamel.reload.Eject;
import io.github.dingtalkcamel.settings.SettingError;
import io.github.dingtalkcamel.settings.SettingsException;
import io.github.dingtalkcamel.settings.StartException;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Starts dingtalk-camel, or does one of its commands: {@code java -jar dingtalk-camel.jar}, see {@link CommandLine}. */
public final class Application {

    /** The settings are wrong, or the words of the command line. */
    static final int WRONG_USE = 2;
    /** It could not start, or could not go on. */
    static final int FAILED = 1;
    /** What a Java virtual machine ends with after SIGTERM. */
    private static final int TERMINATED = 143;
    private static final int JAVA_WITH_VIRTUAL_THREADS = 21;

    private Application() {
    }

    public static void main(String[] args) {
        if (Runtime.version().feature() >= JAVA_WITH_VIRTUAL_THREADS && System.getProperty("camel.threads.virtual.enabled") == null) {
            // Camel reads this once, when its first class is loaded: turns that wait for slow agents then cost no thread each
            System.setProperty("camel.threads.virtual.enabled", "true");
        }
        PrintStream errors = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(ProcessInput.ofThisProcess(args), new PrintStream(System.out, true, StandardCharsets.UTF_8), errors));
    }

    private static int run(ProcessInput input, PrintStream out, PrintStream errors) {
        CommandLine line;
        try {
            line = CommandLine.of(input.arguments());
        } catch (CommandLine.WrongUseException e) {
            errors.println(e.getMessage());
            errors.println(CommandLine.USAGE);
            return WRONG_USE;
        }
        if (line.command() == CommandLine.Command.HELP) {
            out.println(line.help());
            return 0;
        }
        if (!input.lost().isEmpty()) {
            // before anything is created or sent
            input.lost().forEach(errors::println);
            return WRONG_USE;
        }
        input.systemProperties().forEach(System::setProperty);
        try {
            TemporaryDirectory.check(Path.of(System.getProperty("java.io.tmpdir")));
        } catch (StartException e) {
            return explain(e, null, errors);
        }
        ProxyEnvironment.apply(input.environment(), System.getProperties());
        return switch (line.command()) {
            case SEND -> send(line.words(), input, out, errors);
            case EJECT -> eject(line.words(), input, out, errors);
            default -> start(input, errors);
        };
    }

    /** Runs until it is told to stop. The process ends then, also where something keeps it. */
    private static int start(ProcessInput input, PrintStream errors) {
        DingTalkMain main = new DingTalkMain(input.environment());
        ShutdownDeadline deadline = new ShutdownDeadline(main::turnsTime, main::closeStore, Runtime.getRuntime()::halt);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            deadline.arm(TERMINATED);
            // other hooks may be done before the store is closed
            deadline.awaitEnd();
        }, "dingtalk-shutdown"));
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeStop(BaseMainSupport stopping) {
                // told to by something else than a signal: JMX, a store that another process took
                deadline.arm(Math.max(0, main.getExitCode()));
            }
        });
        try {
            main.run();
            return Math.max(0, main.getExitCode());
        } catch (Exception e) {
            // a start that a signal interrupts fails wherever it happens to be: the store is closed under it
            return deadline.isArmed() ? TERMINATED : explain(e, main.getCamelContext(), errors);
        } finally {
            deadline.ended();
        }
    }

    private static int eject(List<String> words, ProcessInput input, PrintStream out, PrintStream errors) {
        try {
            return Eject.ofThisProgram(DingTalkMain.routesDir(input.environment()), out, errors).run(words);
        } catch (Exception e) {
            return explain(e, null, errors);
        }
    }

    private static int send(List<String> words, ProcessInput input, PrintStream out, PrintStream errors) {
        // before the first class that logs
        System.setProperty("log.level", "error");
        try {
            return new Send(DingTalkMain.settings(input.environment()), System.in, out, errors).run(words);
        } catch (Exception e) {
            return explain(e, null, errors);
        }
    }

    /** Says what stopped the start in the words of whoever can mend it; a stack trace only where nobody foresaw it. */
    private static int explain(Exception e, CamelContext context, PrintStream errors) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SettingsException settings) {
                settings.faults().stream().map(SettingError::line).forEach(errors::println);
                return WRONG_USE;
            }
            if (cause instanceof StoreException || cause instanceof StartException || cause instanceof BadRoutesException
                    || cause instanceof NotUtf8Exception) {
                errors.println(KnownSecrets.clean(cause.getMessage()));
                return FAILED;
            }
            if (cause instanceof YamlEngineException) {
                // where the parser doesn't name the file, Camel's exception around it does
                errors.println(KnownSecrets.clean((cause == e ? "" : e.getMessage() + ": ") + cause.getMessage().strip()));
                return FAILED;
            }
            if (cause instanceof FailedToCreateRouteException failed) {
                errors.println(KnownSecrets.clean(file(context, failed.getRouteId()) + failed.getMessage().strip()));
                return FAILED;
            }
            if (cause instanceof FailedToStartRouteException failed) {
                errors.println(KnownSecrets.clean(file(context, failed.getRouteId()) + failed.getMessage().strip()));
                return FAILED;
            }
        }
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace, true));
        errors.print(KnownSecrets.clean(trace.toString()));
        return FAILED;
    }

    /** The file that a route is in, for the beginning of a line: an id that Camel made up tells its author nothing. */
    private static String file(CamelContext context, String routeId) {
        RouteDefinition route = context instanceof ModelCamelContext model ? model.getRouteDefinition(routeId) : null;
        return route == null || route.getResource() == null ? "" : route.getResource().getLocation() + ": ";
    }
}
