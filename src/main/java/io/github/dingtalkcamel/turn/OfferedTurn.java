package io.github.dingtalkcamel.turn;

import io.github.dingtalkcamel.component.message.Delivery;
import org.apache.camel.Exchange;
import org.apache.camel.support.UnitOfWorkHelper;

/** The turn of an exchange that a route offers to a queue. */
final class OfferedTurn {

    private OfferedTurn() {
    }

    /** The turn of an exchange. */
    static Turn turn(Exchange exchange) {
        return exchange.getProperty(Turn.PROPERTY, Turn.class);
    }

    /**
     * The turn, when the route may offer it.
     *
     * @throws IllegalArgumentException when the exchange has no stored message, or its turn has its place in another queue
     */
    static Turn of(Exchange exchange, KeyedQueue queue) {
        Turn turn = turn(exchange);
        if (turn == null) {
            throw new IllegalArgumentException(
                    "seda:turns and seda:commands take stored messages only: send to direct:inbound-message instead");
        }
        if (turn.isHere() && turn.slot().queue() != queue) {
            // so that a command never reaches an agent, however a route was edited
            throw new IllegalArgumentException("Turn " + turn.reference() + " has its place in another queue");
        }
        // the message holds all that is needed of it; the whole tree of its JSON would stay in memory
        exchange.removeProperty(Delivery.PROPERTY);
        return turn;
    }

    /** The turn is stored; the node that works on its conversation reads it from the store. No consumer will end this exchange. */
    static boolean leaveElsewhere(Exchange exchange) {
        UnitOfWorkHelper.doneSynchronizations(exchange, exchange.getExchangeExtension().handoverCompletions());
        return true;
    }
}
