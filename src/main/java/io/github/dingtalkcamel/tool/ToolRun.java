package io.github.dingtalkcamel.tool;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The state of a call so far, recipient by recipient; a result without recipients is set with {@link #data}. Safe for use by
 * several threads.
 */
public final class ToolRun {

    /** Exchange property that holds the run. */
    public static final String PROPERTY = "CamelDingTalkToolRun";

    private enum State {
        WAITING, SENDING, SENT, QUEUED, FAILED
    }

    private record Outcome(State state, String messageId, Problem problem, boolean degraded) {
        static final Outcome WAITING = new Outcome(State.WAITING, null, null, false);
        static final Outcome SENDING = new Outcome(State.SENDING, null, null, false);
    }

    private final ToolCall call;
    private static final Duration LONGEST_LAST_TRY = Duration.ofSeconds(1);

    private final Instant deadline;
    private final InstantSource clock;
    private final Map<Target, Outcome> outcomes = new LinkedHashMap<>();
    private final Map<Target, String> userIds = new LinkedHashMap<>();
    private final Map<Target, String> hints = new LinkedHashMap<>();
    private final Map<String, Object> data = new LinkedHashMap<>();
    private Problem failure;
    private boolean ended;

    ToolRun(ToolCall call, InstantSource clock) {
        this.call = call;
        this.clock = clock;
        this.deadline = clock.instant().plus(call.timeout());
        call.targets().forEach(target -> outcomes.put(target, Outcome.WAITING));
    }

    public ToolCall call() {
        return call;
    }

    /** When the caller stops waiting: nothing more is begun after it. */
    public Instant deadline() {
        return deadline;
    }

    /**
     * When calls that DingTalk refused or throttles are repeated at the latest: a tenth of {@code timeoutMs}, 1 s at most, ahead of its
     * end. The caller is answered at the end, and learns from the answer to that last try what became of it.
     */
    Instant lastTry() {
        Duration share = call.timeout().dividedBy(10);
        return deadline.minus(share.compareTo(LONGEST_LAST_TRY) > 0 ? LONGEST_LAST_TRY : share);
    }

    /** Recipients of which nothing has become yet. */
    synchronized List<Target> waiting() {
        return outcomes.entrySet().stream().filter(each -> each.getValue().state() == State.WAITING).map(Map.Entry::getKey).toList();
    }

    /** Adds one that the call did not name, such as who had got a message that is recalled. */
    public synchronized void add(Target target) {
        outcomes.putIfAbsent(target, Outcome.WAITING);
    }

    /** From here on these may have got something. False when it is too late to begin: then they got nothing, and that is noted. */
    public synchronized boolean begin(Collection<Target> targets) {
        if (!clock.instant().isBefore(deadline)) {
            failed(targets, Problem.TIMEOUT);
            return false;
        }
        targets.forEach(target -> outcomes.put(target, Outcome.SENDING));
        return true;
    }

    /** Another node makes the call: what becomes of it is not known here. */
    synchronized void elsewhere() {
        outcomes.replaceAll((target, before) -> Outcome.SENDING);
        failure = outcomes.isEmpty() ? Problem.STILL_RUNS : null;
    }

    /** Another node did nothing of the call: it is made here. */
    synchronized void here() {
        outcomes.replaceAll((target, before) -> Outcome.WAITING);
        failure = null;
    }

    /** These are to get something after all. */
    synchronized void again(Collection<Target> targets) {
        targets.forEach(target -> outcomes.put(target, Outcome.WAITING));
    }

    /** These got it. */
    public void sent(Collection<Target> targets, String messageId) {
        sent(targets, messageId, false);
    }

    /** These got it, by other means than were asked for where that is degraded. */
    public synchronized void sent(Collection<Target> targets, String messageId, boolean degraded) {
        targets.forEach(target -> outcomes.put(target, new Outcome(State.SENT, messageId, null, degraded)));
    }

    /** It is stored, and these will get it. */
    public synchronized void queued(Collection<Target> targets) {
        targets.forEach(target -> outcomes.put(target, new Outcome(State.QUEUED, null, null, false)));
    }

    /** These did not get it, or that is unknown; the problem says which. */
    public void failed(Collection<Target> targets, Problem why) {
        failed(targets, why, null);
    }

    /** These got only a part of it, by which it can be recalled. */
    public synchronized void failed(Collection<Target> targets, Problem why, String messageId) {
        targets.forEach(target -> outcomes.put(target, new Outcome(State.FAILED, messageId, why, false)));
    }

    /** Who a recipient is. */
    synchronized void resolved(Target target, String userId) {
        userIds.put(target, userId);
    }

    /** The user id of a recipient, or null. */
    synchronized String userId(Target target) {
        return target.type() == RecipientType.USER_ID ? target.id().reveal() : userIds.get(target);
    }

    /** What the caller should know of these, although they got it. */
    synchronized void hint(Collection<Target> targets, String hint) {
        targets.forEach(target -> hints.put(target, hint));
    }

    /** Something for the result's {@code data}; null takes it out again. */
    public synchronized void data(String name, Object value) {
        if (value == null) {
            data.remove(name);
        } else {
            data.put(name, value);
        }
    }

    /** Begins a call without recipients. False when it is too late: then nothing is done. */
    synchronized boolean begin() {
        if (!clock.instant().isBefore(deadline)) {
            return false;
        }
        failure = Problem.STILL_RUNS;
        return true;
    }

    /** The route of a user's tool has ended. @param left what it left, for the result's {@code data} */
    synchronized void ended(Map<String, Object> left) {
        data.putAll(left);
        failure = null;
        ended = true;
    }

    /** Why the call failed as a whole, and not for single recipients; null takes it back. */
    public synchronized void error(Problem why) {
        failure = why;
    }

    /** The result as it is now. Of what is not over it says what is known of it. */
    public synchronized Map<String, Object> result() {
        boolean late = !clock.instant().isBefore(deadline);
        List<Map<String, Object>> results = new ArrayList<>();
        int succeeded = 0;
        for (Map.Entry<Target, Outcome> each : outcomes.entrySet()) {
            Outcome outcome = each.getValue();
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("target", each.getKey().named());
            boolean success = outcome.state() == State.SENT || outcome.state() == State.QUEUED;
            one.put("success", success);
            if (success) {
                succeeded++;
                one.put("messageId", outcome.messageId());
                if (outcome.state() == State.QUEUED) {
                    one.put("queued", true);
                }
                if (outcome.degraded()) {
                    one.put("degraded", true);
                }
                if (hints.containsKey(each.getKey())) {
                    one.put("hint", hints.get(each.getKey()));
                }
            } else {
                if (outcome.messageId() != null) {
                    one.put("messageId", outcome.messageId());
                }
                Problem why = outcome.problem() != null ? outcome.problem()
                        : outcome.state() == State.WAITING && late ? Problem.TIMEOUT : Problem.UNDER_WAY;
                one.put("error", why.shown());
            }
            results.add(one);
        }
        // without a recipient and without data nothing was begun, and an empty result would look like a success
        Problem whole = failure == null && results.isEmpty() && data.isEmpty() && !ended ? Problem.NOT_BEGUN : failure;
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("tool", call.tool().wireName());
        result.put("integrationId", call.integration());
        result.put("successCount", succeeded);
        result.put("failureCount", Math.max(results.size() - succeeded, whole == null ? 0 : 1));
        if (whole != null) {
            result.put("error", whole.shown());
        }
        result.put("results", results);
        result.put("data", new LinkedHashMap<>(data));
        return result;
    }

    @Override
    public String toString() {
        return "ToolRun[" + call + "]";
    }
}
