package io.github.dingtalkcamel.card;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.github.dingtalkcamel.component.api.CallCancelledException;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.component.api.StoppingException;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.CallNotPermittedException;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Message;

/**
 * The card of one reply: what it should show, what it shows, and which call comes next.
 *
 * <pre>
 * NEW → RECORDING → CREATING → OPEN → SHOWN → GONE        a reply that was shown
 *                       ↓        ↓ ↘
 *                     GONE       ↓   LEFT                 its turn is interrupted: the next start ends it
 *                            UNFIT → REPLACED             it can't be streamed; the reply goes out as a message
 *                                ENDING → SHOWN → GONE    it ends with a text of the bot's own
 * </pre>
 *
 * One call is under way at a time. Two accepted texts are at least {@value #PAUSE_MILLIS} ms apart; the call that ends the card may follow
 * at once. Safe for use by many threads.
 */
public final class StreamingCard implements ReplyDraft {

    /** Characters that a card holds. */
    public static final int MOST_CHARACTERS = 3_000;
    /** Between two texts that DingTalk accepted. */
    static final long PAUSE_MILLIS = 600;

    /** States of an AI card as DingTalk's public templates number them in their variable {@code flowStatus}. */
    static final String FORMING = "2";
    static final String FINISHED = "3";
    static final String FAILED = "5";

    /** Where a card is on its way. */
    enum State {
        /** Nothing was said yet. There is no card. */
        NEW,
        /** It is being put on record. */
        RECORDING,
        /** It is being made. */
        CREATING,
        /** It shows the reply as it forms. */
        OPEN,
        /** It exists, and can't be streamed. It is to say that the reply follows as a message. */
        UNFIT,
        /** It ends with a text that is on record, beside its turn. */
        ENDING,
        /** Its end was accepted; its status is left to be set. */
        SHOWN,
        /** What was left to do is tried again later, by the record. */
        LEFT,
        /** It is at its end, or there is none. */
        GONE
    }

    private final String outTrackId;
    private final Integration settings;
    private final Turn turn;
    private final InstantSource clock;
    /** Notified, without a lock held, after each change that may make a call due. */
    private final Consumer<StreamingCard> changed;
    private final CompletableFuture<Void> quiet = new CompletableFuture<>();

    private State state = State.NEW;
    private String text = "";
    private String activity = "";
    private String shown = "";
    private long nextAt;
    private boolean busy;
    private boolean closed;
    private boolean recorded;
    private String carrier;
    private CardEnd end;
    private DingTalkException refusal;

    /** @param turn null for a card of an earlier process */
    StreamingCard(String outTrackId, Integration settings, Turn turn, InstantSource clock, Consumer<StreamingCard> changed) {
        this.outTrackId = outTrackId;
        this.settings = settings;
        this.turn = turn;
        this.clock = clock;
        this.changed = changed;
    }

    @Override
    public void update(String wholeText) {
        if (wholeText == null || wholeText.isBlank()) {
            return;
        }
        synchronized (this) {
            if (closed) {
                return;
            }
            text = wholeText;
            activity = "";
            begin();
        }
        changed.accept(this);
    }

    @Override
    public void activity(String words) {
        if (!settings.streaming().showActivity()) {
            return;
        }
        synchronized (this) {
            if (closed) {
                return;
            }
            activity = DraftText.words(words);
            if (!activity.isEmpty()) {
                begin();
            }
        }
        changed.accept(this);
    }

    private void begin() {
        if (state == State.NEW) {
            state = State.RECORDING;
        }
    }

    public String outTrackId() {
        return outTrackId;
    }

    public String integration() {
        return settings.id();
    }

    Integration settings() {
        return settings;
    }

    /** The message whose reply it shows; null for a card of an earlier process. */
    public InboundMessage message() {
        return turn == null ? null : turn.message();
    }

    /** The turn whose reply it shows; null for a card of an earlier process. */
    Turn turn() {
        return turn;
    }

    /** The reply as far as it has formed. */
    public synchronized String textSoFar() {
        return text;
    }

    /** Whether the card may be shown to people, or may become so. */
    public synchronized boolean exists() {
        return state == State.OPEN || state == State.UNFIT;
    }

    /** Whether the card can take the reply. Known once the draft has ended. */
    public synchronized boolean isOpen() {
        return state == State.OPEN;
    }

    /** Why the card can't take the reply; null where no call was refused. */
    public synchronized DingTalkException refusal() {
        return refusal;
    }

    /** Takes no more of the draft. Completed when no call for it is under way. */
    CompletableFuture<Void> endDraft() {
        synchronized (this) {
            closed = true;
            if (state == State.NEW) {
                state = State.GONE;
            }
        }
        settle();
        changed.accept(this);
        return quiet;
    }

    private void settle() {
        boolean isQuiet;
        synchronized (this) {
            isQuiet = closed && !busy && state != State.RECORDING && state != State.CREATING;
        }
        if (isQuiet) {
            quiet.complete(null);
        }
    }

    synchronized State state() {
        return state;
    }

    /** True for the first caller after the draft has begun, who puts the card on record. */
    synchronized boolean takeRecording() {
        boolean isFirst = state == State.RECORDING && !busy;
        busy |= isFirst;
        return isFirst;
    }

    /** The card is on record, or could not be put there: then there is none. */
    void recorded(boolean isDurable) {
        synchronized (this) {
            busy = false;
            recorded = isDurable;
            state = isDurable ? State.CREATING : State.GONE;
        }
        settle();
        changed.accept(this);
    }

