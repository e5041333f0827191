package io.github.dingtalkcamel.component.stream;
import java.util.Set;
import java.util.function.Consumer;

import io.github.dingtalkcamel.component.message.Delivery;

/** Receives what comes in over the Stream connections of an app. */
public interface StreamSubscriber {

    /** What it receives. */
    Set<Delivery.Kind> kinds();

    /**
     * Takes a delivery without waiting until it is processed.
     *
     * @param done called once, on any thread, with what became of the delivery: DingTalk is answered accordingly
     */
    void deliver(Delivery delivery, Consumer<FrameDispatcher.Outcome> done);
}
