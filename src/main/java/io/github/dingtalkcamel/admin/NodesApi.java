package io.github.dingtalkcamel.admin;

import java.util.LinkedHashMap;
import java.util.Map;

import io.github.dingtalkcamel.cluster.Nodes;
import io.github.dingtalkcamel.store.StoreException;

/** {@code GET /api/dingtalk/nodes} (docs/cluster.md). */
public final class NodesApi {

    private final Nodes nodes;

    public NodesApi(Nodes nodes) {
        this.nodes = nodes;
    }

    /** All nodes, those that joined last first; none where this process has its store for itself. */
    public Map<String, Object> list() throws StoreException {
        return Map.of("nodes", nodes.list().stream().map(NodesApi::shown).toList());
    }

    private static Map<String, Object> shown(Nodes.Listed node) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("id", node.id());
        shown.put("name", node.name());
        shown.put("version", node.version());
        shown.put("state", node.state());
        shown.put("since", node.since().toString());
        shown.put("lastSeen", node.lastSeen().toString());
        shown.put("conversations", node.conversations());
        return shown;
    }
}
