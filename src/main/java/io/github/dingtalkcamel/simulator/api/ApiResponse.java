package io.github.dingtalkcamel.simulator.api;

import java.util.Locale;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.text.Json;
import io.github.dingtalkcamel.simulator.text.RandomText;
import io.vertx.core.buffer.Buffer;

/**
 * What DingTalk answers.
 *
 * @param requestId goes into {@code x-acs-request-id}, on the api host only (docs/protocol.md 0.3); else null
 */
public record ApiResponse(int status, String contentType, String requestId, Buffer body) {

    private static final String API_JSON = "application/json;charset=utf-8";
    private static final String TOPAPI_JSON = "application/json;charset=UTF-8";
    private static final String OAPI_JSON = "application/json";

    /** A success of the api host. */
    public static ApiResponse api(ObjectNode result) {
        return new ApiResponse(200, API_JSON, RandomText.requestId(), buffer(result));
    }

    /** An error of the api host. */
    public static ApiResponse api(int status, String code, String message) {
        return apiError(status, code, message, Json.object());
    }

    /** A 403 of the api host that names the permission that is missing. */
    static ApiResponse accessDenied(String code, String message, String scope) {
        ObjectNode extra = Json.object();
        extra.putObject("accessdenieddetail").putArray("requiredScopes").add(scope);
        return apiError(403, code, message, extra);
    }

    private static ApiResponse apiError(int status, String code, String message, ObjectNode extra) {
        String requestId = RandomText.requestId();
        ObjectNode body = Json.object().put("code", code).put("requestid", requestId).put("message", message).setAll(extra);
        return new ApiResponse(status, API_JSON, requestId, buffer(body));
    }

    /** An error of topapi: the real reason is the sub code. */
    static ApiResponse top(String subCode, String subMessage) {
        return new ApiResponse(200, TOPAPI_JSON, null, buffer(Json.object()
                .put("errcode", 88)
                .put("sub_code", subCode)
                .put("sub_msg", subMessage)
                .put("errmsg", "ding talk error[subcode=" + subCode + ",submsg=" + subMessage + "]")
                .put("request_id", topRequestId())));
    }

    /** Any other answer of the oapi host, webhooks included. */
    static ApiResponse errcode(int errcode, String errmsg) {
        return oapi(Json.object().put("errcode", errcode).put("errmsg", errmsg));
    }

    /** A success of topapi. */
    static ApiResponse topapi(ObjectNode body) {
        return new ApiResponse(200, TOPAPI_JSON, null, buffer(body));
    }

    static ApiResponse oapi(ObjectNode body) {
        return new ApiResponse(200, OAPI_JSON, null, buffer(body));
    }

    static String topRequestId() {
        return RandomText.alphanumeric(13).toLowerCase(Locale.ROOT);
    }

    private static Buffer buffer(ObjectNode body) {
        return Buffer.buffer(Json.write(body));
    }
}
