package io.github.dingtalkcamel.simulator;

import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A press on a card's button (protocol 6.5.6). What the application answers changes the card, if there is such a card of this app.
 *
 * @param app    key of the app whose card it is; null: the first
 * @param user   staffId of who pressed
 * @param group  the conversation the card is in; null: the person's DM
 * @param params what the button carries, a JSON object
 * @param with   top-level fields of the payload to add or replace, a JSON object; null: none
 */
public record Click(String app, String outTrackId, String user, String group, List<String> actionIds, String params, String with) {

    public Click {
        Objects.requireNonNull(outTrackId, "outTrackId");
        Objects.requireNonNull(user, "user");
        actionIds = List.copyOf(actionIds);
        Json.required(params, "params");
        if (with != null) {
            Json.required(with, "fields of a click");
        }
    }

    /** By staff001, on the card of the first app in the DM. */
    public static Click on(String outTrackId, String... actionIds) {
        return new Click(null, outTrackId, "staff001", null, List.of(actionIds), "{}", null);
    }

    public Click of(String appKey) {
        return new Click(appKey, outTrackId, user, group, actionIds, params, with);
    }

    public Click by(String staffId) {
        return new Click(app, outTrackId, staffId, group, actionIds, params, with);
    }

    public Click inGroup(String conversationId) {
        return new Click(app, outTrackId, user, conversationId, actionIds, params, with);
    }

    public Click params(String json) {
        return new Click(app, outTrackId, user, group, actionIds, json, with);
    }

    public Click with(String json) {
        return new Click(app, outTrackId, user, group, actionIds, params, json);
    }

    /** As it goes over the wire: content and extension are strings that contain JSON. */
    String json() {
        ObjectNode content = Json.object();
        ObjectNode pressed = content.putObject("cardPrivateData");
        actionIds.forEach(pressed.putArray("actionIds")::add);
        pressed.set("params", Json.required(params, "params"));
        ObjectNode json = Json.object().put("type", "actionCallback").put("outTrackId", outTrackId).put("corpId", Platform.CORP_ID)
                .put("userId", user).put("userIdType", 1).put("spaceType", group == null ? "IM_ROBOT" : "IM_GROUP")
                .put("spaceId", group == null ? user : group).put("extension", "{}").put("content", Json.write(content));
        if (with != null) {
            json.setAll(Json.required(with, "fields of a click"));
        }
        return Json.write(json);
    }
}
