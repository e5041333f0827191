/**
 * Faults on demand: which calls are throttled, dropped, delayed or answered wrongly, how often, and after how many calls.
 *
 * <p>Called by tests and by the simulator's pages, which plan faults, and by the packages that answer calls, which trigger them.
 */
package io.github.dingtalkcamel.simulator.fault;
