package io.github.dingtalkcamel.component.dingtalk;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

/** One asynchronous step after the other, without a thread that waits and without a stack that grows. */
final class InTurn {

    private InTurn() {
    }

    /** Does the step for each item; the first failure ends it. */
    static <T> CompletableFuture<Void> forEach(Iterable<T> items, Function<T, CompletableFuture<?>> step) {
        Iterator<T> rest = items.iterator();
        return whileTrue(rest::hasNext, () -> step.apply(rest.next()));
    }

    /** Does the step while there is something left to do; the first failure ends it. */
    static CompletableFuture<Void> whileTrue(BooleanSupplier unfinished, Supplier<CompletableFuture<?>> step) {
        CompletableFuture<Void> all = new CompletableFuture<>();
        next(unfinished, step, all);
        return all;
    }

    private static void next(BooleanSupplier unfinished, Supplier<CompletableFuture<?>> step, CompletableFuture<Void> all) {
        try {
            while (unfinished.getAsBoolean()) {
                CompletableFuture<?> under = step.get();
                if (!under.isDone()) {
                    under.whenComplete((ok, failure) -> {
                        if (failure == null) {
                            next(unfinished, step, all);
                        } else {
                            all.completeExceptionally(failure);
                        }
                    });
                    return;
                }
                under.join();
            }
            all.complete(null);
        } catch (RuntimeException e) {
            all.completeExceptionally(e);
        }
    }
}
