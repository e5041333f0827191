/**
 * Parts of Camel's routing engine that do the same as Camel's with less work for each step. Routes, counters, metrics, error handlers and
 * events stay as they are; where something is set up that these parts don't know, they leave it to Camel's.
 *
 * <p>Used by {@code reload}, which creates the context and calls beans, and by {@code observe} for metrics of routes. It knows nothing of
 * the application.
 */
package io.github.dingtalkcamel.engine;
