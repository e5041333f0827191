package io.github.dingtalkcamel.turn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.github.dingtalkcamel.component.api.Mentions;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads whom an agent's reply mentions from the headers that the agent left: {@value AgentConstants#AT_USER_IDS}, {@value
 * AgentConstants#AT_MOBILES}
 * and {@value AgentConstants#AT_ALL}. What can't be an id, and more than {@value Mentions#MOST} people, is left out with a line in the log:
 * the reply
 * goes out all the same.
 */
public final class ReplyMentions {

    private static final Logger LOG = LoggerFactory.getLogger(ReplyMentions.class);

    private ReplyMentions() {
    }

    /** The mentions; the headers are gone afterwards. */
    public static Mentions take(Message message) {
        List<String> userIds = ids(message, AgentConstants.AT_USER_IDS, Mentions.MOST);
        List<String> mobiles = ids(message, AgentConstants.AT_MOBILES, Mentions.MOST - userIds.size());
        Object all = message.removeHeader(AgentConstants.AT_ALL);
        return new Mentions(userIds, mobiles, all != null && Boolean.parseBoolean(all.toString().strip()));
    }

    private static List<String> ids(Message message, String header, int most) {
        Set<String> ids = new LinkedHashSet<>();
        int leftOut = 0;
        for (String text : texts(message.removeHeader(header))) {
            String id = text.strip();
            id = id.startsWith("@") ? id.substring(1) : id;
            if (Mentions.isId(id) && (ids.size() < most || ids.contains(id))) {
                ids.add(id);
            } else if (!id.isEmpty()) {
                leftOut++;
            }
        }
        if (leftOut > 0) {
            LOG.warn("{} entries of header {} are left out of a reply's mentions: at most {} people, each an id of at most 64 characters "
                    + "without spaces", leftOut, header, Mentions.MOST);
        }
        return List.copyOf(ids);
    }

    private static List<String> texts(Object header) {
        List<String> texts = new ArrayList<>();
        if (header instanceof Collection<?> list) {
            list.forEach(each -> texts.add(String.valueOf(each)));
        } else if (header instanceof Object[] array) {
            for (Object each : array) {
                texts.add(String.valueOf(each));
            }
        } else if (header != null) {
            texts.addAll(List.of(header.toString().split(",")));
        }
        return texts;
    }
}
