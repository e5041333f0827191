package io.github.dingtalkcamel.agent;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.api.StoppingException;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.conversation.Session;
import io.github.dingtalkcamel.turn.AgentConstants;
import io.github.dingtalkcamel.turn.RunningPlace;
import io.github.dingtalkcamel.turn.Turn;
import io.github.dingtalkcamel.turn.TurnStoppedException;
import io.github.dingtalkcamel.turn.Turns;
import io.github.dingtalkcamel.tracing.TraceContext;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultAsyncProducer;

/**
 * Calls an agent's route, on the caller's thread and asynchronously where the route is.
 * <p>
 * The agent gets an exchange of its own that holds the body, what docs/promises.md 5 names, and nothing else; of what it leaves there, only
 * the reply comes back, how many tokens it took, whom the reply mentions and the files that go with it. So no agent can disturb the turn it
 * is called in. An agent may call another by the same words: that one gets the body that it is handed.
 * <p>
 * A turn that is stopped continues at once, with a {@link TurnStoppedException}. Calls by {@code http:} and {@code https:} that the agent
 * waits for are closed then ({@link StoppableHttp}); an agent that waits for anything else, or works, can't be made to end: its result is
 * discarded when it comes, and until then it is counted ({@link Agents#stuck}).
 * <p>
 * An agent whose circuit is open is not asked ({@link AgentCircuit}). Where as many calls of an agent run as its {@code maxRunning} allows,
 * others wait in order of arrival, without a thread, and without the running place of their turn.
 */
public class AgentProducer extends DefaultAsyncProducer {

