package io.github.dingtalkcamel.component.api;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * The fields by which DingTalk confirms what it was asked to do, for each API that is called here. An answer without an error is no
 * success: a proxy, a faulty gateway or a changed API answers {@code {}} or {@code {"ok":true}}, and nothing was sent.
 * <p>
 * Only says whether the outcome is known. An answer that denies success ({@code "success": false}, a key in {@code failedResult}) is known,
 * and read by the caller. Paths that only users' own routes call, and the undocumented reaction API, whose success is not reported further,
 * have no such fields here; of those the older API's must still have {@code errcode} 0.
 */
final class Confirmation {

    private Confirmation() {
    }

    /** What the answer lacks, in words for the operator; null where its outcome is known. */
    static String missing(ApiRequest request, JsonNode answer) {
        if (request.isSessionWebhook() || request.isCustomRobot()) {
            return isZero(answer.get("errcode")) ? null : "errcode 0";
        }
        if (request.isOapi() && !isZero(answer.get("errcode"))) {
            return "errcode 0";
        }
        return switch (request.method() + " " + request.name()) {
            case "POST " + ApiRequest.ACCESS_TOKEN -> hasText(answer, "accessToken") && answer.path("expireIn").asLong(0) > 0 ? null
                    : "accessToken and expireIn";
            case "POST /v1.0/robot/oToMessages/batchSend" -> hasText(answer, "processQueryKey") || namesSomeone(answer) ? null
                    : "processQueryKey";
            case "POST /v1.0/robot/groupMessages/send" -> hasText(answer, "processQueryKey") ? null : "processQueryKey";
            case "POST /v1.0/robot/otoMessages/batchRecall", "POST /v1.0/robot/groupMessages/recall" -> everyKey(request, answer) ? null
                    : "the message's key in successResult";
            case "POST /v1.0/card/instances/createAndDeliver" -> isDelivery(answer, answer.at("/result/deliverResults")) ? null
                    : "success for the place that the card was for";
            case "POST /v1.0/card/instances/deliver" -> isDelivery(answer, answer.path("result")) ? null
                    : "success for the place that the card was for";
            case "POST /v1.0/card/instances", "PUT /v1.0/card/instances", "PUT /v1.0/card/streaming" -> isTruth(answer.get("success"))
                    ? null : "success";
            case "POST /v1.0/robot/messageFiles/download" -> hasText(answer, "downloadUrl") ? null : "downloadUrl";
            case "POST /media/upload" -> hasText(answer, "media_id") ? null : "media_id";
            case "POST /topapi/v2/user/list" -> answer.path("result").isObject() ? null : "result";
            case "POST /topapi/v2/department/listsub" -> answer.path("result").isArray() ? null : "result";
            default -> null;
        };
    }

    /** {@code 0} or {@code "0"}: DingTalk's documentation has both. */
    static boolean isZero(JsonNode code) {
        return code != null && (code.isNumber() ? code.decimalValue().signum() == 0 : code.isTextual() && code.textValue().equals("0"));
    }

    private static boolean hasText(JsonNode answer, String field) {
        return answer.path(field).isTextual() && !answer.path(field).textValue().isBlank();
    }

    /** Recipients that DingTalk refuses are known to have got nothing, also if it gives no key. */
    private static boolean namesSomeone(JsonNode answer) {
        return !answer.path("invalidStaffIdList").isEmpty() || !answer.path("flowControlledStaffIdList").isEmpty();
    }

    private static boolean everyKey(ApiRequest request, JsonNode answer) {
        if (!(request.body() instanceof Map<?, ?> body) || !(body.get("processQueryKeys") instanceof Iterable<?> keys)) {
            return !answer.path("successResult").isEmpty() || !answer.path("failedResult").isEmpty();
        }
        for (Object key : keys) {
            boolean recalled = false;
            for (JsonNode each : answer.path("successResult")) {
                recalled |= each.isTextual() && each.textValue().equals(key);
            }
            if (!recalled && !answer.path("failedResult").has(String.valueOf(key))) {
                return false;
            }
        }
        return true;
    }

    /** The whole of it failed, or each place has a result of its own: a place's failure still is HTTP 200. */
    private static boolean isDelivery(JsonNode answer, JsonNode places) {
        if (isTruth(answer.get("success")) && !answer.get("success").asBoolean()) {
            return true;
        }
        boolean known = isTruth(answer.get("success")) && places.isArray() && !places.isEmpty();
        for (JsonNode place : places) {
            known &= isTruth(place.get("success"));
        }
        return known;
    }

    /** True or false, which older card APIs spell as text. */
    private static boolean isTruth(JsonNode value) {
        return value != null && (value.isBoolean() || value.isTextual()
                && (value.textValue().equals("true") || value.textValue().equals("false")));
    }
}
