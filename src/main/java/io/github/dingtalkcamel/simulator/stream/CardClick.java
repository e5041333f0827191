package io.github.dingtalkcamel.simulator.stream;

import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.text.Json;

/**
 * A press on a card's button (docs/protocol.md 6.5.6). What the application answers changes the card, if there is such a card of this app.
 *
 * @param app    key of the app whose card it is; null: the first
 * @param user   staffId of who pressed
 * @param group  the conversation the card is in; null: the person's DM
 * @param params what the button carries, a JSON object
 * @param with   top-level fields of the payload to add or replace, a JSON object; null: none
 */
public record CardClick(String app, String outTrackId, String user, String group, List<String> actionIds, String params, String with) {

    public CardClick {
        Objects.requireNonNull(outTrackId, "outTrackId");
        Objects.requireNonNull(user, "user");
        actionIds = List.copyOf(actionIds);
        Json.required(params, "params");
        if (with != null) {
            Json.required(with, "fields of a click");
        }
    }

    /** By staff001, on the card of the first app in the DM. */
    public static CardClick on(String outTrackId, String... actionIds) {
        return new CardClick(null, outTrackId, "staff001", null, List.of(actionIds), "{}", null);
    }

    public CardClick of(String appKey) {
        return new CardClick(appKey, outTrackId, user, group, actionIds, params, with);
    }

    public CardClick by(String staffId) {
        return new CardClick(app, outTrackId, staffId, group, actionIds, params, with);
    }

    public CardClick inGroup(String conversationId) {
        return new CardClick(app, outTrackId, user, conversationId, actionIds, params, with);
    }

    public CardClick params(String json) {
        return new CardClick(app, outTrackId, user, group, actionIds, json, with);
    }

    public CardClick with(String json) {
        return new CardClick(app, outTrackId, user, group, actionIds, params, json);
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
