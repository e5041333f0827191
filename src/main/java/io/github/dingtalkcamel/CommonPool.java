package io.github.dingtalkcamel;

import java.util.Properties;

/**
 * The common pool of the Java virtual machine. Its size is one less than the processors, and where that is less than two,
 * {@code CompletableFuture} starts a new thread for each asynchronous task instead: on machines of one or two processors one for each call
 * of the HTTP client.
 */
final class CommonPool {

    static final String PARALLELISM = "java.util.concurrent.ForkJoinPool.common.parallelism";

    private CommonPool() {
    }

    /** Gives the pool two threads where it would have fewer, unless an operator has set its size. Works before its first use only. */
    static void widen(Properties system, int processors) {
        if (processors < 3) {
            system.putIfAbsent(PARALLELISM, "2");
        }
    }
}
