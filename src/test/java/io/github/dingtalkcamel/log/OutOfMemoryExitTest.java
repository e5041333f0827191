package io.github.dingtalkcamel.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.camel.CamelExecutionException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** An OutOfMemoryError ends the process, in every place where it can be seen. */
class OutOfMemoryExitTest {

    private final List<Integer> ended = new ArrayList<>();

    @AfterEach
    void uninstall() {
        OutOfMemoryExit.install(null);
    }

    @Test
    void anErrorThatIsLoggedEndsTheProcessAlsoWhereItIsACause() throws Exception {
        OutOfMemoryExit.install(ended::add);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            Exception asCamelWrapsIt = new CamelExecutionException("failed", new DefaultExchange(context),
                    new OutOfMemoryError("Java heap space"));

            LoggerFactory.getLogger(OutOfMemoryExitTest.class).warn("An agent failed", asCamelWrapsIt);
        }
        assertThat(ended).containsOnly(OutOfMemoryExit.STATUS);
    }

    @Test
    void otherErrorsEndNothing() {
        OutOfMemoryExit.install(ended::add);

        LoggerFactory.getLogger(OutOfMemoryExitTest.class).warn("An agent failed", new StackOverflowError());
        OutOfMemoryExit.check(null);

        assertThat(ended).isEmpty();
    }

    @Test
    @Timeout(60)
    void aThreadThatDiesOfItEndsTheProcessWithALineAndAStatus() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx32m", "-cp",
                System.getProperty("java.class.path"), Exhausted.class.getName()).start();
        CompletableFuture<String> out = text(process.getInputStream());
        CompletableFuture<String> errors = text(process.getErrorStream());

        assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(errors.join()).isEqualTo(OutOfMemoryExit.STATUS);
        assertThat(out.join()).contains("FATAL OutOfMemoryError: the process ends at once with status 3");
    }

    private static CompletableFuture<String> text(InputStream stream) {
        return CompletableFuture.supplyAsync(() -> {
            try (stream) {
                ByteArrayOutputStream all = new ByteArrayOutputStream();
                stream.transferTo(all);
                return all.toString(StandardCharsets.UTF_8);
            } catch (Exception e) {
                return e.toString();
            }
        });
    }

    /** A process whose main thread lives on while another one exhausts the memory. */
    static final class Exhausted {

        private static final List<byte[]> ALL = new ArrayList<>();

        public static void main(String[] arguments) throws Exception {
            OutOfMemoryExit.install();
            new Thread(() -> {
                while (true) {
                    ALL.add(new byte[1 << 16]);
                }
            }).start();
            new CountDownLatch(1).await(60, TimeUnit.SECONDS);
        }
    }
}
