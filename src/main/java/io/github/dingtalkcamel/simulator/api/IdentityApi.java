package io.github.dingtalkcamel.simulator.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.http.HttpMethod;

/** Users by union id and by mobile number (docs/protocol.md 6.7). */
public final class IdentityApi {

    private final Platform platform;

    public IdentityApi(Platform platform) {
        this.platform = platform;
    }

    public void register(SimulatedGateway gateway) {
        gateway.withToken(HttpMethod.POST, "/topapi/user/getbyunionid", ApiFamily.IDENTITY, "qyapi_get_member", this::byUnionId);
        gateway.withToken(HttpMethod.POST, "/topapi/v2/user/getbymobile", ApiFamily.IDENTITY, "qyapi_get_member_by_mobile", this::byMobile);
    }

    private ApiResponse byUnionId(ApiRequest call) {
        String unionId = parameter(call, "unionid");
        String staffId = platform.people().stream().filter(person -> person.unionId().equals(unionId)).map(Person::staffId).findFirst()
                .orElseThrow(() -> new ApiErrorException(60121, "找不到该用户"));
        return found(Json.object().put("contact_type", 0).put("userid", staffId));
    }

    private ApiResponse byMobile(ApiRequest call) {
        String staffId = platform.mobiles().get(parameter(call, "mobile"));
        if (staffId == null) {
            throw new ApiErrorException(60121, "找不到该用户");
        }
        return found(Json.object().put("userid", staffId));
    }

    private static String parameter(ApiRequest call, String name) {
        ObjectNode body = call.saysJson() ? call.jsonOrNull() : null;
        String value = body == null ? null : Json.text(body, name);
        if (value == null || value.isBlank()) {
            throw new ApiErrorException(40035, "不合法的参数:" + name);
        }
        return value;
    }

    private static ApiResponse found(ObjectNode result) {
        ObjectNode answer = Json.object().put("errcode", 0).put("errmsg", "ok").put("request_id", ApiResponse.topRequestId());
        answer.set("result", result);
        return ApiResponse.oapi(answer);
    }
}
