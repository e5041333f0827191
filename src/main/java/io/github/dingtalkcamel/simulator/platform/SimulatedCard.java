package io.github.dingtalkcamel.simulator.platform;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A card of the card platform as people see it now (docs/protocol.md 6.5).
 *
 * @param app             key of the app that made it
 * @param params          the template's variables
 * @param privateParams   what single people see beside them, by user id
 * @param conversationIds where it was delivered to
 * @param streaming       where streaming to it is: null before it begins, {@code forming}, {@code finished} or {@code failed}
 */
public record SimulatedCard(String app, String outTrackId, String templateId,
        Map<String, String> params, Map<String, Map<String, String>> privateParams,
        List<String> conversationIds, String streaming) {

    public SimulatedCard {
        params = inOrder(params);
        Map<String, Map<String, String>> people = new LinkedHashMap<>();
        privateParams.forEach((person, theirs) -> people.put(person, inOrder(theirs)));
        privateParams = Collections.unmodifiableMap(people);
        conversationIds = List.copyOf(conversationIds);
    }

    /** Whether streaming to it has ended. */
    public boolean finished() {
        return "finished".equals(streaming) || "failed".equals(streaming);
    }

    long weight() {
        return 400 + weight(params) + privateParams.values().stream().mapToLong(SimulatedCard::weight).sum()
                + conversationIds.stream().mapToLong(id -> 50 + 2L * id.length()).sum();
    }

    private static long weight(Map<String, String> params) {
        return params.entrySet().stream().mapToLong(param -> 100 + 2L * (param.getKey().length() + param.getValue().length())).sum();
    }

    /** A copy in the order in which the variables were set, which is how the chat page lists them. */
    private static Map<String, String> inOrder(Map<String, String> params) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(params));
    }
}
