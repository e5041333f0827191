package io.github.dingtalkcamel.observe;

import io.github.dingtalkcamel.cluster.Cluster;
import io.github.dingtalkcamel.cluster.Nodes;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;

/** This process as a node of a cluster, in JMX and Hawtio. */
@ManagedResource(description = "This process as a node of a cluster")
public final class ClusterView {

    private final Cluster cluster;
    private final Nodes nodes;

    public ClusterView(Cluster cluster, Nodes nodes) {
        this.cluster = cluster;
        this.nodes = nodes;
    }

    @ManagedAttribute(description = "Name of this node")
    public String getNode() {
        return cluster.membership().name();
    }

    @ManagedAttribute(description = "Why this node can't take part, or empty")
    public String getTrouble() {
        String trouble = cluster.membership().trouble();
        return trouble == null ? "" : trouble;
    }

    @ManagedAttribute(description = "Conversations that this node works on")
    public int getConversations() {
        return cluster.leases().count();
    }

    @ManagedAttribute(description = "Conversations that this node took")
    public long getClaims() {
        return cluster.leases().claims();
    }

    @ManagedAttribute(description = "Conversations that this node lost to another, or gave up when it fenced itself")
    public long getLost() {
        return cluster.leases().lost();
    }

    @ManagedAttribute(description = "How often this node fenced itself, since it could not write to the database")
    public int getFenced() {
        return cluster.membership().fenced();
    }

    @ManagedAttribute(description =
            "The longest time from a node's last sign of life until this node took one of its conversations over, in milliseconds")
    public long getLongestTakeoverMillis() {
        return cluster.longestTakeoverMillis();
    }

    @ManagedAttribute(description = "Turns that wait on all nodes together")
    public long getWaitingEverywhere() {
        return cluster.leases().waitingEverywhere();
    }

    @ManagedAttribute(description = "All nodes, and for a day those that are gone")
    public String[] getNodes() {
        return nodes.list().stream()
                .map(node -> node.name() + " " + node.state() + ", version " + node.version() + ", since " + node.since() + ", last seen "
                + node.lastSeen() + ", " + node.conversations() + " conversations, " + node.id()).toArray(String[]::new);
    }
}
