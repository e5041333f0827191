package io.github.dingtalkcamel.tool;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.EditDistance;

/** The argument {@code at}, parsed: the users that a message mentions, in the shape that DingTalk's webhooks take. */
final class AtArgument {

    private static final List<String> NAMES = List.of("atUserIds", "atMobiles", "isAtAll");

    private AtArgument() {
    }

    /** The mentions of a call; none if it has no {@code at}. */
    static Mentions of(ToolCall call) throws ApiException {
        ObjectNode at = call.object("at").orElse(null);
        if (at == null) {
            return Mentions.NONE;
        }
        for (Iterator<String> given = at.fieldNames(); given.hasNext();) {
            String name = given.next();
            if (!NAMES.contains(name)) {
                throw ToolCalls.bad("at", "has no " + (name.length() > 60 ? name.substring(0, 60) + "…" : name)
                        + EditDistance.nearest(name, NAMES.stream()).map(near -> ": did you mean " + near + "?").orElse(".")
                        + " It has " + String.join(", ", NAMES));
            }
        }
        JsonNode all = at.path("isAtAll");
        if (!all.isMissingNode() && !all.isNull() && !all.isBoolean()) {
            throw ToolCalls.bad("at.isAtAll", "must be true or false");
        }
        Mentions mentions = new Mentions(ids(at, "atUserIds"), ids(at, "atMobiles"), all.asBoolean());
        if (mentions.size() > Mentions.MOST) {
            throw ToolCalls.bad("at", "names " + mentions.size() + " people, and " + Mentions.MOST + " is the most that DingTalk takes");
        }
        return mentions;
    }

    private static List<String> ids(ObjectNode at, String name) throws ApiException {
        JsonNode list = at.path(name);
        if (list.isMissingNode() || list.isNull()) {
            return List.of();
        }
        if (!list.isArray()) {
            throw ToolCalls.bad("at." + name, "must be a list of texts");
        }
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            if (!list.get(i).isTextual() || !Mentions.isId(list.get(i).textValue())) {
                throw ToolCalls.bad("at." + name + "[" + i + "]",
                        "must be a text of 1 to 64 characters of ASCII without spaces and commas");
            }
            ids.add(list.get(i).textValue());
        }
        return ids;
    }
}
