package io.github.dingtalkcamel.assistant;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletionException;

import io.github.dingtalkcamel.component.model.ModelException;
import io.github.dingtalkcamel.component.model.ModelException.Kind;
import io.github.dingtalkcamel.component.model.ModelListing;
import io.github.dingtalkcamel.component.model.ModelObserver;
import io.github.dingtalkcamel.component.model.ModelOptions;
import io.github.dingtalkcamel.settings.ModelSettings;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the assistant's model: how the last call ended. Where no call tells it, or the last one failed, the server's list of
 * models is asked for, which costs no tokens: at the start, then at most once in {@link #PAUSE}, and only on request.
 * <p>
 * Does not promise: to notice that a model is gone before it is asked. A message that a model filters or finds too long says nothing of
 * the model.
 */
public final class ModelStatus implements ModelObserver {

    static final Duration PAUSE = Duration.ofMinutes(1);
    private static final Logger LOG = LoggerFactory.getLogger(ModelStatus.class);
    private static final Set<Kind> OF_THE_MESSAGE = EnumSet.of(Kind.TOO_LONG, Kind.CUT_OFF, Kind.FILTERED, Kind.EMPTY, Kind.STOPPED);
    /** What the list of models can tell to be over: it takes the same key, and comes from the same server. */
    private static final Set<Kind> SEEN_BY_LISTING = EnumSet.of(Kind.REJECTED_KEY, Kind.UNREACHABLE, Kind.BROKEN_DOWN, Kind.TIMED_OUT,
            Kind.BROKEN_OFF,
            Kind.THROTTLED);

    private final CamelContext context;
    private final ModelSettings model;
    private final Clock clock;
    private ModelException failure;
    private Instant lastAnswer;
    private Instant lastLook = Instant.MIN;

    ModelStatus(CamelContext context, ModelSettings model, Clock clock) {
        this.context = context;
        this.model = model;
        this.clock = clock;
    }

    /** Server and model, for people. */
    public String shown() {
        return model.model() + " at " + model.baseUrl();
    }

    /** Why the model gives no answers, with the remedy; null where nothing is known to be wrong. */
    public synchronized String trouble() {
        return failure == null ? null : failure.getMessage();
    }

    /** When it answered last; null where it has not yet. */
    public synchronized Instant lastAnswer() {
        return lastAnswer;
    }

    @Override
    public void answered(ModelOptions options) {
        if (isOurs(options)) {
            synchronized (this) {
                lastAnswer = clock.instant();
                failure = null;
            }
        }
    }

    @Override
    public void failed(ModelOptions options, ModelException reason) {
        if (isOurs(options) && !OF_THE_MESSAGE.contains(reason.kind())) {
            synchronized (this) {
                failure = reason;
            }
        }
    }

    private boolean isOurs(ModelOptions options) {
        return options.baseUrl().equals(model.baseUrl().toString()) && options.model().equals(model.model());
    }

    /** Asks for the server's list of models where that is due. Does not wait for it: the next look sees what came of it. */
    public void lookWhereDue() {
        synchronized (this) {
            if (failure == null && lastAnswer != null || lastLook.plus(PAUSE).isAfter(clock.instant())) {
                return;
            }
            lastLook = clock.instant();
        }
        ModelListing.ask(context, model.baseUrl().toString(), model.apiKey(), model.model()).whenComplete((listed, thrown) -> {
            Throwable cause = thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
            if (cause instanceof ModelException found) {
                foundFailing(found);
            } else if (cause == null) {
                foundWorking(listed);
            }
        });
    }

    private void foundFailing(ModelException found) {
        synchronized (this) {
            if (failure != null) {
                // a real call knows better
                return;
            }
            failure = found;
        }
        LOG.warn("The language model gives no answers: {}", found.getMessage());
    }

    private void foundWorking(boolean listed) {
        synchronized (this) {
            if (failure == null || !SEEN_BY_LISTING.contains(failure.kind()) && !(listed && failure.kind() == Kind.UNKNOWN_MODEL)) {
                return;
            }
            failure = null;
        }
        LOG.info("The language model is there again: {}", shown());
    }
}
