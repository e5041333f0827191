package io.github.dingtalkcamel.simulator.fault;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** How an error text quotes the secrets of the request that it refuses. */
public enum QuotedSecrets {

    PLAIN(secret -> secret),
    URL(secret -> URLEncoder.encode(secret, StandardCharsets.UTF_8)),
    /** As servers do that escape for HTML too. */
    JSON(secret -> secret.replace("\\", "\\\\").replace("\"", "\\\"").replace("/", "\\/").replace("=", "\\u003d")),
    BASE64(secret -> Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));

    private static final List<String> FIELDS = List.of("appSecret", "clientSecret");
    private static final List<String> PARAMETERS = List.of("access_token", "session", "sign");

    private final UnaryOperator<String> quoting;

    QuotedSecrets(UnaryOperator<String> quoting) {
        this.quoting = quoting;
    }

    static QuotedSecrets named(String name) {
        return Arrays.stream(values()).filter(form -> form.name().equals(name.toUpperCase(Locale.ROOT))).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("form must be plain, url, json or base64, not " + name));
    }

    /** The error text for a request. */
    public String text(HttpServerRequest request, Buffer body) {
        ObjectNode json = Json.objectOrNull(body.toString());
        Stream<String> fields = json == null ? Stream.empty() : FIELDS.stream().map(field -> json.path(field).asText(""));
        Stream<String> parameters = PARAMETERS.stream().map(name -> request.getParam(name, ""));
        Stream<String> header = Stream.of(String.valueOf(request.headers().get("x-acs-dingtalk-access-token") == null ? ""
                : request.headers().get("x-acs-dingtalk-access-token")));
        return Stream.of(fields, parameters, header).flatMap(each -> each).filter(secret -> !secret.isEmpty()).map(quoting)
                .collect(Collectors.joining("> <", "错误描述: 参数不合法 <", ">"));
    }
}
