package io.github.dingtalkcamel.component.api;

import java.util.concurrent.Executor;

/**
 * Runs the steps of a JDK HTTP client: those that its selector thread hands out on that thread itself, all others by another executor. Of
 * the five steps that the client hands out for a short call, four are a few microseconds of reading, writing or TLS; to wake a thread for
 * each costs several times as much as the step.
 * <p>
 * For calls whose body publisher, body subscriber and listeners never wait, since all connections of the client wait with them. A name is
 * looked up there only where the client repeats a connection attempt that just failed, from the JVM's cache of names.
 */
final class SelectorThreadExecutor implements Executor {

    private final Executor others;

    SelectorThreadExecutor(Executor others) {
        this.others = others;
    }

    @Override
    public void execute(Runnable step) {
        if (isSelector(Thread.currentThread().getName())) {
            step.run();
        } else {
            others.execute(step);
        }
    }

    /** The client names it so on Java 17 to 25. Where another version does not, each step is run by the other executor. */
    private static boolean isSelector(String thread) {
        return thread.endsWith("-SelectorManager") && thread.startsWith("HttpClient-");
    }
}
