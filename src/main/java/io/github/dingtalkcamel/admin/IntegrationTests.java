package io.github.dingtalkcamel.admin;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.dingtalkcamel.admin.Diagnosis.Result;
import io.github.dingtalkcamel.card.CardRefusal;
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
import org.apache.camel.Variable;

/** The steps of {@code POST /api/dingtalk/integrations/{id}/test}: what each check found, with its remedy. */
public final class IntegrationTests {

    /**
     * DingTalk's codes for a message without recipients (docs/protocol.md 6.3.1, 6.3.5). It checks the permission before, so that is
     * granted.
     */
    private static final Set<String> NO_RECIPIENT = Set.of("MissinguserIds", "invalidParameter.userIds.empty",
            "invalidParameter.userId.empty", "illegal.receivers");

    private static final String CARDS = "cards";

    private final Settings settings;
    private final Webhook webhook;

    public IntegrationTests(Settings settings, Webhook webhook) {
        this.settings = settings;
        this.webhook = webhook;
    }

    /** The integration that the path names, with nothing found yet. */
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

    /** DingTalk gave none, or could not be asked. */
    public Diagnosis tokenRefused(Exchange exchange, @ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        return because(exchange, diagnosis, "credentials");
    }

    /** A message without recipients: nothing is sent, but DingTalk checks the permission first. */
    public Map<String, Object> messageWithoutRecipients(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("robotCode", diagnosis.integration().robotCode().orElseThrow());
        body.put("msgKey", "sampleText");
        body.put("msgParam", "{\"content\":\"test\"}");
        body.put("userIds", List.of());
        return body;
    }

    /** DingTalk accepted it. */
    public Diagnosis sendingAllowed(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        return diagnosis.with("permissions", Result.OK,
                "The robot may send messages (qyapi_robot_sendmsg). Others can't be asked about without using them", null);
    }

    /** DingTalk refused it: because recipients are missing, so that sending is allowed, or for another reason. */
    public Diagnosis sendingRefused(Exchange exchange, @ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        RejectedException rejected = Failure.of(exchange, RejectedException.class);
        return rejected != null && NO_RECIPIENT.contains(rejected.code()) ? sendingAllowed(diagnosis)
                : because(exchange, diagnosis, "permissions");
    }

    /** Whether the integration shows replies in cards, and may call DingTalk. */
    public boolean usesCards(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        return diagnosis.isAuthorised() && diagnosis.integration().streaming().usesCards();
    }

    /** A card that is made and not delivered: no user sees it. */
    public Map<String, Object> undeliveredCard(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis,
            @Variable("card") String outTrackId) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("cardTemplateId", diagnosis.integration().streaming().cardTemplateId().orElseThrow());
        body.put("outTrackId", outTrackId);
        body.put("cardData", Map.of("cardParamMap", Map.of(diagnosis.integration().streaming().cardContentKey(), "")));
        return body;
    }

    /** Ends that card. */
    public Map<String, Object> textOfCard(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis, @Variable("card") String outTrackId) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("outTrackId", outTrackId);
        body.put("guid", outTrackId);
        body.put("key", diagnosis.integration().streaming().cardContentKey());
        body.put("content", "test");
        body.put("isFull", true);
        body.put("isFinalize", true);
        body.put("isError", false);
        return body;
    }

    /** DingTalk accepted both. */
    public Diagnosis cardsAllowed(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        return diagnosis.with(CARDS, Result.OK, "A card of the streaming template was made and streamed; no user saw it", null);
    }

    /** DingTalk refused one of them. */
    public Diagnosis cardsRefused(Exchange exchange, @ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        DingTalkException failure = Failure.of(exchange, DingTalkException.class);
        return failure == null ? because(exchange, diagnosis, CARDS)
                : diagnosis.with(CARDS, failure instanceof RejectedException ? Result.FAILED : Result.UNKNOWN, failure.getMessage(),
                        CardRefusal.remedy(failure, diagnosis.integration().streaming().cardContentKey()));
    }

    private static Diagnosis because(Exchange exchange, Diagnosis diagnosis, String check) {
        DingTalkException failure = Failure.of(exchange, DingTalkException.class);
        if (failure == null) {
            return diagnosis.with(check, Result.UNKNOWN, "It could not be asked: "
                    + Failure.of(exchange, Exception.class).getClass().getSimpleName(), "See the log");
        }
        return diagnosis.with(check, failure instanceof RejectedException ? Result.FAILED : Result.UNKNOWN, failure.getMessage(),
                failure.remedy());
    }

    /** Whether the address is known at which DingTalk reaches the webhook. Only DingTalk's console can check that it does. */
    public Diagnosis callbackUrl(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
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
                + (diagnosis.integration().callbackToken().isSet() ? ""
                        : "; encrypted callbacks need dingtalk.callback-token and dingtalk.callback-aes-key"), null);
    }

    /** All that was found. */
    public Map<String, Object> report(@ExchangeProperty(Diagnosis.PROPERTY) Diagnosis diagnosis) {
        return diagnosis.shown();
    }
}
