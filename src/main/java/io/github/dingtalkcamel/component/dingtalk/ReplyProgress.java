package io.github.dingtalkcamel.component.dingtalk;
import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.Exchange;

/**
 * How far a reply of several messages got. Lives in the exchange until the reply is complete, so that a redelivery continues where the
 * first try failed.
 */
final class ReplyProgress {

    private static final String PROPERTY = "CamelDingTalkReplyProgress";

    private final String text;
    private final Delivered delivered = new Delivered();
    private int sent;
    private boolean sessionExpired;
    private boolean inDoubt;

    private ReplyProgress(String text) {
        this.text = text;
    }

    /** Of this text: what a try before has left, or a new one. */
    static ReplyProgress of(Exchange exchange, String text) {
        ReplyProgress before = exchange.getProperty(PROPERTY, ReplyProgress.class);
        if (before != null && before.text.equals(text)) {
            return before;
        }
        ReplyProgress begun = new ReplyProgress(text);
        exchange.setProperty(PROPERTY, begun);
        return begun;
    }

    void end(Exchange exchange) {
        exchange.removeProperty(PROPERTY);
    }

    int sent() {
        return sent;
    }

    /** DingTalk took the next message. */
    void taken(JsonNode answer, String id) {
        sent++;
        inDoubt = false;
        delivered.answer(answer);
        delivered.taken(id);
    }

    Delivered delivered() {
        return delivered;
    }

    void sessionExpired() {
        sessionExpired = true;
    }

    boolean isSessionExpired() {
        return sessionExpired;
    }

    /** Whether DingTalk took the next message is not known. */
    void inDoubt() {
        inDoubt = true;
    }

    boolean isInDoubt() {
        return inDoubt;
    }
}
