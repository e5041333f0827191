package io.github.dingtalkcamel.log;

import java.util.Map;

import org.apache.logging.log4j.core.util.ContextDataProvider;

/** The name of this node of a cluster as {@value #KEY} in the context (MDC) of each log line. A process that is alone has none. */
public final class NodeName implements ContextDataProvider {

    static final String KEY = "node";

    private static volatile Map<String, String> context = Map.of();

    /** From now on lines have this name. */
    public static void set(String name) {
        context = Map.of(KEY, name);
    }

    /** From now on lines have none. */
    public static void clear() {
        context = Map.of();
    }

    @Override
    public Map<String, String> supplyContextData() {
        return context;
    }
}
