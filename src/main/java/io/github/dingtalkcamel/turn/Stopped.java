package io.github.dingtalkcamel.turn;

import java.util.List;

import org.apache.camel.Exchange;
import org.apache.camel.support.UnitOfWorkHelper;

/**
 * The turns of a conversation that {@code /stop} cancelled.
 *
 * @param running the turn that was being answered, or null
 * @param dropped the turns that waited, in their order
 */
public record Stopped(Turn running, List<Turn> dropped) {

    /** Tells the turns that they were stopped, and ends the exchanges that waited, which no consumer will end. */
    static Stopped by(String person, Turn running, List<Exchange> dropped) {
        if (running != null) {
            running.cancellation().stop(person);
        }
        List<Turn> turns = dropped.stream().map(exchange -> exchange.getProperty(Turn.PROPERTY, Turn.class)).toList();
        turns.forEach(turn -> turn.cancellation().stop(person));
        dropped.forEach(exchange ->
                UnitOfWorkHelper.doneSynchronizations(exchange, exchange.getExchangeExtension().handoverCompletions()));
        return new Stopped(running, turns);
    }

    /** Whether there was nothing to stop. */
    public boolean isNothing() {
        return running == null && dropped.isEmpty();
    }
}
