package io.github.dingtalkcamel.component.api;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The mentions of a message: {@code at} of session webhooks and custom robots (docs/protocol.md 6.1, 6.2), the only channels that have
 * mentions. DingTalk shows a mention only where the message's text holds {@code @} with the id or the number as well.
 *
 * @param userIds user ids, each once
 * @param mobiles mobile numbers, each once
 * @param all     all members of the group
 */
public record Mentions(List<String> userIds, List<String> mobiles, boolean all) {

    /** No mentions. */
    public static final Mentions NONE = new Mentions(List.of(), List.of(), false);

    /** Exchange property that holds the mentions that an agent set for its reply. */
    public static final String PROPERTY = "CamelDingTalkMentions";

    /** Most people that DingTalk takes in one message. */
    public static final int MOST = 50;

    private static final int LONGEST_ID = 64;

    public Mentions {
        userIds = List.copyOf(new LinkedHashSet<>(userIds));
        mobiles = List.copyOf(new LinkedHashSet<>(mobiles));
    }

    /**
     * True for an id or a number that can be one: 1 to {@value #LONGEST_ID} characters of ASCII without spaces, commas, quotes and
     * backslashes.
     */
    public static boolean isId(String text) {
        return !text.isEmpty() && text.length() <= LONGEST_ID && text.chars().allMatch(c -> c > ' ' && c < 0x7f && ",\"\\".indexOf(c) < 0);
    }

    public boolean isEmpty() {
        return userIds.isEmpty() && mobiles.isEmpty() && !all;
    }

    /** How many people are named. */
    public int size() {
        return userIds.size() + mobiles.size();
    }

    /** These, and before them one by the user id. */
    public Mentions withFirst(String userId) {
        return new Mentions(Stream.concat(Stream.of(userId), userIds.stream()).toList(), mobiles, all);
    }

    /** As webhooks take it. */
    public Map<String, Object> at() {
        Map<String, Object> at = new LinkedHashMap<>();
        at.put("atUserIds", userIds);
        at.put("atMobiles", mobiles);
        at.put("isAtAll", all);
        return at;
    }

    /** {@code @} and the id of each who is named here and not yet in the text, with spaces between them; empty where none is missing. */
    public String missingIn(String text) {
        List<String> missing = new ArrayList<>();
        ids().filter(id -> !isIn(text, id)).forEach(id -> missing.add("@" + id));
        return String.join(" ", missing);
    }

    /**
     * Who is mentioned by which of a message's chunks: each once, by the first chunk whose text holds the mention, else by the first of
     * all.
     *
     * @return as many as there are chunks; empty without mentions
     */
    public List<Mentions> among(List<String> chunks) {
        if (isEmpty() || chunks.isEmpty()) {
            return List.of();
        }
        List<Mentions> each = new ArrayList<>();
        Set<String> left = new LinkedHashSet<>(ids().toList());
        for (String chunk : chunks) {
            Set<String> here = new LinkedHashSet<>(left.stream().filter(id -> isIn(chunk, id)).toList());
            left.removeAll(here);
            each.add(only(here, false));
        }
        Set<String> first = new LinkedHashSet<>(left);
        each.get(0).ids().forEach(first::add);
        each.set(0, only(first, all));
        return List.copyOf(each);
    }

    private Mentions only(Set<String> ids, boolean all) {
        return new Mentions(userIds.stream().filter(ids::contains).toList(), mobiles.stream().filter(ids::contains).toList(), all);
    }

    private Stream<String> ids() {
        return Stream.concat(userIds.stream(), mobiles.stream()).distinct();
    }

    /** Whether the text mentions this id, and not only one that begins alike. */
    private static boolean isIn(String text, String id) {
        String mention = "@" + id;
        for (int at = text.indexOf(mention); at >= 0; at = text.indexOf(mention, at + 1)) {
            int end = at + mention.length();
            if (end == text.length() || !Character.isLetterOrDigit(text.charAt(end)) && "_-".indexOf(text.charAt(end)) < 0) {
                return true;
            }
        }
        return false;
    }

    /** Without these users. */
    @Override
    public String toString() {
        return "Mentions[" + size() + (all ? ", all]" : "]");
    }
}
