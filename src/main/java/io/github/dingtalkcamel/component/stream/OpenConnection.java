package io.github.dingtalkcamel.component.stream;

/**
 * A connection from its first frame on. Its events come on the thread that reads it; frames are handled there and then, and the rest is
 * put on the scheduler for its owner. Fields without {@code volatile} are used on the scheduler only.
 */
final class OpenConnection implements WebSocketConnection.Events, FrameHandler.Sender {

    private final FrameHandler frames;
    private final ConnectionHistory history;
    private final StreamTimeouts timeouts;
    private final Scheduler scheduler;
    private final ManagedConnection owner;

    private volatile WebSocketConnection link;
    /** Why it ended, or null. */
    String end;
    /** Why the server is about to close it, or null. */
    String leave;
    /** When it has held for long enough to be called steady. */
    Scheduler.Entry steady;
    Scheduler.Entry nextPing;
    Scheduler.Entry pongDue;
    /** When it is closed after its replacement. */
    Scheduler.Entry drainEnd;

    OpenConnection(FrameHandler frames, ConnectionHistory history, StreamTimeouts timeouts, Scheduler scheduler, ManagedConnection owner) {
        this.frames = frames;
        this.history = history;
        this.timeouts = timeouts;
        this.scheduler = scheduler;
        this.owner = owner;
    }

    @Override
    public void opened(WebSocketConnection given) {
        link = given;
    }

    @Override
    public void text(String frame) {
        history.frame();
        frames.text(frame, this);
    }

    @Override
    public void refused(String beginning, String reason) {
        history.frame();
        frames.refused(beginning, reason, this);
    }

    @Override
    public void pong() {
        history.pong();
        scheduler.now(() -> owner.ponged(this));
    }

    @Override
    public void closed(String reason) {
        scheduler.now(() -> {
            end = reason;
            owner.lost(this, reason);
        });
    }

    @Override
    public void answer(String frame) {
        link.send(frame);
    }

    @Override
    public void answerFirst(String frame) {
        link.sendFirst(frame);
    }

    @Override
    public void spoke() {
        history.message();
    }

    @Override
    public void leaving(String reason) {
        scheduler.now(() -> {
            leave = "the server closes it soon: " + reason;
            owner.replace(this, leave);
        });
    }

    void ping() {
        link.ping();
    }

    void close() {
        link.close();
        scheduler.in(timeouts.closing(), link::abort);
    }

    void abort() {
        link.abort();
    }

    void cancelPings() {
        cancel(nextPing);
        cancel(pongDue);
    }

    void cancelTimers() {
        cancelPings();
        cancel(steady);
        cancel(drainEnd);
    }

    private static void cancel(Scheduler.Entry entry) {
        if (entry != null) {
            entry.cancel();
        }
    }
}
