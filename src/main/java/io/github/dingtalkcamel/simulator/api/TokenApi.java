package io.github.dingtalkcamel.simulator.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.http.HttpMethod;

/** Access tokens: the new way, the unified way and the legacy way (docs/protocol.md 1.1 to 1.3). All three give an app the same token. */
public final class TokenApi {

    private final Platform platform;

    public TokenApi(Platform platform) {
        this.platform = platform;
    }

    public void register(SimulatedGateway gateway) {
        gateway.open(HttpMethod.POST, "/v1.0/oauth2/accessToken", ApiFamily.TOKEN, this::accessToken);
        gateway.open(HttpMethod.POST, "/v1.0/oauth2/:corpId/token", ApiFamily.TOKEN, this::unifiedToken);
        gateway.open(HttpMethod.GET, "/gettoken", ApiFamily.TOKEN, this::getToken);
    }

    private ApiResponse accessToken(ApiRequest call) {
        ObjectNode body = SimulatedGateway.bodyOf(call);
        SimulatedApp app = platform.appOrNull(SimulatedGateway.mandatory(body, "appKey").asText());
        String secret = SimulatedGateway.mandatory(body, "appSecret").asText();
        if (app == null || !app.appSecret().equals(secret)) {
            throw new ApiErrorException("invalidClientIdOrSecret", "无效的clientId或者clientSecret");
        }
        return ApiResponse.api(Json.object().put("expireIn", Platform.TOKEN_LIFE.toSeconds()).put("accessToken", issue(app)));
    }

    private ApiResponse unifiedToken(ApiRequest call) {
        ObjectNode body = SimulatedGateway.bodyOf(call);
        SimulatedApp app = platform.appOrNull(SimulatedGateway.mandatory(body, "client_id").asText());
        String secret = SimulatedGateway.mandatory(body, "client_secret").asText();
        String grantType = SimulatedGateway.mandatory(body, "grant_type").asText();
        if (!Platform.CORP_ID.equals(call.parameters().get("corpId"))) {
            throw new ApiErrorException(ApiResponse.api(500, "unknownError", "未知错误"));
        }
        if (!grantType.equals("client_credentials")) {
            throw new ApiErrorException("unsupported.grant.type", "不支持的grant_type");
        }
        if (app == null || !app.appSecret().equals(secret)) {
            throw new ApiErrorException("invalid.client", "无效的client_id或者client_secret");
        }
        return ApiResponse.api(Json.object().put("access_token", issue(app)).put("expires_in", Platform.TOKEN_LIFE.toSeconds()));
    }

    private ApiResponse getToken(ApiRequest call) {
        String appKey = call.parameters().get("appkey");
        String secret = call.parameters().get("appsecret");
        if (appKey == null || appKey.isEmpty()) {
            throw new ApiErrorException(40035, "缺少参数 corpid or appkey");
        }
        if (secret == null || secret.isEmpty()) {
            throw new ApiErrorException(40035, "缺少参数 corpsecret or appsecret");
        }
        SimulatedApp app = platform.appOrNull(appKey);
        if (app == null || !app.appSecret().equals(secret)) {
            throw new ApiErrorException(40096, "不合法的appKey或appSecret");
        }
        return ApiResponse.oapi(Json.object().put("errcode", 0).put("access_token", issue(app)).put("errmsg", "ok")
                .put("expires_in", Platform.TOKEN_LIFE.toSeconds()));
    }

    private String issue(SimulatedApp app) {
        return platform.tokens().issue(app.appKey());
    }
}
