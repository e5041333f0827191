package io.github.dingtalkcamel.simulator.api;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.platform.StoredFile;
import io.github.dingtalkcamel.simulator.text.Json;
import io.github.dingtalkcamel.simulator.text.RandomText;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;

/** Files: uploaded for messages, and what people sent to robots, by a temporary address of the simulator's own (docs/protocol.md 6.6). */
public final class MediaApi {

    private static final String FILES = "/files/";
    private static final Duration ADDRESS_LIFE = Duration.ofMinutes(10);
    private static final Pattern PARAMETER = Pattern.compile("(?i)\\b(name|filename|boundary)=(?:\"([^\"]*)\"|([^;\\s]+))");

    /** docs/protocol.md 6.6.1, and ogg, which sampleAudio wants. */
    private enum Type {
        IMAGE(20, "jpg", "jpeg", "gif", "png", "bmp"),
        VOICE(2, "amr", "mp3", "wav", "ogg"),
        VIDEO(20, "mp4"),
        FILE(20, "doc", "docx", "xls", "xlsx", "ppt", "pptx", "zip", "pdf", "rar");

        private final int maxBytes;
        private final List<String> formats;

        Type(int megabytes, String... formats) {
            this.maxBytes = megabytes << 20;
            this.formats = List.of(formats);
        }
    }

    private record Part(String filename, byte[] content) {
    }

    private final Platform platform;

    public MediaApi(Platform platform) {
        this.platform = platform;
    }

    public void register(SimulatedGateway gateway) {
        gateway.withToken(HttpMethod.POST, "/media/upload", ApiFamily.MEDIA, "qyapi_media", this::upload);
        gateway.withToken(HttpMethod.POST, "/v1.0/robot/messageFiles/download", ApiFamily.MEDIA, "qyapi_robot_sendmsg", this::address);
        gateway.open(HttpMethod.GET, FILES + ":file", ApiFamily.MEDIA, this::download);
    }

    private ApiResponse upload(ApiRequest call) {
        Map<String, Part> form = parts(call);
        String type = form.containsKey("type") ? new String(form.get("type").content(), StandardCharsets.UTF_8)
                : call.parameters().get("type");
        Type known = List.of(Type.values()).stream().filter(each -> each.name().toLowerCase(Locale.ROOT).equals(type)).findFirst()
                .orElseThrow(() -> new ApiErrorException(40004, "不合法的媒体文件类型"));
        Part media = form.get("media");
        if (media == null || media.filename() == null) {
            throw new ApiErrorException(40035, "缺少参数 media");
        }
        String name = media.filename();
        if (!known.formats.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT))) {
            throw new ApiErrorException(40004, "不合法的媒体文件类型");
        }
        if (media.content().length > known.maxBytes) {
            throw new ApiErrorException(40006, "不合法的文件大小");
        }
        String id = "@lAD" + RandomText.alphanumeric(20);
        platform.store(new StoredFile(id, type, call.caller().robotCode(), name, media.content()));
        return ApiResponse.oapi(Json.object().put("errcode", 0).put("errmsg", "ok").put("type", type).put("media_id", id)
                .put("created_at", platform.now().toEpochMilli()));
    }

    private ApiResponse address(ApiRequest call) {
        ObjectNode body = SimulatedGateway.bodyOf(call);
        String code = SimulatedGateway.mandatory(body, "downloadCode").asText();
        String robotCode = SimulatedGateway.mandatory(body, "robotCode").asText();
        if (robotCode.isBlank()) {
            throw new ApiErrorException("invalidParameter.robotCode.empty", "错误描述: robotCode 为空；解决方案:请填写 robotCode；");
        }
        StoredFile file = platform.storedFile(code);
        if (file == null) {
            throw new ApiErrorException("invalidParameter.robotCode.downloadCode", "错误描述: downloadCode 无效；解决方案:请确认 downloadCode 是否正确；");
        }
        if (!file.robotCode().equals(robotCode) || !call.caller().robotCode().equals(robotCode)) {
            throw new ApiErrorException("invalidParameter.robotCode.auth", "错误描述: robotCode 与 downloadCode 不匹配；");
        }
        long expires = platform.now().plus(ADDRESS_LIFE).getEpochSecond();
        return ApiResponse.api(Json.object().put("downloadUrl",
                platform.url() + FILES + RandomText.base64Of("f", code).replaceAll("[^A-Za-z0-9]", "") + ".file?Expires="
                + expires + "&Signature=" + signature(code, expires) + "&code="
                + java.net.URLEncoder.encode(code, StandardCharsets.UTF_8)));
    }

    private static String signature(String code, long expires) {
        return RandomText.base64Of("s", code + '\n' + expires).replaceAll("[^A-Za-z0-9]", "");
    }

    private ApiResponse download(ApiRequest call) {
        String code = String.valueOf(call.parameters().get("code"));
        String expires = String.valueOf(call.parameters().get("Expires"));
        StoredFile file = platform.storedFile(code);
        boolean signed = expires.matches("\\d{1,12}") && signature(code, Long.parseLong(expires)).equals(call.parameters().get("Signature"))
                && platform.now().getEpochSecond() <= Long.parseLong(expires);
        return file == null || !signed
                ? new ApiResponse(403, "application/xml", null, Buffer.buffer("<Error><Code>AccessDenied</Code></Error>"))
                : new ApiResponse(200, "application/octet-stream", null, Buffer.buffer(file.content()));
    }

    /** The parts of a form by their names. Bytes as characters of Latin-1: one each. */
    private static Map<String, Part> parts(ApiRequest call) {
        Map<String, String> parameters = parameters(String.valueOf(call.headers().get("Content-Type")));
        String boundary = parameters.get("boundary");
        if (boundary == null) {
            throw new ApiErrorException(43004, "无效的HTTP HEADER Content-Type");
        }
        String body = "\r\n" + call.body().toString(StandardCharsets.ISO_8859_1);
        String connection = "\r\n--" + boundary;
        Map<String, Part> parts = new HashMap<>();
        int at = body.indexOf(connection);
        while (at >= 0 && !body.startsWith("--", at + connection.length())) {
            int head = at + connection.length() + 2;
            int content = body.indexOf("\r\n\r\n", head);
            int end = content < 0 ? -1 : body.indexOf(connection, content + 2);
            if (end < 0) {
                break;
            }
            Map<String, String> disposition =
                    parameters(new String(body.substring(head, content).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
            byte[] bytes = body.substring(Math.min(content + 4, end), end).getBytes(StandardCharsets.ISO_8859_1);
            parts.put(disposition.get("name"), new Part(disposition.get("filename"), bytes));
            at = end;
        }
        return parts;
    }

    private static Map<String, String> parameters(String header) {
        Map<String, String> parameters = new HashMap<>();
        Matcher matcher = PARAMETER.matcher(header);
        while (matcher.find()) {
            parameters.putIfAbsent(matcher.group(1).toLowerCase(Locale.ROOT),
                    matcher.group(2) != null ? matcher.group(2) : matcher.group(3));
        }
        return parameters;
    }
}
