package io.github.dingtalkcamel.server;
import java.util.function.DoubleSupplier;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.support.CamelContextHelper;

/** What {@code /observe/metrics} says of the HTTP servers: the bytes that bodies hold, their bounds, and the connections. */
public final class HttpGauges {

    private HttpGauges() {
    }

    /** Adds them to the context's meters, which hold strongly what they measure. */
    public static void register(CamelContext context, HttpBudgets budgets, OpenConnections webhook, OpenConnections management) {
        MeterRegistry meters = CamelContextHelper.findSingleByType(context, MeterRegistry.class);
        if (meters != null) {
            budget(meters, "unproved", budgets.unproved());
            budget(meters, "messages", budgets.messages());
            budget(meters, "api", budgets.api());
            budget(meters, "management", budgets.management());
            connections(meters, "webhook", webhook);
            connections(meters, "management", management);
        }
    }

    private static void budget(MeterRegistry meters, String kind, ByteBudget budget) {
        gauge(meters, "dingtalk.http.bytes", "kind", kind, "Bytes that bodies of requests hold now", budget::used);
        gauge(meters, "dingtalk.http.bytes.limit", "kind", kind, "Bytes that bodies of requests may hold", budget::capacity);
        counter(meters, "dingtalk.http.bodies.refused", "kind", kind, "Requests refused because no memory was left for their bodies",
                budget::refused);
    }

    private static void connections(MeterRegistry meters, String port, OpenConnections connections) {
        gauge(meters, "dingtalk.http.connections", "port", port, "Open connections", connections::open);
        counter(meters, "dingtalk.http.connections.refused", "port", port, "Connections closed because there were too many",
                connections::refused);
        counter(meters, "dingtalk.http.connections.late", "port", port, "Connections closed because a deadline had passed",
                connections::late);
    }

    private static void gauge(MeterRegistry meters, String name, String tag, String value, String says, DoubleSupplier figure) {
        Gauge.builder(name, figure, DoubleSupplier::getAsDouble).tag(tag, value).description(says).strongReference(true).register(meters);
    }

    private static void counter(MeterRegistry meters, String name, String tag, String value, String says, DoubleSupplier figure) {
        FunctionCounter.builder(name, figure, ignored -> figure.getAsDouble()).tag(tag, value).description(says).register(meters);
    }
}
