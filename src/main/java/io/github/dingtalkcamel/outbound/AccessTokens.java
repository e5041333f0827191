package io.github.dingtalkcamel.outbound;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.AccessToken;
import io.github.dingtalkcamel.component.api.Addresses;
import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.UnavailableException;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code token.camel.yaml} asks about access tokens: which are good enough, and what the answer of a refresh holds. The cache itself is Camel's. */
public final class AccessTokens {

    private static final Logger LOG = LoggerFactory.getLogger(AccessTokens.class);

    private static final long LONGEST_LIFE_SECONDS = Duration.ofDays(30).toSeconds();

    private final Settings settings;
    private final InstantSource clock;
    private final Map<String, DingTalkException> troubles = new ConcurrentHashMap<>();

    public AccessTokens(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /** Ids of the integrations that need a token. */
    public List<String> integrations() {
        return settings.integrations().stream().filter(Integration::hasApp).map(Integration::id).toList();
    }

    /** True when the cache holds no token that may be sent: none, one that has expired, or the one that DingTalk has just refused. */
    public boolean isMissing(@Body Object cached, @Variable("rejectedToken") Secret rejected) {
        return !(cached instanceof AccessToken token) || !clock.instant().isBefore(token.expiresAt()) || token.value().equals(rejected);
    }

    /** True when a refresh is due: the token is missing, or near its end. */
    public boolean isDue(@Body Object cached, @Variable("rejectedToken") Secret rejected) {
        return isMissing(cached, rejected) || !clock.instant().isBefore(((AccessToken) cached).refreshAt());
    }

    /** The call that asks for a token (docs/protocol.md 1.1). */
    public ApiRequest request(@Variable("integration") String id) {
        Integration integration = settings.integration(id).orElseThrow();
        return new ApiRequest(ApiRequest.ACCESS_TOKEN, id, Addresses.of(settings.apiBaseUrl(), ApiRequest.ACCESS_TOKEN), Secret.UNSET,
                Map.of("appKey", integration.appKey().orElseThrow(), "appSecret", integration.appSecret().reveal()));
    }

    /** The token out of the answer. */
    public AccessToken issued(@Body JsonNode answer, @Variable("integration") String id) {
        // both are there: an answer without them was no success
        String value = answer.path("accessToken").asText();
        long seconds = answer.path("expireIn").asLong();
        KnownSecrets.token(value);
        if (troubles.remove(id) != null) {
            LOG.info("Integration {} has an access token again", id);
        }
        Instant now = clock.instant();
        return AccessToken.issued(value, now, Duration.ofSeconds(Math.min(seconds, LONGEST_LIFE_SECONDS)));
    }

    /** Notes that no token could be had; one log line for each change. */
    public void failed(Exchange exchange, @Variable("integration") String id) {
        Exception failure = Failure.of(exchange, Exception.class);
        DingTalkException cause = failure instanceof DingTalkException d ? d
                : new UnavailableException("internal", failure.getClass().getSimpleName(), "See the log", failure);
        DingTalkException before = troubles.put(id, cause);
        if (before == null || !before.code().equals(cause.code())) {
            LOG.warn("Integration {} gets no access token: {}. {}", id, cause.getMessage(), cause.remedy());
        }
    }

    /** Why an integration has no access token, or null while nothing is known against it. */
    public DingTalkException trouble(String id) {
        return troubles.get(id);
    }
}
