/**
 * Order by key, in memory: what may run next where items of one key run one after the other, the adapter by which Camel's {@code seda}
 * polls such a queue, and the processor by which routes share one that outlives them.
 *
 * <p>Used by the queues of turns, hooks, tools and custom robots. It knows nothing of what the items are.
 */
package io.github.dingtalkcamel.queue;
