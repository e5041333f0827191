package io.github.dingtalkcamel;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.github.dingtalkcamel.outbound.ProxyEnvironment;
import io.github.dingtalkcamel.routes.BadRoutesException;
import io.github.dingtalkcamel.routes.Eject;
import io.github.dingtalkcamel.secrets.KnownSecrets;
import io.github.dingtalkcamel.settings.Fault;
import io.github.dingtalkcamel.settings.SettingsException;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Starts dingtalk-camel: {@code java -jar dingtalk-camel.jar}. */
public final class Application {

    /** The settings are wrong (contract 2). */
    static final int WRONG_SETTINGS = 2;
    private static final int FAILED = 1;
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
        ProxyEnvironment.apply(System.getenv(), System.getProperties());
        PrintStream errors = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        if (args.length > 0 && args[0].equals(Eject.COMMAND)) {
            System.exit(eject(List.of(args).subList(1, args.length), errors));
        }
        if (args.length > 0 && args[0].equals(Send.COMMAND)) {
            System.exit(send(List.of(args).subList(1, args.length), errors));
        }
        System.exit(run(args, errors));
    }

    /** Runs until it is told to stop. The process ends then, also where something keeps it. */
    private static int run(String[] args, PrintStream errors) {
        DingTalkMain main = new DingTalkMain();
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
            main.run(args);
            return Math.max(0, main.getExitCode());
        } catch (Exception e) {
            return explain(e, main.getCamelContext(), errors);
        } finally {
            deadline.ended();
        }
    }

    private static int eject(List<String> words, PrintStream errors) {
        try {
            return Eject.ofThisProgram(DingTalkMain.routesDir(), new PrintStream(System.out, true, StandardCharsets.UTF_8), errors).run(words);
        } catch (Exception e) {
            return explain(e, null, errors);
        }
    }

    private static int send(List<String> words, PrintStream errors) {
        // before the first class that logs
        System.setProperty("log.level", "error");
        try {
            return new Send(DingTalkMain.settings(), System.in, new PrintStream(System.out, true, StandardCharsets.UTF_8), errors).run(words);
        } catch (Exception e) {
            return explain(e, null, errors);
        }
    }

    /** Says what stopped the start in the words of whoever can mend it; a stack trace only where nobody foresaw it. */
    private static int explain(Exception e, CamelContext context, PrintStream errors) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SettingsException settings) {
                settings.faults().stream().map(Fault::line).forEach(errors::println);
                return WRONG_SETTINGS;
            }
            if (cause instanceof StoreException || cause instanceof StartException || cause instanceof BadRoutesException) {
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
