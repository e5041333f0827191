package io.github.dingtalkcamel.admin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.dingtalkcamel.admin.Diagnosis.Result;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.inbound.Webhook;
import io.github.dingtalkcamel.server.Addresses;
import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** The steps of {@code POST /api/dingtalk/integrations/{id}/test}: what each check found, with its remedy. */
public final class IntegrationTests {

    /**
     * How DingTalk complains of a message without a recipient (docs/protocol.md 6.3.1, 6.3.5): it got past the permission, which is looked
     * at before.
     */
    private static final Set<String> NO_RECIPIENT = Set.of("MissinguserIds", "invalidParameter.userIds.empty", "invalidParameter.userId.empty", "illegal.receivers");

    private final Settings settings;
    private final Webhook webhook;

    public IntegrationTests(Settings settings, Webhook webhook) {
        this.settings = settings;
        this.webhook = webhook;
    }

    /** Nothing found yet. */
    public Diagnosis begin(@ExchangeProperty(ApiCall.PROPERTY) ApiCall call) throws ApiException {
        Integration integration = settings.integration(call.part(1)).orElseThrow(() -> ApiException.notFound("unknown_integration",
                "There is no such integration: GET /api/dingtalk/integrations lists those there are"));
        Diagnosis diagnosis = new Diagnosis(integration, List.of());
        return integration.hasApp() ? diagnosis
                : diagnosis.with("credentials", Result.OFF, "It has no app, and sends to its group webhook only", null);
    }

    /** DingTalk gave a token. */
    public Diagnosis tokenIssued(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        return diagnosis.with("credentials", Result.OK, "DingTalk gave an access token", null);
    }

    /** It did not. */
    public Diagnosis tokenRefused(Exchange exchange, @ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        return because(exchange, diagnosis, "credentials");
    }

    /** A message to nobody: nothing is sent, but DingTalk looks at the permission first. */
    public Map<String, Object> messageToNobody(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("robotCode", diagnosis.integration().robotCode().orElseThrow());
        body.put("msgKey", "sampleText");
        body.put("msgParam", "{\"content\":\"test\"}");
        body.put("userIds", List.of());
        return body;
    }

    /** What DingTalk said to that, where it did not mind. */
    public Diagnosis sendingAllowed(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        return diagnosis.with("permissions", Result.OK, "The robot may send messages (qyapi_robot_sendmsg). Others can't be asked about without using them", null);
    }

    /** What DingTalk said to that, where it did. */
    public Diagnosis sendingRefused(Exchange exchange, @ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        RejectedException rejected = Failure.of(exchange, RejectedException.class);
        return rejected != null && NO_RECIPIENT.contains(rejected.code()) ? sendingAllowed(diagnosis) : because(exchange, diagnosis, "permissions");
    }

    private static Diagnosis because(Exchange exchange, Diagnosis diagnosis, String check) {
        DingTalkException failure = Failure.of(exchange, DingTalkException.class);
        if (failure == null) {
            return diagnosis.with(check, Result.UNKNOWN, "It could not be asked: " + Failure.of(exchange, Exception.class).getClass().getSimpleName(), "See the log");
        }
        return diagnosis.with(check, failure instanceof RejectedException ? Result.FAILED : Result.UNKNOWN, failure.getMessage(), failure.remedy());
    }

    /** Whether it is known where DingTalk reaches the webhook. That it really does, only the console's own check can tell. */
    public Diagnosis callback(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        String id = diagnosis.integration().id();
        if (!webhook.isOn(id)) {
            return diagnosis.with(Diagnosis.CALLBACK_URL, Result.OFF, "The webhook is off: messages come by Stream, if at all", null);
        }
        String url = Addresses.callback(settings, id);
        if (settings.publicUrl().isEmpty()) {
            return diagnosis.with(Diagnosis.CALLBACK_URL, diagnosis.integration().stream() ? Result.UNKNOWN : Result.FAILED,
                    "No public address is known; on this machine it is " + url,
                    "Set dingtalk.public-url to the address under which DingTalk reaches this machine, or use Stream mode");
        }
        return diagnosis.with(Diagnosis.CALLBACK_URL, Result.OK, "Enter " + url + " in DingTalk's console, where it checks it"
                + (diagnosis.integration().callbackToken().isSet() ? "" : "; encrypted callbacks need dingtalk.callback-token and dingtalk.callback-aes-key"), null);
    }

    /** All that was found. */
    public Map<String, Object> report(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        return diagnosis.shown();
    }
}
