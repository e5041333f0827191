package io.github.dingtalkcamel.component.dingtalk;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.dingtalkcamel.component.api.DingTalkException;
import org.apache.camel.Exchange;

/**
 * Why recipients did not get a message or a card, for Java code; routes read the headers {@link DingTalkConstants#FAILED_RECIPIENTS} and
 * {@link DingTalkConstants#FAILURE_REASONS}. {@code dingtalk:send} and {@code dingtalk:card} set it, also where they fail since no
 * recipient was reached.
 *
 * @param reasons by the recipient, as the caller named it; empty where all were reached
 */
public record RecipientFailures(Map<String, DingTalkException> reasons) {

    /** Exchange property that holds them. */
    public static final String PROPERTY = "CamelDingTalkRecipientFailures";

    public RecipientFailures {
        reasons = Collections.unmodifiableMap(new LinkedHashMap<>(reasons));
    }

    /** The reasons of the exchange's last call, by recipient; empty where there are none. */
    public static Map<String, DingTalkException> of(Exchange exchange) {
        RecipientFailures failures = exchange.getProperty(PROPERTY, RecipientFailures.class);
        return failures == null ? Map.of() : failures.reasons();
    }
}
