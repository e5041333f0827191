package io.github.dingtalkcamel.agent;
import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.conversation.Session;
import io.github.dingtalkcamel.turn.AgentConstants;
import io.github.dingtalkcamel.turn.Turn;
import io.github.dingtalkcamel.turn.TurnStoppedException;
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
 * the reply comes back, how many tokens it took and whom the reply mentions. So no agent can disturb the turn it is called in. An agent may
 * call another by the same words: that one gets the body that it is handed.
 * <p>
 * A turn that is stopped continues at once, with a {@link TurnStoppedException}. Calls by {@code http:} and {@code https:} that the agent waits for are closed
 * then ({@link StoppableHttp}); an agent that waits for anything else, or works, can't be made to end: its result is discarded when it comes, and until then
 * it is counted ({@link Agents#stuck}).
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
        AgentConsumer consumer = getEndpoint().getComponent().agents().find(name);
        if (consumer == null) {
            exchange.setException(new AgentNotRunningException(name));
            callback.done(true);
            return true;
        }
        Exchange call = ask(exchange, name);
        ReplyDraft draft = exchange.getProperty(ReplyDraft.PROPERTY, ReplyDraft.class);
        if (draft != null) {
            call.setProperty(ReplyDraft.PROPERTY, draft);
        }
        Turn turn = exchange.getProperty(Turn.PROPERTY, Turn.class);
        if (turn == null) {
            call.setProperty(StopSignal.PROPERTY, exchange.getProperty(StopSignal.PROPERTY));
            return consumer.getAsyncProcessor().process(call, doneSync -> {
                answer(exchange, call);
                callback.done(doneSync);
            });
        }
        if (turn.isStopped()) {
            exchange.setException(new TurnStoppedException());
            callback.done(true);
            return true;
        }
        call.setProperty(StopSignal.PROPERTY, turn.cancellation());
        TurnsCall running = new TurnsCall(getEndpoint().getComponent(), exchange, call, callback);
        turn.cancellation().whenStopped(running);
        boolean sync = consumer.getAsyncProcessor().process(call, running::returned);
        // stopped: another thread continued the exchange
        return sync && !running.wasStopped();
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
        } catch (RuntimeException e) {
            // a stream that breaks while it is read: without this the exchange would never end
            exchange.setException(e);
        }
    }

    private static void tell(Exchange exchange, Exchange call, String header) {
        setIfKnown(exchange.getMessage(), header, call.getMessage().getHeader(header));
    }
}
