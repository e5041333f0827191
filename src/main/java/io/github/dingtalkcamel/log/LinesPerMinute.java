package io.github.dingtalkcamel.log;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.config.Node;
import org.apache.logging.log4j.core.config.plugins.Plugin;
import org.apache.logging.log4j.core.config.plugins.PluginAttribute;
import org.apache.logging.log4j.core.config.plugins.PluginFactory;
import org.apache.logging.log4j.core.filter.AbstractFilter;

/**
 * Limits the lines of loggers that any client can trigger, so that requests cannot fill the disk. Each of the named loggers, and each below
 * them, writes at most so many lines a minute; the number of dropped lines is logged when the minute is over. Debug lines pass: they are
 * written on request only.
 *
 * <p>Not promised: the count of the last minute where the process ends within it.
 */
@Plugin(name = "LinesPerMinute", category = Node.CATEGORY, elementType = Filter.ELEMENT_TYPE, printObject = true)
public final class LinesPerMinute extends AbstractFilter {

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
    private static final long LOOKS_EVERY_SECONDS = 5;
    /** The logger that reports dropped lines. */
    static final String LEFT_OUT = "dingtalk.log";

    private final List<String> loggers;
    private final int lines;
    private final LongSupplier nanoTime;
    private final BiConsumer<String, Long> tell;
    private final Map<String, Minute> minutes = new ConcurrentHashMap<>();
    private ScheduledExecutorService timer;

    LinesPerMinute(List<String> loggers, int lines, LongSupplier nanoTime, BiConsumer<String, Long> tell) {
        this.loggers = loggers;
        this.lines = lines;
        this.nanoTime = nanoTime;
        this.tell = tell;
    }

    /**
     * Called by log4j, which gives each filter of a properties file what to do on a match and on none, and complains on standard error
     * where a filter does not take it.
     */
    @PluginFactory
    public static LinesPerMinute create(@PluginAttribute("loggers") String loggers,
            @PluginAttribute(value = "lines", defaultInt = 20) int lines,
            @PluginAttribute("onMatch") String notUsed, @PluginAttribute("onMismatch") String notUsedEither) {
        return new LinesPerMinute(LoggerNames.listed(loggers == null ? "" : loggers), lines, System::nanoTime, (logger, leftOut) ->
                LogManager.getLogger(LEFT_OUT).warn("{} more lines of {} were left out within a minute: {} a minute are written", leftOut,
                        logger, lines));
    }

    private static final class Minute {
        private long begin;
        private int written;
        private long leftOut;

        Minute(long begin) {
            this.begin = begin;
        }
    }

    @Override
    public Result filter(LogEvent event) {
        if (!event.getLevel().isMoreSpecificThan(Level.INFO) || !LoggerNames.holds(loggers, event.getLoggerName())) {
            return Result.NEUTRAL;
        }
        Minute minute = minutes.computeIfAbsent(event.getLoggerName(), name -> new Minute(nanoTime.getAsLong()));
        synchronized (minute) {
            if (nanoTime.getAsLong() - minute.begin >= MINUTE && minute.leftOut == 0) {
                minute.begin = nanoTime.getAsLong();
                minute.written = 0;
            }
            if (minute.written < lines) {
                minute.written++;
                return Result.NEUTRAL;
            }
            minute.leftOut++;
            return Result.DENY;
        }
    }

    /** Reports the dropped lines of minutes that are over, and begins the next. */
    void tellLeftOut() {
        minutes.forEach((logger, minute) -> {
            long leftOut;
            synchronized (minute) {
                if (minute.leftOut == 0 || nanoTime.getAsLong() - minute.begin < MINUTE) {
                    return;
                }
                leftOut = minute.leftOut;
                minute.begin = nanoTime.getAsLong();
                minute.written = 0;
                minute.leftOut = 0;
            }
            tell.accept(logger, leftOut);
        });
    }

    @Override
    public void start() {
        // on a thread of its own: an appender takes no line from within its own filter
        timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "dingtalk-log");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(this::tellLeftOut, LOOKS_EVERY_SECONDS, LOOKS_EVERY_SECONDS, TimeUnit.SECONDS);
        super.start();
    }

    @Override
    public boolean stop(long timeout, TimeUnit unit) {
        if (timer != null) {
            timer.shutdownNow();
        }
        return super.stop(timeout, unit);
    }
}
