/**
 * A language model that is none: an OpenAI-compatible API on the simulator's port, with faults on demand.
 *
 * <p>Used by the simulator's servers, which register it, by its pages and by tests, which plan faults and read what was asked.
 */
package io.github.dingtalkcamel.simulator.model;
