package io.github.dingtalkcamel.simulator.fault;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;

/**
 * Trouble on demand. Deterministic: a request meets the oldest planned trouble that is meant for it and not used up, and no other.
 *
 * <pre>{@code
 * troubles.on(ApiFamily.ROBOT).times(2).throttle();
 * troubles.on("/robot/sendBySession").untilCleared().slow(Duration.ofMillis(300));
 * }</pre>
 */
public final class FaultInjector {

    private static final Set<ApiFamily> CONNECTING = EnumSet.of(ApiFamily.TOKEN, ApiFamily.STREAM, ApiFamily.CONNECT);
    private static final Set<ApiFamily> PROVED_BY_URL = EnumSet.of(ApiFamily.SESSION_WEBHOOK, ApiFamily.CUSTOM_ROBOT);

    private final List<Planned> planned = new CopyOnWriteArrayList<>();

    private final InstantSource clock;
    private volatile BiConsumer<Fault, String> witness = (trouble, path) -> { };

    public FaultInjector(InstantSource clock) {
        this.clock = clock;
    }

    /** Tells of each trouble that strikes, and the path it struck on. */
    public void witness(BiConsumer<Fault, String> itsWitness) {
        witness = itsWitness;
    }

    /** For every endpoint of a family; once, unless said otherwise. */
    public Plan on(ApiFamily family) {
        return new Plan((itsFamily, itsPath) -> itsFamily == family, family.name(), 1, 0);
    }

    /** For one path, as in the request without the query; once, unless said otherwise. */
    public Plan on(String path) {
        return new Plan((itsFamily, itsPath) -> itsPath.equals(path), path, 1, 0);
    }

    /** For every request there is; once, unless said otherwise. */
    public Plan everywhere() {
        return new Plan((itsFamily, itsPath) -> true, "everything", 1, 0);
    }

    /** For every call that sends something to people; once, unless said otherwise. */
    public Plan onSends() {
        return new Plan((family, path) -> !CONNECTING.contains(family), "sending", 1, 0);
    }

    /** For every call that brings an access token; once, unless said otherwise. */
    public Plan onTokens() {
        return new Plan((family, path) -> !CONNECTING.contains(family) && !PROVED_BY_URL.contains(family), "calls with a token", 1, 0);
    }

    /** Peace again. */
    public void clear() {
        planned.clear();
    }

    /** What is planned and not used up, oldest first. */
    public List<Planned> planned() {
        return planned.stream().filter(trouble -> !trouble.usedUp()).toList();
    }

    /** The trouble this request meets, or null. */
    public Fault strike(ApiFamily family, String path) {
        for (Planned trouble : planned) {
            if (trouble.target.test(family, path) && trouble.strikes()) {
                witness.accept(trouble.trouble, path);
                return trouble.trouble;
            }
        }
        return null;
    }

    /** Where and how often; the last word says what happens. */
    public final class Plan {

        private final BiPredicate<ApiFamily, String> target;
        private final String targetName;
        private final int times;
        private final int after;

        private Plan(BiPredicate<ApiFamily, String> target, String targetName, int times, int after) {
            if (times < 1 || after < 0) {
                throw new IllegalArgumentException("trouble strikes at least once, after no fewer than 0 requests");
            }
            this.target = target;
            this.targetName = targetName;
            this.times = times;
            this.after = after;
        }

        public Plan times(int value) {
            return new Plan(target, targetName, value, after);
        }

        public Plan untilCleared() {
            return times(Integer.MAX_VALUE);
        }

        /** Lets so many requests pass first. */
        public Plan after(int requests) {
            return new Plan(target, targetName, times, requests);
        }

        public Planned expireToken() {
            return cause(new Fault.ExpireToken());
        }

        public Planned throttle() {
            return cause(new Fault.Throttle());
        }

        /** Strikes those that are too many only; mostly used with {@link #untilCleared}. */
        public Planned limit(int allowed, Duration window, Duration ban) {
            return cause(new Fault.Limit(allowed, window, ban));
        }

        public Planned noPermission() {
            return cause(new Fault.NoPermission(null));
        }

        public Planned fail(int status) {
            return cause(new Fault.Fail(status));
        }

        public Planned busy() {
            return cause(new Fault.Busy());
        }

        public Planned dropBefore() {
            return cause(new Fault.DropBefore());
        }

        public Planned dropAfter() {
            return cause(new Fault.DropAfter());
        }

        public Planned slow(Duration delay) {
            return cause(new Fault.Slow(delay));
        }

        public Planned neverAnswer() {
            return cause(new Fault.NeverAnswer());
        }

        public Planned answer(int status, String body) {
            return cause(new Fault.Canned(status, null, body));
        }

        public Planned quote(QuotedSecrets form) {
            return cause(new Fault.Quote(form));
        }

        public Planned trickle(Duration pause) {
            return cause(new Fault.Trickle(pause));
        }

        public Planned cause(Fault trouble) {
            Planned made = new Planned(this, trouble);
            planned.removeIf(Planned::usedUp);
            planned.add(made);
            return made;
        }
    }

    /** Trouble that is planned, and how far it got. */
    public final class Planned {

        private final BiPredicate<ApiFamily, String> target;
        private final String targetName;
        private final int times;
        private final Fault trouble;
        private final RateLimit limit;
        private int toPass;
        private int struck;

        private Planned(Plan plan, Fault trouble) {
            target = plan.target;
            targetName = plan.targetName;
            times = plan.times;
            toPass = plan.after;
            this.trouble = trouble;
            limit = trouble instanceof Fault.Limit rate ? new RateLimit(rate.allowed(), rate.window(), rate.ban()) : null;
        }

        private synchronized boolean strikes() {
            if (struck >= times) {
                return false;
            }
            if (toPass > 0) {
                toPass--;
                return false;
            }
            if (limit != null && limit.allows(clock.instant())) {
                return false;
            }
            struck++;
            return true;
        }

        private synchronized boolean usedUp() {
            return struck >= times;
        }

        /** How many requests met it. */
        public synchronized int struck() {
            return struck;
        }

        public void clear() {
            planned.remove(this);
        }

        @Override
        public String toString() {
            return trouble + " on " + targetName + ", " + struck() + " of " + (times == Integer.MAX_VALUE ? "any number of" : times) + " times";
        }
    }
}
