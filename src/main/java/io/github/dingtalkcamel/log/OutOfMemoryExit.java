package io.github.dingtalkcamel.log;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process at once when memory is exhausted, for a JVM that was started without {@code -XX:+ExitOnOutOfMemoryError}: threads that
 * died of it leave a process that runs and answers nothing. Looks at each error that ends a thread, and at each that is logged.
 * <p>
 * Does nothing until {@link #install}. Does not see an error that code catches without a word.
 */
public final class OutOfMemoryExit {

    /** What the JVM's own flag ends with. */
    public static final int STATUS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(OutOfMemoryExit.class);
    private static final int DEEPEST = 50;

    private static volatile IntConsumer halt;

    private OutOfMemoryExit() {
    }

    /** From here on the process ends when memory is exhausted. */
    public static void install() {
        LastWords lastWords = new LastWords();
        Halt end = new Halt();
        // once for practice: what is done for the first time loads classes, and needs memory for that
        install(ignored -> end.writes(0));
        lastWords.uncaughtException(Thread.currentThread(), new OutOfMemoryError());
        install(end);
        Thread.setDefaultUncaughtExceptionHandler(lastWords);
    }

    /** For tests: null undoes it. */
    static void install(IntConsumer what) {
        halt = what;
    }

    /**
     * Ends the process where this says that memory is exhausted, itself or by one of its causes.
     *
     * @return false where it says nothing of that, or nothing is installed
     */
    public static boolean check(Throwable thrown) {
        IntConsumer end = halt;
        if (end == null) {
            return false;
        }
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            if (cause instanceof OutOfMemoryError) {
                end.accept(STATUS);
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /** Allocates as good as nothing: there may be no memory left. So what it needs is made beforehand. */
    private static final class Halt implements IntConsumer {

        private final Runtime runtime = Runtime.getRuntime();
        /** Given up first: what the JVM itself allocates while it ends. */
        private volatile byte[] reserve = new byte[256 * 1024];
        private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
        private final byte[] line = ("FATAL OutOfMemoryError: the process ends at once with status " + STATUS
                + ", so that its supervisor starts it again. What was accepted is stored. Give it more memory (-Xmx), or see which agent"
                + " needs so much\n")
                .getBytes(StandardCharsets.UTF_8);

        @Override
        public void accept(int status) {
            reserve = null;
            writes(line.length);
            while (true) {
                try {
                    runtime.halt(status);
                } catch (Throwable e) {
                    // another thread took the memory first: until there is some
                    Thread.onSpinWait();
                }
            }
        }

        /** So many bytes of the line. It may be lost; the end is what counts. */
        void writes(int length) {
            try {
                out.write(line, 0, length);
                if (length == 0) {
                    throw new IOException("for practice");
                }
            } catch (Throwable e) {
                Thread.onSpinWait();
            }
        }
    }

    /** For threads that an error ends. */
    private static final class LastWords implements Thread.UncaughtExceptionHandler {

        @Override
        public void uncaughtException(Thread thread, Throwable thrown) {
            if (!check(thrown)) {
                LOG.error("Thread {} ended", thread.getName(), thrown);
            }
        }
    }
}
