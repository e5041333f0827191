package io.github.dingtalkcamel.observe;

import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.camel.management.mbean.ManagedCounter;
import org.apache.camel.management.mbean.ManagedPerformanceCounter;
import org.apache.camel.management.mbean.Statistic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The figures of Camel's MBeans of steps, routes and the context, kept with two atomic additions for each exchange in place of twelve: they
 * were most of what the engine does for a step, and more where two processors take them from each other.
 * <p>
 * Promises: the same attributes, with the same values at rest. While exchanges are under way a reader may see a value that is some
 * instants old, as with Camel's own. Another version of Camel whose fields have other names keeps its own figures.
 */
final class LightCounters {

    private static final Logger LOG = LoggerFactory.getLogger(LightCounters.class);
    private static final Map<String, Field> FIELDS = fields();

    private LightCounters() {
    }

    private static Map<String, Field> fields() {
        Map<String, Field> found = new LinkedHashMap<>();
        try {
            found.put("exchangesTotal", accessible(ManagedCounter.class, "exchangesTotal"));
            for (String name : new String[] { "exchangesCompleted", "exchangesFailed", "exchangesInflight", "totalProcessingTime",
                    "lastProcessingTime", "deltaProcessingTime", "meanProcessingTime", "lastExchangeCreatedTimestamp",
                    "lastExchangeCompletedTimestamp" }) {
                found.put(name, accessible(ManagedPerformanceCounter.class, name));
            }
            return found;
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.debug("Camel keeps its own figures of steps and routes: {}", e.getMessage());
            return Map.of();
        }
    }

    private static Field accessible(Class<?> owner, String name) throws ReflectiveOperationException {
        Field field = owner.getDeclaredField(name);
        if (field.getType() != Statistic.class) {
            throw new NoSuchFieldException(name + " is no longer a statistic");
        }
        field.setAccessible(true);
        return field;
    }

    /** Before its first exchange: figures begin anew. Nothing for other managed objects. */
    static void install(Object managed) {
        if (FIELDS.isEmpty() || !(managed instanceof ManagedPerformanceCounter)) {
            return;
        }
        Count completed = new Count();
        Count failed = new Count();
        set(managed, "exchangesCompleted", completed);
        set(managed, "exchangesFailed", failed);
        set(managed, "exchangesTotal", new Total(completed, failed));
        set(managed, "exchangesInflight", new Inflight(completed, failed));
        set(managed, "totalProcessingTime", new Count());
        set(managed, "deltaProcessingTime", new Delta());
        for (String name : new String[] { "lastProcessingTime", "meanProcessingTime", "lastExchangeCreatedTimestamp",
                "lastExchangeCompletedTimestamp" }) {
            set(managed, name, new Latest());
        }
    }

    private static void set(Object managed, String name, Statistic statistic) {
        try {
            FIELDS.get(name).set(managed, statistic);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A sum. */
    private static final class Count extends Statistic {

        private final AtomicLong ever = new AtomicLong();
        private volatile long beforeReset;

        @Override
        public void updateValue(long more) {
            // most steps take 0 ms
            if (more != 0) {
                ever.getAndAdd(more);
            }
        }

        @Override
        public long getValue() {
            return ever.get() - beforeReset;
        }

        @Override
        public boolean isUpdated() {
            return true;
        }

        @Override
        public void reset() {
            beforeReset = ever.get();
        }
    }

    /** What completed and what failed. */
    private static final class Total extends Statistic {

        private final Count completed;
        private final Count failed;

        Total(Count completed, Count failed) {
            this.completed = completed;
            this.failed = failed;
        }

        @Override
        public void updateValue(long more) {
            // the two have it
        }

        @Override
        public long getValue() {
            return completed.getValue() + failed.getValue();
        }

        @Override
        public boolean isUpdated() {
            return true;
        }

        @Override
        public void reset() {
            // the two are reset
        }
    }

    /** What began and neither completed nor failed. Camel does not reset it. */
    private static final class Inflight extends Statistic {

        private final AtomicLong begun = new AtomicLong();
        private final Count completed;
        private final Count failed;

        Inflight(Count completed, Count failed) {
            this.completed = completed;
            this.failed = failed;
        }

        @Override
        public void updateValue(long more) {
            if (more > 0) {
                begun.getAndAdd(more);
            }
        }

        @Override
        public long getValue() {
            // read first, so that the difference is never negative
            long ended = completed.ever.get() + failed.ever.get();
            return begun.get() - ended;
        }

        @Override
        public boolean isUpdated() {
            return true;
        }

        @Override
        public void reset() {
            // under way they still are
        }
    }

    /** The last value, -1 before the first. Written without waiting for other processors. */
    private static final class Latest extends Statistic {

        private final AtomicLong value = new AtomicLong(-1);

        @Override
        public void updateValue(long next) {
            if (value.getOpaque() != next) {
                value.setRelease(next);
            }
        }

        @Override
        public long getValue() {
            return value.get();
        }

        @Override
        public boolean isUpdated() {
            return value.get() != -1;
        }

        @Override
        public void reset() {
            value.set(-1);
        }
    }

    /** The last value less the one before it. */
    private static final class Delta extends Statistic {

        private final AtomicLong value = new AtomicLong();
        private final AtomicLong before = new AtomicLong();

        @Override
        public void updateValue(long next) {
            long last = value.getOpaque();
            if (before.getOpaque() != last) {
                before.setRelease(last);
            }
            if (last != next) {
                value.setRelease(next);
            }
        }

        @Override
        public long getValue() {
            return value.get() - before.get();
        }

        @Override
        public boolean isUpdated() {
            return true;
        }

        @Override
        public void reset() {
            value.set(0);
            before.set(0);
        }
    }
}
