package io.github.dingtalkcamel.integration;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.CallObserver;
import io.github.dingtalkcamel.component.api.CallTiming;
import io.github.dingtalkcamel.component.api.DingTalkApp;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.UnavailableException;
import io.github.dingtalkcamel.component.dingtalk.DingTalkComponent;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access tokens of the integrations: which integrations need one, and which can't get one. The tokens themselves are kept by the
 * component {@code dingtalk}, which all senders share.
 */
public final class AccessTokens implements CallObserver {

    private static final Logger LOG = LoggerFactory.getLogger(AccessTokens.class);

    private static final CallTiming TIMING = new CallTiming(Duration.ofSeconds(15), null);

    private final Settings settings;
    private final DingTalkComponent component;
    private final Map<String, DingTalkException> failures = new ConcurrentHashMap<>();

    public AccessTokens(Settings settings, DingTalkComponent component) {
        this.settings = settings;
        this.component = component;
    }

    /** Ids of the integrations that need a token. */
    public List<String> integrations() {
        return settings.integrations().stream().filter(Integration::hasApp).map(Integration::id).toList();
    }

    /** Gets a token for the integration, or asks for the next one where its end is near. */
    public CompletableFuture<Void> prepare(@Body String integration) {
        return component.client().prepareToken(app(integration), TIMING);
    }

    private DingTalkApp app(String integration) {
        return IntegrationApps.of(settings, settings.integration(integration).orElseThrow());
    }

    @Override
    public void called(ApiRequest call, Duration took, DingTalkException failure) {
        if (!call.name().equals(ApiRequest.ACCESS_TOKEN)) {
            return;
        }
        if (failure != null) {
            note(call.integration(), failure);
        } else if (failures.remove(call.integration()) != null) {
            LOG.info("Integration {} has an access token again", call.integration());
        }
    }

    /** Notes that the token of the integration could not be prepared. */
    public void failed(Exchange exchange, @Body String integration) {
        Exception failure = Failure.of(exchange, Exception.class);
        note(integration, failure instanceof DingTalkException refusal ? refusal
                : new UnavailableException("internal", failure.getClass().getSimpleName(), "See the log", failure));
    }

    /** One log line for each change. */
    private void note(String integration, DingTalkException failure) {
        DingTalkException before = failures.put(integration, failure);
        if (before == null || !before.code().equals(failure.code())) {
            LOG.warn("Integration {} cannot get an access token: {}. {}", integration, failure.getMessage(), failure.remedy());
        }
    }

    /** Why an integration has no access token, or null while nothing is known against it. */
    public DingTalkException failure(String id) {
        return failures.get(id);
    }
}
