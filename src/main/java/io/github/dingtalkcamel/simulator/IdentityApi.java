package io.github.dingtalkcamel.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.http.HttpMethod;

/** Who somebody is, by union id and by mobile number (protocol 6.7). */
final class IdentityApi {

    private final Platform platform;

    IdentityApi(Platform platform) {
        this.platform = platform;
    }

    void register(SimulatedGateway gateway) {
        gateway.withToken(HttpMethod.POST, "/topapi/user/getbyunionid", ApiFamily.IDENTITY, "qyapi_get_member", this::byUnionId);
        gateway.withToken(HttpMethod.POST, "/topapi/v2/user/getbymobile", ApiFamily.IDENTITY, "qyapi_get_member_by_mobile", this::byMobile);
    }

    private Answer byUnionId(Call call) {
        String unionId = parameter(call, "unionid");
        String staffId = platform.people().stream().filter(person -> person.unionId().equals(unionId)).map(Person::staffId).findFirst()
                .orElseThrow(() -> new Refusal(60121, "找不到该用户"));
        return found(Json.object().put("contact_type", 0).put("userid", staffId));
    }

    private Answer byMobile(Call call) {
        String staffId = platform.mobiles().get(parameter(call, "mobile"));
        if (staffId == null) {
            throw new Refusal(60121, "找不到该用户");
        }
        return found(Json.object().put("userid", staffId));
    }

    private static String parameter(Call call, String name) {
        ObjectNode body = call.saysJson() ? call.jsonOrNull() : null;
        String value = body == null ? null : Json.text(body, name);
        if (value == null || value.isBlank()) {
            throw new Refusal(40035, "不合法的参数:" + name);
        }
        return value;
    }

    private static Answer found(ObjectNode result) {
        ObjectNode answer = Json.object().put("errcode", 0).put("errmsg", "ok").put("request_id", Answer.topRequestId());
        answer.set("result", result);
        return Answer.oapi(answer);
    }
}
