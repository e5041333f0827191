/**
 * A language model that is none: an OpenAI-compatible API on the simulator's port, with troubles on demand.
 *
 * <p>Used by the simulator's servers, which register it, by its pages and by tests, which plan troubles and read what was asked.
 */
package io.github.dingtalkcamel.simulator.model;
