package io.github.dingtalkcamel.component.chunk;
import java.util.ArrayDeque;
import java.util.Deque;

import org.commonmark.node.BlockQuote;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;

/**
 * The quotes and list items around a block, as the beginnings of its lines show them.
 *
 * @param linePrefix    what a further line of the block begins with: {@code "> "} for a quote, spaces for a list item
 * @param restartPrefix what a line begins with that sets the containers up anew: the same, with the list markers
 * @param indentation   the widest indentation, in columns, that lists alone make in {@code linePrefix}
 */
record Containers(String linePrefix, String restartPrefix, int indentation) {

    static Containers around(Node block, String reply) {
        Deque<Node> outermostFirst = new ArrayDeque<>();
        for (Node node = block.getParent(); node != null; node = node.getParent()) {
            outermostFirst.push(node);
        }
        StringBuilder line = new StringBuilder();
        StringBuilder restart = new StringBuilder();
        int widest = 0;
        int width = 0;
        for (Node node : outermostFirst) {
            if (node instanceof BlockQuote) {
                line.append("> ");
                restart.append("> ");
                width = 0;
            } else if (node instanceof ListItem item) {
                line.append(" ".repeat(item.getContentIndent()));
                restart.append(marker(item, reply));
                width += item.getContentIndent();
                widest = Math.max(widest, width);
            }
        }
        return new Containers(line.toString(), restart.toString(), widest);
    }

    /** The list marker, as wide as it is in the reply with the spaces around it. */
    private static String marker(ListItem item, String reply) {
        int from = item.getSourceSpans().get(0).getInputIndex();
        while (Character.isWhitespace(reply.charAt(from))) {
            from++;
        }
        int to = from;
        while (to < reply.length() && !Character.isWhitespace(reply.charAt(to))) {
            to++;
        }
        String indented = " ".repeat(item.getMarkerIndent()) + reply.substring(from, to);
        return indented + " ".repeat(Math.max(0, item.getContentIndent() - indented.length()));
    }
}
