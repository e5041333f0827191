package io.github.dingtalkcamel.component.model;

import java.time.Duration;

import io.github.dingtalkcamel.component.agent.AgentFault;

/**
 * A model gave no answer that could be used. The message is for operators: what happened, in the words of the server where it gave any, and
 * what to do. It holds no key. The text for users depends on the {@link #kind}.
 */
public final class ModelException extends Exception implements AgentFault {

    private static final long serialVersionUID = 1L;

    /** Why there is no answer. */
    public enum Kind {
        /** The API key is missing, wrong or without rights: 401, 403. */
        REJECTED_KEY("Check the API key, and that it may use this model"),
        /** There is no such model, or nothing at this address: 404. */
        UNKNOWN_MODEL("Check the name of the model, and that the base URL is right; it includes /v1 where the server wants that"),
        /** Too many calls, or no credit: 402, 429. */
        THROTTLED("Wait, or raise the limits of the account"),
        /** The model's server failed: 5xx. */
        BROKEN_DOWN("Try again later; the provider's status page may say more"),
        /** No connection could be made. */
        UNREACHABLE("Check the base URL, DNS, proxy and firewall, and that the server runs"),
        /** The time-out was over before the answer was whole. */
        TIMED_OUT("Raise the option timeout, or choose a faster model"),
        /** The stream ended without a finish_reason, or was no such stream. */
        BROKEN_OFF("Try again; if it happens often, look at proxies between here and the model"),
        /** The prompt is longer than the model takes, with half the history as well. */
        TOO_LONG("Lower the option historyTokens, shorten the system message, or choose a model with a larger context"),
        /** The model used up maxTokens before it said anything. */
        CUT_OFF("Raise the option maxTokens"),
        /** The provider's content filter withheld the answer. */
        FILTERED("The provider decides what it filters: ask in other words, or choose another model"),
        /** The answer has no text. */
        EMPTY("Try again; a model that answers nothing often may want another system message"),
        /** The model called tools without an end. */
        TOO_MANY_CALLS("See what the tools answer: a model that does not understand it asks again and again"),
        /** Any other refusal. */
        REFUSED("See what the server says"),
        /** The call was ended by a {@link io.github.dingtalkcamel.component.api.StopSignal}. */
        STOPPED("Nothing needs to be done");

        private final String remedy;

        Kind(String remedy) {
            this.remedy = remedy;
        }

        /** What an operator can do about it. */
        public String remedy() {
            return remedy;
        }
    }

    private final transient Kind kind;
    private final transient Duration retryAfter;

    ModelException(Kind kind, String whatHappened) {
        this(kind, whatHappened, null);
    }

    ModelException(Kind kind, String whatHappened, Duration retryAfter) {
        super(whatHappened + ". " + kind.remedy(), null, false, false);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    /** A message was filtered, too long or not answered; or the model is there, and asked too often. */
    @Override
    public boolean isOfTheAgent() {
        return switch (kind) {
            case TOO_LONG, CUT_OFF, FILTERED, EMPTY, TOO_MANY_CALLS, THROTTLED, STOPPED -> false;
            case REJECTED_KEY, UNKNOWN_MODEL, BROKEN_DOWN, UNREACHABLE, TIMED_OUT, BROKEN_OFF, REFUSED -> true;
        };
    }

    public Kind kind() {
        return kind;
    }

    /** How long the server asked to wait; null where it did not. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