    public AgentProducer(AgentEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public AgentEndpoint getEndpoint() {
        return (AgentEndpoint) super.getEndpoint();
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        String name = getEndpoint().getName();
        Agents agents = getEndpoint().getComponent().agents();
        try {
            if (agents.find(name, chosenAt(exchange)) == null) {
                throw new AgentNotRunningException(name);
            }
            AgentCalls calls = agents.calls(name);
            return new Attempt(calls, calls.circuit().acquire(), exchange, timed(exchange, callback)).enter();
        } catch (AgentNotRunningException | AgentUnavailableException | StoppingException e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
    }

    /** When the agent of a turn was chosen; of calls by a route when that route began. */
    private static long chosenAt(Exchange exchange) {
        Long chosenAt = exchange.getProperty(Turns.CHOSEN_AT, Long.class);
        return chosenAt != null ? chosenAt : exchange.getClock().getCreated();
    }

    /** Notes how long the agent took, with the time that the call waited for its {@code maxRunning}. */
    private static AsyncCallback timed(Exchange exchange, AsyncCallback callback) {
        long began = System.nanoTime();
        return doneSync -> {
            exchange.setProperty(Turns.AGENT_MILLIS, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            callback.done(doneSync);
        };
    }

    /** A call that the circuit permits, which may have to wait until the agent has room. */
    private final class Attempt {

        private final AgentCalls calls;
        private final Exchange exchange;
        private final AsyncCallback callback;
        private AgentCircuit.Permit permit;

        Attempt(AgentCalls calls, AgentCircuit.Permit permit, Exchange exchange, AsyncCallback callback) {
            this.calls = calls;
            this.permit = permit;
            this.exchange = exchange;
            this.callback = callback;
        }

        boolean enter() throws StoppingException {
            Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
            RunningPlace place = turn != null ? RunningPlace.of(turn) : exchange.getProperty(RunningPlace.PROPERTY, RunningPlace.class);
            RunningPlace own = place == null || turn != null ? place : place.again();
            AgentCalls.Waiting waiting = calls.enter(refusal -> getEndpoint().getComponent().resume(() -> resume(own, refusal)));
            if (waiting == null) {
                return run(callback);
            }
            if (own != null) {
                own.leave();
            }
            StopSignal signal = turn != null ? turn.cancellation() : exchange.getProperty(StopSignal.PROPERTY, StopSignal.class);
            if (signal != null) {
                signal.whenStopped(waiting);
            }
            return false;
        }

        private void resume(RunningPlace place, Exception refusal) {
            if (refusal != null) {
                permit.giveBack();
                end(refusal);
            } else if (place == null) {
                resume();
            } else {
                place.takeAgain(() -> getEndpoint().getComponent().resume(this::resume));
            }
        }

        private void resume() {
            try {
                // the circuit may have opened meanwhile
                permit = permit.isCurrent() ? permit : calls.circuit().acquire();
            } catch (AgentUnavailableException e) {
                calls.leave();
                end(e);
                return;
            }
            run(doneSync -> callback.done(false));
        }

        private void end(Exception refusal) {
            exchange.setException(refusal);
            callback.done(false);
        }

        private boolean run(AsyncCallback then) {
            AgentConsumer consumer = getEndpoint().getComponent().agents().find(getEndpoint().getName(), chosenAt(exchange));
            Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
            if (consumer == null || turn != null && turn.isStopped()) {
                permit.giveBack();
                calls.leave();
                exchange.setException(consumer == null ? new AgentNotRunningException(getEndpoint().getName())
                        : new TurnStoppedException());
                then.done(true);
                return true;
            }
            return call(consumer, turn, then);
        }

        private boolean call(AgentConsumer consumer, Turn turn, AsyncCallback then) {
            Exchange asked = ask(exchange, consumer.getEndpoint().getName());
            ReplyDraft draft = exchange.getProperty(ReplyDraft.PROPERTY, ReplyDraft.class);
            if (draft != null) {
                asked.setProperty(ReplyDraft.PROPERTY, draft);
            }
            AgentCall call = new AgentCall(calls, permit, exchange, asked);
            if (turn == null) {
                asked.setProperty(StopSignal.PROPERTY, exchange.getProperty(StopSignal.PROPERTY));
                asked.setProperty(RunningPlace.PROPERTY, exchange.getProperty(RunningPlace.PROPERTY));
                return call.ask(consumer.getAsyncProcessor(), doneSync -> {
                    call.returned();
                    call.answered();
                    then.done(doneSync);
                });
            }
            asked.setProperty(StopSignal.PROPERTY, turn.cancellation());
            asked.setProperty(RunningPlace.PROPERTY, RunningPlace.of(turn));
            TurnsCall running = new TurnsCall(getEndpoint().getComponent(), exchange, call, then);
            turn.cancellation().whenStopped(running);
            boolean sync = call.ask(consumer.getAsyncProcessor(), running::returned);
            // stopped: another thread continued the exchange
            return sync && !running.wasStopped();
        }
    }

    private Exchange ask(Exchange exchange, String name) {
        Exchange call = getEndpoint().createExchange(ExchangePattern.InOut);
        Message in = call.getIn();
        in.setBody(exchange.getMessage().getBody());
        in.setHeader(AgentConstants.AGENT, name);
        TraceContext.copyHeaders(exchange.getMessage(), in);
        InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
        if (message == null) {
            // called from a user's own route: the body is all there is
            return call;
        }
        call.setProperty(InboundMessage.PROPERTY, message);
        in.setHeader(AgentConstants.INTEGRATION, message.integration());
        in.setHeader(AgentConstants.CONVERSATION_ID, message.conversationId());
        in.setHeader(AgentConstants.CONVERSATION_TYPE, message.conversationType().publicName());
        setIfKnown(in, AgentConstants.CONVERSATION_TITLE, message.conversationTitle());
        setIfKnown(in, AgentConstants.SENDER_ID, message.sender().staffId());
        setIfKnown(in, AgentConstants.SENDER_NICK, message.sender().nick());
        in.setHeader(AgentConstants.MESSAGE_ID, message.msgId());
        in.setHeader(AgentConstants.MESSAGE_TYPE, message.type());
        Session session = exchange.getProperty(Session.PROPERTY, Session.class);
        if (session != null) {
            in.setHeader(AgentConstants.SESSION_ID, session.id());
            call.setProperty(AgentConstants.HISTORY, session.entries());
        }
        return call;
    }

    private static void setIfKnown(Message in, String header, Object value) {
        if (value != null) {
            in.setHeader(header, value);
        }
    }

    /** What the agent left, for the caller to see. */
    static void answer(Exchange exchange, Exchange call) {
        if (!exchange.getContext().isStopping()) {
            // an agent that leaves its thread interrupted would break the next task of this thread
            Thread.interrupted();
        }
        if (call.getException() != null) {
            exchange.setException(call.getException());
            return;
        }
        try {
            exchange.getMessage().setBody(AgentReply.text(call));
            tell(exchange, call, AgentConstants.PROMPT_TOKENS);
            tell(exchange, call, AgentConstants.COMPLETION_TOKENS);
            tell(exchange, call, AgentConstants.CUT_OFF);
            tell(exchange, call, AgentConstants.AT_USER_IDS);
            tell(exchange, call, AgentConstants.AT_MOBILES);
            tell(exchange, call, AgentConstants.AT_ALL);
            tell(exchange, call, AgentConstants.REPLY_FILES);
        } catch (RuntimeException e) {
            // a stream that breaks while it is read: without this the exchange would never end
            exchange.setException(e);
        }
    }

    private static void tell(Exchange exchange, Exchange call, String header) {
        setIfKnown(exchange.getMessage(), header, call.getMessage().getHeader(header));
    }
}
