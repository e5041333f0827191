package io.github.dingtalkcamel.component.api;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Access tokens, one for each app and base URL. Callers that need a token at the same time share one call for it. A token near its end is
 * still given out while another one is asked for. Failures are not kept. Tokens are in memory only.
 */
public final class TokenCache {

    private static final Logger LOG = LoggerFactory.getLogger(TokenCache.class);
    private static final int MOST_APPS = 10_000;
    private static final long LONGEST_LIFE_SECONDS = Duration.ofDays(30).toSeconds();

    private record Key(URI apiBaseUrl, String appKey, Secret appSecret) {

        static Key of(DingTalkApp app) {
            return new Key(app.apiBaseUrl(), app.appKey(), app.appSecret());
        }
    }

    private final InstantSource clock;
    /** Not Caffeine's asynchronous cache, which logs each failed call with its stack trace, past the application's logging. */
    private final Cache<Key, CompletableFuture<AccessToken>> cache = Caffeine.newBuilder().maximumSize(MOST_APPS).executor(Runnable::run)
            .build();
    private final Set<Key> refreshing = ConcurrentHashMap.newKeySet();

    TokenCache(InstantSource clock) {
        this.clock = clock;
    }

    /** A token to call with. @param caller makes the call for a new one where that is necessary */
    CompletableFuture<AccessToken> token(DingTalkApp app, Function<ApiRequest, CompletableFuture<JsonNode>> caller) {
        Key key = Key.of(app);
        CompletableFuture<AccessToken> cached = cachedOrIssued(key, app, caller);
        AccessToken known = known(cached);
        if (known == null) {
            return cached;
        }
        Instant now = clock.instant();
        if (!now.isBefore(known.expiresAt())) {
            cache.asMap().remove(key, cached);
            return cachedOrIssued(key, app, caller);
        }
        if (!now.isBefore(known.refreshAt())) {
            refresh(key, app, caller);
        }
        return cached;
    }

    private CompletableFuture<AccessToken> cachedOrIssued(Key key, DingTalkApp app,
            Function<ApiRequest, CompletableFuture<JsonNode>> caller) {
        CompletableFuture<AccessToken> cached = cache.get(key, same -> issue(app, caller));
        if (known(cached) == null) {
            cached.whenComplete((token, failure) -> {
                if (failure != null) {
                    cache.asMap().remove(key, cached);
                }
            });
        }
        return cached;
    }

    /** A token in the place of one that DingTalk refused: a new one, unless another caller has got that already. */
    CompletableFuture<AccessToken> tokenInPlaceOf(Secret refused, DingTalkApp app,
            Function<ApiRequest, CompletableFuture<JsonNode>> caller) {
        Key key = Key.of(app);
        CompletableFuture<AccessToken> cached = cache.getIfPresent(key);
        AccessToken known = cached == null ? null : known(cached);
        if (known != null && known.value().equals(refused)) {
            cache.asMap().remove(key, cached);
        }
        return token(app, caller);
    }

    private void refresh(Key key, DingTalkApp app, Function<ApiRequest, CompletableFuture<JsonNode>> caller) {
        if (refreshing.add(key)) {
            issue(app, caller).whenComplete((token, failure) -> {
                if (failure == null) {
                    cache.put(key, CompletableFuture.completedFuture(token));
                } else {
                    LOG.debug("The access token of {} could not be renewed ahead of its end", app.name());
                }
                refreshing.remove(key);
            });
        }
    }

    private static AccessToken known(CompletableFuture<AccessToken> cached) {
        return cached.isDone() && !cached.isCompletedExceptionally() ? cached.getNow(null) : null;
    }

    private CompletableFuture<AccessToken> issue(DingTalkApp app, Function<ApiRequest, CompletableFuture<JsonNode>> caller) {
        ApiRequest request = new ApiRequest(ApiRequest.ACCESS_TOKEN, app.name(), Addresses.of(app.apiBaseUrl(), ApiRequest.ACCESS_TOKEN),
                Secret.UNSET,
                Map.of("appKey", app.appKey(), "appSecret", app.appSecret().reveal()));
        return caller.apply(request).thenApply(this::issued);
    }

    private AccessToken issued(JsonNode answer) {
        // both are there: an answer without them was no success
        String value = answer.path("accessToken").asText();
        KnownSecrets.token(value);
        return AccessToken.issued(value, clock.instant(), Duration.ofSeconds(Math.min(answer.path("expireIn").asLong(),
                LONGEST_LIFE_SECONDS)));
    }
}
