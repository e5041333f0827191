/**
 * Tracing by OpenTelemetry, off unless its standard {@code OTEL_} variables switch it on, and the ids of turn and trace for the log.
 *
 * <p>Used by {@code turn}, {@code agent} and {@code tool}, which hand a trace on where Camel can't, and by the application, which starts
 * it. It uses no other package but {@code component.secrets} and {@code settings}.
 */
package io.github.dingtalkcamel.tracing;
