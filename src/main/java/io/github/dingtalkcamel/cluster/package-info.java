/**
 * Several nodes on one PostgreSQL store: which nodes are alive, and which of them works on which conversation.
 *
 * <p>Used by the packages whose state belongs to the store and not to the process. A process that has its store for itself uses {@link
 * io.github.dingtalkcamel.cluster.Leases#ALONE}.
 */
package io.github.dingtalkcamel.cluster;
