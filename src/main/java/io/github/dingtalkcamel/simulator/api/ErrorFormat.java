package io.github.dingtalkcamel.simulator.api;

import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.buffer.Buffer;

/** The four ways in which DingTalk's hosts say that something is wrong (docs/protocol.md 0.3, 1.4, 7.1). */
enum ErrorFormat {

    /** api.dingtalk.com: HTTP status, code and message */
    API,
    /** oapi.dingtalk.com/topapi: HTTP 200, errcode 88 and a string sub_code */
    TOPAPI,
    /** other paths of oapi.dingtalk.com: HTTP 200, errcode */
    OAPI,
    /** webhooks on oapi.dingtalk.com: as OAPI, with throttling codes of their own */
    WEBHOOK;

    static ErrorFormat of(String path) {
        if (path.equals("/v1.0") || path.startsWith("/v1.0/")) {
            return API;
        }
        if (path.startsWith("/topapi/")) {
            return TOPAPI;
        }
        return path.startsWith("/robot/") ? WEBHOOK : OAPI;
    }

    /** docs/protocol.md 1.4: nothing lives here. */
    ApiResponse unknownPath(String path) {
        return switch (this) {
            case API -> ApiResponse.api(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.");
            case TOPAPI -> {
                String reason = "不合法ApiName，ApiName = dingtalk.oapi." + path.substring("/topapi/".length()).replace('/', '.');
                yield ApiResponse.oapi(Json.object().put("errcode", 22).put("sub_msg", reason)
                        .put("errmsg", "Invalid method[submsg=" + reason + "]").put("request_id", ApiResponse.topRequestId()));
            }
            case OAPI, WEBHOOK -> ApiResponse.errcode(404, "请求的URI地址不存在");
        };
    }

    ApiResponse missingToken() {
        return switch (this) {
            case API -> ApiResponse.api(400, "AuthenticationFailed.MissingParameter", "缺少参数：x-acs-dingtalk-access-token");
            case TOPAPI -> ApiResponse.top("40000", "access_token is blank");
            case OAPI, WEBHOOK -> ApiResponse.errcode(41001, "缺少access_token参数");
        };
    }

    ApiResponse invalidToken() {
        return switch (this) {
            case API -> ApiResponse.api(400, "InvalidAuthentication", "不合法的access_token");
            case TOPAPI -> ApiResponse.top("40014", "不合法的access_token");
            case OAPI, WEBHOOK -> ApiResponse.errcode(40014, "不合法的access_token");
        };
    }

    /** docs/protocol.md 1.4: the app lacks a permission. Webhooks know no permissions: there it is a failed security check. */
    ApiResponse missingPermission(String scope, String appKey) {
        String text = "应用尚未开通所需的权限：[" + scope + "]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=" + appKey
                + "%23" + scope;
        return switch (this) {
            case API -> ApiResponse.accessDenied("Forbidden.AccessDenied.AccessTokenPermissionDenied", text, scope);
            case TOPAPI, OAPI -> ApiResponse.top("60011", text + ", {requiredScopes=[" + scope + "]}");
            case WEBHOOK -> ApiResponse.errcode(310000, "description:关键词不匹配;solution:请联系群管理员查看此机器人的关键词，并在发送的信息中包含此关键词;");
        };
    }

    /** docs/protocol.md 7.1. */
    ApiResponse throttled() {
        return switch (this) {
            case API -> ApiResponse.api(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "您的企业应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了");
            case TOPAPI, OAPI -> ApiResponse.top("90018", "您的服务器调用钉钉开放平台当前接口的所有请求都被暂时禁用了");
            case WEBHOOK -> ApiResponse.errcode(660026, "sending too many messages per minute");
        };
    }

    /** A permanent refusal whose text quotes the request. */
    ApiResponse quoting(String path, String text) {
        return switch (this) {
            case API -> ApiResponse.api(400, path.endsWith("/accessToken") ? "invalidClientIdOrSecret"
                    : "invalidParameter.param.invalid", text);
            case TOPAPI, OAPI -> ApiResponse.top("400002", text);
            case WEBHOOK -> ApiResponse.errcode(310000, text);
        };
    }

    /** docs/protocol.md 6.2, 6.3.5: try again. */
    ApiResponse busy() {
        return this == API ? failing(500) : ApiResponse.errcode(-1, "系统繁忙");
    }

    /** A server error: 502 comes without a body, as from a proxy in front. */
    ApiResponse failing(int status) {
        if (status == 502) {
            return new ApiResponse(502, "text/html", null, Buffer.buffer());
        }
        return status == 503
                ? ApiResponse.api(503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.")
                : ApiResponse.api(status, "system.error", "系统错误");
    }
}
