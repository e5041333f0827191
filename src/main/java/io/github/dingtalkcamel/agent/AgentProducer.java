package io.github.dingtalkcamel.agent;

import io.github.dingtalkcamel.inbound.InboundMessage;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultAsyncProducer;

/**
 * Calls an agent's route, on the caller's thread and asynchronously where the route is.
 * <p>
 * The agent gets an exchange of its own that holds the body, what contract 5 names, and nothing else; of what it leaves there, only the reply comes
 * back. So no agent can disturb the turn it is called in. An agent may call another by the same words: that one gets the body that it is handed.
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
        return consumer.getAsyncProcessor().process(call, doneSync -> {
            answer(exchange, call);
            callback.done(doneSync);
        });
    }

    private Exchange ask(Exchange exchange, String name) {
        Exchange call = getEndpoint().createExchange(ExchangePattern.InOut);
        Message in = call.getIn();
        in.setBody(exchange.getMessage().getBody());
        in.setHeader(AgentConstants.AGENT, name);
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
        return call;
    }

    private static void setIfKnown(Message in, String header, String value) {
        if (value != null) {
            in.setHeader(header, value);
        }
    }

    private static void answer(Exchange exchange, Exchange call) {
        if (!exchange.getContext().isStopping()) {
            // an agent that leaves its thread interrupted would break whatever this thread does next
            Thread.interrupted();
        }
        if (call.getException() != null) {
            exchange.setException(call.getException());
            return;
        }
        try {
            exchange.getMessage().setBody(call.getMessage().getBody(String.class));
        } catch (RuntimeException e) {
            // a stream that breaks while it is read: nobody else would end the exchange
            exchange.setException(e);
        }
    }
}
