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
 * Triggers planned faults. Deterministic: a request triggers the oldest planned fault that matches it and is not used up, and no other.
 *
 * <pre>{@code
 * faults.on(ApiFamily.ROBOT).times(2).throttle();
 * faults.on("/robot/sendBySession").untilCleared().slow(Duration.ofMillis(300));
 * }</pre>
 */
public final class FaultInjector {

    /** Added to the path of a streaming call that ends its card, so that a fault can be planned for that one. */
    public static final String END = "#end";

    private static final Set<ApiFamily> CONNECTING = EnumSet.of(ApiFamily.TOKEN, ApiFamily.STREAM, ApiFamily.CONNECT);
    private static final Set<ApiFamily> PROVED_BY_URL = EnumSet.of(ApiFamily.SESSION_WEBHOOK, ApiFamily.CUSTOM_ROBOT);

    private final List<Planned> planned = new CopyOnWriteArrayList<>();

    private final InstantSource clock;
    private volatile BiConsumer<Fault, String> onTrigger = (fault, path) -> { };

    public FaultInjector(InstantSource clock) {
        this.clock = clock;
    }

    /** Sets what is called with each fault that is triggered, and the path of the request. */
    public void onTrigger(BiConsumer<Fault, String> listener) {
        onTrigger = listener;
    }

    /** Plans a fault for every endpoint of a family; once, unless {@link Plan#times} changes that. */
    public Plan on(ApiFamily family) {
        return new Plan((itsFamily, itsPath) -> itsFamily == family, family.name(), 1, 0);
    }

    /**
     * Plans a fault for one path, given without the query; once, unless {@link Plan#times} changes that. With {@value #END} behind the path
     * of card streaming, only for the call that ends a card.
     */
    public Plan on(String path) {
        return new Plan((itsFamily, itsPath) -> itsPath.equals(path) || itsPath.equals(path + END), path, 1, 0);
    }

    /** Plans a fault for every request; once, unless {@link Plan#times} changes that. */
    public Plan everywhere() {
        return new Plan((itsFamily, itsPath) -> true, "everything", 1, 0);
    }

    /** Plans a fault for every call that sends something to users; once, unless {@link Plan#times} changes that. */
    public Plan onSends() {
        return new Plan((family, path) -> !CONNECTING.contains(family), "sending", 1, 0);
    }

    /** Plans a fault for every call with an access token; once, unless {@link Plan#times} changes that. */
    public Plan onTokens() {
        return new Plan((family, path) -> !CONNECTING.contains(family) && !PROVED_BY_URL.contains(family), "calls with a token", 1, 0);
    }

    /** Removes all planned faults. */
    public void clear() {
        planned.clear();
    }

    /** The planned faults that are not used up, oldest first. */
    public List<Planned> planned() {
        return planned.stream().filter(fault -> !fault.usedUp()).toList();
    }

    /** The fault that this request triggers, or null. */
    public Fault trigger(ApiFamily family, String path) {
        for (Planned fault : planned) {
            if (fault.target.test(family, path) && fault.triggers()) {
                onTrigger.accept(fault.fault, path);
                return fault.fault;
            }
        }
        return null;
    }

    /** Where and how often; the last method of the chain says which fault, and plans it. */
    public final class Plan {

        private final BiPredicate<ApiFamily, String> target;
        private final String targetName;
        private final int times;
        private final int after;

        private Plan(BiPredicate<ApiFamily, String> target, String targetName, int times, int after) {
            if (times < 1 || after < 0) {
                throw new IllegalArgumentException("a fault is triggered at least once, after no fewer than 0 requests");
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

        /** Lets this many requests pass first. */
        public Plan after(int requests) {
            return new Plan(target, targetName, times, requests);
        }

        public Planned expireToken() {
            return cause(new Fault.ExpireToken());
        }

        public Planned throttle() {
            return cause(new Fault.Throttle());
        }

        /** Triggered only by the requests above a rate; mostly used with {@link #untilCleared}. */
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

        public Planned cause(Fault fault) {
            Planned made = new Planned(this, fault);
            planned.removeIf(Planned::usedUp);
            planned.add(made);
            return made;
        }
    }

    /** A planned fault, and how often it was triggered. */
    public final class Planned {

        private final BiPredicate<ApiFamily, String> target;
        private final String targetName;
        private final int times;
        private final Fault fault;
        private final RateLimit limit;
        private int toPass;
        private int triggered;

        private Planned(Plan plan, Fault fault) {
            target = plan.target;
            targetName = plan.targetName;
            times = plan.times;
            toPass = plan.after;
            this.fault = fault;
            limit = fault instanceof Fault.Limit rate ? new RateLimit(rate.allowed(), rate.window(), rate.ban()) : null;
        }

        private synchronized boolean triggers() {
            if (triggered >= times) {
                return false;
            }
            if (toPass > 0) {
                toPass--;
                return false;
            }
            if (limit != null && limit.allows(clock.instant())) {
                return false;
            }
            triggered++;
            return true;
        }

        private synchronized boolean usedUp() {
            return triggered >= times;
        }

        /** How many requests triggered it. */
        public synchronized int triggered() {
            return triggered;
        }

        public void clear() {
            planned.remove(this);
        }

        @Override
        public String toString() {
            return fault + " on " + targetName + ", " + triggered() + " of " + (times == Integer.MAX_VALUE ? "any number of" : times)
                    + " times";
        }
    }
}