    /** It exists since before a restart, and waits for the reply. */
    synchronized void reopen(String key) {
        closed = true;
        carrier = key;
        recorded = true;
        state = State.OPEN;
        quiet.complete(null);
    }

    /** It ends with this text, which is on record, or only its status is left to be set. */
    void endWith(CardEnd ending, boolean isShown) {
        synchronized (this) {
            closed = true;
            recorded = true;
            end = ending;
            state = isShown ? State.SHOWN : state == State.UNFIT ? State.UNFIT : State.ENDING;
            nextAt = 0;
        }
        changed.accept(this);
    }

    /** It is no longer this process's to end. */
    synchronized void leave() {
        closed = true;
        state = State.LEFT;
    }

    /** DingTalk's key of the card, by which it is recalled; null where that is not known. */
    public synchronized String carrier() {
        return carrier;
    }

    synchronized void carrier(String key) {
        carrier = key;
    }

    /** Whether the card is still on record, though it is at its end. */
    synchronized boolean isRecorded() {
        return recorded;
    }

    // calls

    /** When the next call may be made, epoch milliseconds; {@code Long.MAX_VALUE} for none. */
    synchronized long nextCallAt() {
        if (busy) {
            return Long.MAX_VALUE;
        }
        return switch (state) {
            case CREATING, ENDING, SHOWN -> nextAt;
            case UNFIT -> end == null ? Long.MAX_VALUE : nextAt;
            case OPEN -> closed || DraftText.of(text, activity).equals(shown) ? Long.MAX_VALUE : nextAt;
            default -> Long.MAX_VALUE;
        };
    }

    /** Begins the next call. */
    synchronized CardCall take() {
        busy = true;
        return switch (state) {
            case CREATING -> new CardCall(this, CardCall.Kind.CREATE, null);
            case OPEN -> new CardCall(this, CardCall.Kind.SHOW, DraftText.of(text, activity));
            case ENDING -> new CardCall(this, CardCall.Kind.END, end.text());
            case UNFIT -> new CardCall(this, CardCall.Kind.REPLACE, end.text());
            case SHOWN -> new CardCall(this, CardCall.Kind.STATUS, null);
            default -> throw new IllegalStateException("no call of card " + outTrackId + " is due");
        };
    }

    /** Whether the call that waits for its permission is not wanted any more. */
    synchronized boolean isOutdated(CardCall call) {
        return call.kind() == CardCall.Kind.SHOW && closed
               || call.kind() == CardCall.Kind.CREATE && turn != null && turn.isStopped();
    }

    /** DingTalk accepted the call. */
    void accepted(CardCall call) {
        synchronized (this) {
            busy = false;
            switch (call.kind()) {
                case CREATE -> state = State.OPEN;
                case SHOW -> {
                    shown = call.text();
                    nextAt = clock.millis() + PAUSE_MILLIS;
                }
                case END -> state = State.SHOWN;
                case REPLACE -> state = State.LEFT;
                case STATUS -> state = State.GONE;
            }
        }
        settle();
        changed.accept(this);
    }

    /** DingTalk did not accept the call, or did not say so. */
    void refused(CardCall call, Exception failure) {
        synchronized (this) {
            busy = false;
            switch (call.kind()) {
                case CREATE -> notCreated(failure);
                case SHOW -> notShown(failure);
                case END -> state = CardRefusal.isGone(failure) ? State.GONE : failure instanceof StoppingException ? State.LEFT
                        : State.UNFIT;
                case REPLACE -> state = CardRefusal.isGone(failure) ? State.GONE : State.LEFT;
                case STATUS -> state = CardRefusal.isWorthAnotherTry(failure) ? State.LEFT : State.GONE;
            }
        }
        settle();
        changed.accept(this);
    }

    private void notCreated(Exception failure) {
        if (CardRefusal.mayExist(failure)) {
            // the first text tells whether it does
            state = State.OPEN;
            return;
        }
        state = failure instanceof StoppingException ? State.LEFT : State.GONE;
        remember(failure);
    }

    private void notShown(Exception failure) {
        if (failure instanceof ThrottledException || failure instanceof CallNotPermittedException
                || failure instanceof CallCancelledException
                || failure instanceof StoppingException) {
            // the next call has the newest text
            nextAt = clock.millis() + PAUSE_MILLIS;
            return;
        }
        unfit(failure);
    }

    /** The call that was to end the card with the reply failed: the reply goes out as a message. */
    synchronized void notEnded(Exception failure) {
        unfit(failure);
    }

    private void unfit(Exception failure) {
        state = CardRefusal.isGone(failure) ? State.GONE : State.UNFIT;
        remember(failure);
    }

    private void remember(Exception failure) {
        refusal = failure instanceof DingTalkException known && !(failure instanceof CallCancelledException) ? known : refusal;
    }

    /** The variable of the template that holds the reply. */
    public String contentKey() {
        return settings.streaming().cardContentKey();
    }

    /** Makes the call that ends the card, by streaming, an exchange's message. */
    public void writeEnd(Message message, CardEnd ending) {
        CardCalls.end(message, this, ending);
    }

    /** Until when a call waits for its permission, and is tried again. */
    public Instant patience() {
        return clock.instant().plusSeconds(CardRefusal.PATIENCE_SECONDS);
    }

    /** The status that it has at its end. */
    synchronized String finalStatus() {
        return end != null && end.failed() ? FAILED : FINISHED;
    }

    /** Whether it is decided how it ends. */
    synchronized boolean hasEnd() {
        return end != null;
    }

    @Override
    public String toString() {
        return outTrackId + ' ' + state();
    }
}
