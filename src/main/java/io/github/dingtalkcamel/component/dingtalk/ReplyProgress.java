package io.github.dingtalkcamel.component.dingtalk;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.api.RetryableException;
import org.apache.camel.Exchange;

/**
 * How far a reply of several messages got, and how often the next one failed. Lives in the exchange until the reply is complete, so that a
 * redelivery continues where the first try failed.
 */
final class ReplyProgress {

    private static final String PROPERTY = "CamelDingTalkReplyProgress";

    private final String text;
    private final Delivered delivered = new Delivered();
    private int sent;
    private boolean inDoubt;
    private int failures;
    private RetryableException failure;
    private ApiRequest failed;
    private String channel;

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

    /** DingTalk took the next message. @param by the channel that it went by */
    void taken(String by, JsonNode answer, String id) {
        sent++;
        inDoubt = false;
        failures = 0;
        failure = null;
        channel = by;
        delivered.answer(answer);
        delivered.taken(id);
    }

    Delivered delivered() {
        return delivered;
    }

    /** The channel of the last message that DingTalk took. */
    String channel() {
        return channel;
    }

    /** The next message was not sent, which can be repeated. */
    void failed(ApiRequest call, RetryableException why) {
        failed = call;
        failure = why;
        // a call that was not permitted was not made
        failures += why instanceof CallNotPermittedException ? 0 : 1;
    }

    /** Why the next message could not be sent; null while it was not tried. */
    RetryableException failure() {
        return failure;
    }

    /** The call that failed so. */
    ApiRequest failedCall() {
        return failed;
    }

    /** How often the next message was sent and failed. */
    int failures() {
        return failures;
    }

    /** Whether DingTalk took the next message is not known. */
    void inDoubt() {
        inDoubt = true;
    }

    boolean isInDoubt() {
        return inDoubt;
    }
}
