package io.github.dingtalkcamel.component.stream;
import java.util.Set;
import java.util.function.Consumer;

import io.github.dingtalkcamel.component.message.Delivery;

/** Receives the deliveries of an app's Stream connections. */
public interface StreamSubscriber {

    /** What it receives. */
    Set<Delivery.Kind> kinds();

    /**
     * Takes a delivery without waiting until it is processed.
     *
     * @param done called once, on any thread, with the outcome of the delivery, which decides the answer to DingTalk
     */
    void deliver(Delivery delivery, Consumer<FrameDispatcher.Outcome> done);
}
