package io.github.dingtalkcamel.tool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/** Taking back what was sent, and changing cards (docs/protocol.md 6.4, 6.5.4). */
public final class Recalls {

    /** Exchange property that holds the keys that are still to be recalled, a list of lists. */
    public static final String LEFT = "CamelDingTalkKeysLeft";

    private static final int MOST_KEYS = 20;
    private static final int SHOWN = 300;
    private static final Duration WINDOW = Duration.ofHours(24);

    private final Settings settings;
    private final SentMessages sentMessages;
    private final InstantSource clock;

    public Recalls(Settings settings, SentMessages sentMessages, InstantSource clock) {
        this.settings = settings;
        this.sentMessages = sentMessages;
        this.clock = clock;
    }

    /** The message's keys, in batches that DingTalk takes; or why it can't be recalled. */
    public List<List<String>> batches(@ExchangeProperty(SentMessage.PROPERTY) SentMessage message, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run)
            throws RejectedException {
        if (message.recalled()) {
            throw new RejectedException("alreadyRecalled", "The message was recalled before", "Nothing to do", null);
        }
        if (!clock.instant().isBefore(message.sentAt().plus(WINDOW))) {
            throw new RejectedException("tooOld", "The message was sent more than 24 h ago: DingTalk recalls nothing that is older",
                    "Send another message that corrects it", null);
        }
        if (message.keys().isEmpty()) {
            throw new RejectedException("noKey", "DingTalk gave no key for the message, so it can't be recalled", "Send another message that corrects it", null);
        }
        if (!run.begin(message.recipients())) {
            throw new RejectedException(Problem.TIMEOUT.code(), Problem.TIMEOUT.message(), Problem.TIMEOUT.hint(), null);
        }
        List<List<String>> batches = new ArrayList<>();
        for (int from = 0; from < message.keys().size(); from += MOST_KEYS) {
            batches.add(message.keys().subList(from, Math.min(message.keys().size(), from + MOST_KEYS)));
        }
        return batches;
    }

    /** Body of the call that recalls the next batch. */
    public Map<String, Object> next(@ExchangeProperty(SentMessage.PROPERTY) SentMessage message, @ExchangeProperty(LEFT) List<List<String>> left) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (message.isInGroup()) {
            body.put("openConversationId", message.place().get(0));
        }
        body.put("robotCode", settings.integration(message.integration()).orElseThrow().robotCode().orElseThrow());
        body.put("processQueryKeys", left.get(0));
        return body;
    }

    /** What is left after DingTalk's answer, which may be a success that failed (docs/protocol.md 6.4). */
    public List<List<String>> left(@Body JsonNode answer, @ExchangeProperty(LEFT) List<List<String>> left) throws RejectedException {
        JsonNode failed = answer.path("failedResult");
        if (!failed.isEmpty()) {
            throw new RejectedException("notRecalled", "DingTalk did not recall it: " + KnownSecrets.clean(failed.elements().next().asText(), SHOWN),
                    "Nothing can be done if it is older than 24 h; else try again", null);
        }
        return left.subList(1, left.size());
    }

    /** It is gone, from all who had got it. */
    public void done(@ExchangeProperty(SentMessage.PROPERTY) SentMessage message, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) throws StoreException {
        sentMessages.recalled(message);
        if (run.call().tool() == Tool.UPDATE) {
            // what is sent anew tells what became of them
            run.again(message.recipients());
        } else {
            run.sent(message.recipients(), message.messageId());
        }
    }

    /** Body of the call that changes some variables of a card and leaves the others. */
    public Map<String, Object> changes(@ExchangeProperty(SentMessage.PROPERTY) SentMessage message, @ExchangeProperty(Card.PROPERTY) Card card) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("outTrackId", message.messageId());
        body.put("cardData", Map.of("cardParamMap", card.params()));
        body.put("cardUpdateOptions", Map.of("updateCardDataByKey", true, "updatePrivateDataByKey", true));
        body.put("userIdType", 1);
        return body;
    }

    /** The card shows it. */
    public void changed(@Body JsonNode answer, @ExchangeProperty(SentMessage.PROPERTY) SentMessage message,
            @ExchangeProperty(Card.PROPERTY) Card card, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) throws RejectedException {
        if (!answer.path("success").asBoolean(false) || !answer.path("result").asBoolean(true)) {
            throw new RejectedException("notUpdated", "DingTalk did not update the card", "Send it anew", null);
        }
        sentMessages.changed(message, card.params());
        run.sent(message.recipients(), message.messageId());
    }

    /** It stays as it was, or nobody knows. */
    public void failed(Exchange exchange, @ExchangeProperty(SentMessage.PROPERTY) SentMessage message, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        run.failed(message.recipients(), Problem.of(Failure.of(exchange, Exception.class)), message.messageId());
    }
}
