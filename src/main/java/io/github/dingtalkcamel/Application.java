package io.github.dingtalkcamel;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

import io.github.dingtalkcamel.cli.Program;
import io.github.dingtalkcamel.cli.Send;
import io.github.dingtalkcamel.doctor.Doctor;
import io.github.dingtalkcamel.doctor.Examination;
import io.github.dingtalkcamel.doctor.Machine;
import io.github.dingtalkcamel.encoding.ProcessInput;
import io.github.dingtalkcamel.log.LogFormat;
import io.github.dingtalkcamel.log.OutOfMemoryExit;
import io.github.dingtalkcamel.reload.Eject;
import io.github.dingtalkcamel.settings.ProxyEnvironment;
import io.github.dingtalkcamel.settings.SettingsException;
import io.github.dingtalkcamel.settings.StartException;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;

/** Starts dingtalk-camel, or runs one of its commands: {@code java -jar dingtalk-camel.jar}, see {@link Program}. */
public final class Application {

    /** The settings or the command line are wrong. */
    static final int WRONG_USE = 2;
    /** The program could not start, or had to stop. */
    static final int FAILED = 1;
    /** The status of a Java virtual machine that SIGTERM ended. */
    private static final int TERMINATED = 143;
    private static final int JAVA_WITH_VIRTUAL_THREADS = 21;

    private Application() {
    }

    public static void main(String[] args) {
        if (Runtime.version().feature() >= JAVA_WITH_VIRTUAL_THREADS && System.getProperty("camel.threads.virtual.enabled") == null) {
            // Camel reads this once, when its first class is loaded; a turn that waits for a slow agent then holds no platform thread
            System.setProperty("camel.threads.virtual.enabled", "true");
        }
        CommonPool.widen(System.getProperties(), Runtime.getRuntime().availableProcessors());
        PrintStream errors = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(ProcessInput.ofThisProcess(args), new PrintStream(System.out, true, StandardCharsets.UTF_8), errors));
    }

    private static int run(ProcessInput input, PrintStream out, PrintStream errors) {
        return Program.run(input.arguments(), new OfThisProcess(input, errors), System.in, out, errors);
    }

    /** What commands do in this process. */
    private record OfThisProcess(ProcessInput input, PrintStream errors) implements Program.Work {

        @Override
        public List<String> lostCharacters() {
            return input.lost();
        }

        @Override
        public OptionalInt prepare() {
            input.systemProperties().forEach(System::setProperty);
            try {
                LogFormat.choose(input.environment(), System.getProperties(), DingTalkMain::file);
            } catch (StartException e) {
                return OptionalInt.of(explain(e));
            }
            try {
                TemporaryDirectory.check(Path.of(System.getProperty("java.io.tmpdir")));
            } catch (StartException e) {
                return OptionalInt.of(explain(e));
            }
            ProxyEnvironment.apply(input.environment(), System.getProperties());
            return OptionalInt.empty();
        }

        @Override
        public int start() {
            return Application.start(input, errors);
        }

        @Override
        public Send send(PrintStream out, PrintStream problems) throws SettingsException {
            // before the first class that logs
            System.setProperty("log.level", "error");
            return new Send(DingTalkMain.settings(input.environment()), SendingConfiguration::bind, out, problems);
        }

        @Override
        public Eject eject(PrintStream out, PrintStream problems) throws SettingsException {
            return Eject.ofThisProgram(DingTalkMain.routesDir(input.environment()), out, problems);
        }

        @Override
        public int doctor(boolean json, PrintStream out) {
            System.setProperty("log.level", "off");
            Examination examination = new Examination(Machine.here(), DingTalkMain.given(DingTalkMain.strings(System.getProperties())),
                    false);
            return new Doctor(examination).run(() -> DingTalkMain.settings(input.environment()), json, out);
        }

        @Override
        public int explain(Exception failure) {
            return StartFailures.explain(failure, null, errors);
        }
    }

    /** Runs until the process is asked to stop, then ends within the shutdown deadline, even if something is still busy. */
    private static int start(ProcessInput input, PrintStream errors) {
        OutOfMemoryExit.install();
        DingTalkMain main = new DingTalkMain(input.environment());
        ShutdownDeadline deadline = new ShutdownDeadline(main::turnsTime, main::closeStore, Runtime.getRuntime()::halt);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            deadline.arm(TERMINATED);
            // shutdown hooks run side by side: the process must not end before the store is closed
            deadline.awaitEnd();
        }, "dingtalk-shutdown"));
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeStop(BaseMainSupport stopping) {
                // stopped without a signal: by JMX, or since another process took the store
                deadline.arm(Math.max(0, main.getExitCode()));
            }
        });
        try {
            main.run();
            return Math.max(0, main.getExitCode());
        } catch (Exception e) {
            // a start that a signal interrupts can fail at any point, because the store is closed meanwhile
            return deadline.isArmed() ? TERMINATED : StartFailures.explain(e, main.getCamelContext(), errors);
        } finally {
            deadline.ended();
        }
    }
}
