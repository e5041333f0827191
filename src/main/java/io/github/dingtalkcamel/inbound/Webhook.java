package io.github.dingtalkcamel.inbound;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.dingtalk.EventExchange;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.Body;
import io.github.dingtalkcamel.component.message.CallbackCrypto;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.message.ProofException;
import io.github.dingtalkcamel.component.message.RobotSignature;
import io.github.dingtalkcamel.server.FailedLogins;
import io.github.dingtalkcamel.server.HeldBodies;
import io.github.dingtalkcamel.server.TooLargeException;
import io.github.dingtalkcamel.server.UnknownIntegrationException;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * The HTTP webhook's steps (docs/promises.md 4): take the request out of the exchange, have its proof, and make the answer. What a client
 * sends has no other way into a route than the {@link Delivery}.
 */
public final class Webhook {

    /** Largest body of a request. */
    public static final int MAX_BODY_BYTES = Body.MAX_SIZE;

    /** Exchange property: the address that the request came from; of a proxy where there is one. */
    private static final String CLIENT = "CamelDingTalkClient";
    /** Exchange property: whether the headers alone proved the request before its body was read. */
    public static final String PROVED = "CamelDingTalkProved";

    private static final String ACCEPTED = "{\"msgtype\":\"empty\"}";
    private static final String SUCCESS = "success";

    private final Settings settings;
    private final HeldBodies held;
    private final FailedLogins failedLogins;
    private final Map<String, RobotSignature> signatures = new HashMap<>();
    private final Map<String, CallbackCrypto> cryptos = new HashMap<>();

    public Webhook(Settings settings, InstantSource clock, HeldBodies held, FailedLogins failedLogins) {
        this.settings = settings;
        this.held = held;
        this.failedLogins = failedLogins;
        for (Integration integration : settings.integrations()) {
            if (integration.hasApp() && integration.callback()) {
                signatures.put(integration.id(), new RobotSignature(integration.appSecret().reveal(), clock));
                if (integration.callbackToken().isSet()) {
                    cryptos.put(integration.id(),
                            new CallbackCrypto(integration.callbackToken().reveal(), integration.callbackAesKey().reveal(),
                            integration.callbackOwnerKey().orElseThrow()));
                }
            }
        }
    }

    /** True when there is such an integration and its callback is on. */
    public boolean isOn(String integration) {
        return signatures.containsKey(integration);
    }

    /**
     * True where the headers alone prove who sent a request for an integration that is on: those of a plain robot message
     * (docs/protocol.md 4).
     */
    public boolean provesByHeaders(String integration, HttpServerRequest request) {
        return signatures.get(integration).proves(once(request, "timestamp"), once(request, "sign"));
    }

    /**
     * The request as one value. A body that its headers do not prove is scanned, not parsed: an unauthenticated body takes no more memory
     * than its bytes, until the signature of what it encrypts has proved it.
     *
     * @throws UnknownIntegrationException when the path names none, or its callback is off
     * @throws TooLargeException           when the body is larger than {@link #MAX_BODY_BYTES}
     * @throws BadMessageException         when the body is neither form
     */
    public Delivery receive(Exchange exchange) throws UnknownIntegrationException, TooLargeException, BadMessageException {
        Message request = exchange.getMessage();
        exchange.setProperty(CLIENT, ((HttpMessage) request).getRequest().remoteAddress().hostAddress());
        String integration = integration(request);
        byte[] body = request.getBody(byte[].class);
        if (body != null && body.length > MAX_BODY_BYTES) {
            throw new TooLargeException(MAX_BODY_BYTES);
        }
        HttpServerRequest http = ((HttpMessage) request).getRequest();
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                held.release(http);
            }
        });
        boolean proved = isProved(exchange, integration, http);
        Body read = proved ? Body.ofRequest(body) : Body.lookedThrough(body);
        if (read.form() == Body.Form.ENCRYPTED) {
            Map<String, String> query = query(request);
            String signature = query.getOrDefault("signature", query.get("msg_signature"));
            return Delivery.byWebhook(integration, true, signature, query.get("timestamp"), query.get("nonce"), read);
        }
        return Delivery.byWebhook(integration, false, once(http, "sign"), once(http, "timestamp"), null, read);
    }

    /** The guard before the route has looked already, unless the route's consumer is Camel's own. */
    private boolean isProved(Exchange exchange, String integration, HttpServerRequest http) {
        Boolean known = exchange.getProperty(PROVED, Boolean.class);
        boolean proved = known != null ? known : provesByHeaders(integration, http);
        exchange.setProperty(PROVED, proved);
        return proved;
    }

    /** The step {@code describeEvent}: the body and the headers that the component's consumer of events sets as well. */
    public void describeEvent(Exchange exchange) {
        EventExchange.fill(exchange, exchange.getProperty(Delivery.PROPERTY, Delivery.class));
    }

    /** The integration that the path names. Taken from the path itself, since headers and query parameters may have any name. */
    public String integration(Message request) throws UnknownIntegrationException {
        String path = request.getHeader(Exchange.HTTP_PATH, "", String.class);
        String id = path.substring(path.lastIndexOf('/') + 1);
        if (!isOn(id)) {
            throw new UnknownIntegrationException();
        }
        return id;
    }

    /**
     * The step {@code verifySignature}: the HMAC of a plain robot message, or the signature over what an encrypted callback holds.
     *
     * @throws ProofException where the signature, its headers or its time prove nothing, or the settings to check it with are missing
     */
    public void verifySignature(Exchange exchange) throws ProofException {
        Delivery delivery = exchange.getProperty(Delivery.PROPERTY, Delivery.class);
        try {
            if (delivery.encrypted()) {
                crypto(delivery).verify(delivery.signature(), delivery.timestamp(), delivery.nonce(), encrypted(delivery));
                return;
            }
            if (!exchange.getProperty(PROVED, false, Boolean.class)) {
                signatures.get(delivery.integration()).check(delivery.timestamp(), delivery.signature());
                // its timestamp became fresh after its body was only looked through: there is nothing to hand on
                throw new ProofException(ProofException.Reason.HEADERS);
            }
        } catch (ProofException e) {
            failedLogins.wrongProof();
            throw e.of(delivery.integration());
        }
    }

    /**
     * The step {@code decryptCallback}: a verified callback's content in the clear, its owner key checked. A plain message stays as it is.
     *
     * @throws ProofException      where it can't be decrypted, or is another app's
     * @throws BadMessageException where what was encrypted is neither message nor event
     */
    public void decryptCallback(Exchange exchange) throws ProofException, BadMessageException {
        Delivery delivery = exchange.getProperty(Delivery.PROPERTY, Delivery.class);
        if (!delivery.encrypted()) {
            return;
        }
        try {
            String text = crypto(delivery).decrypted(encrypted(delivery));
            exchange.setProperty(Delivery.PROPERTY, delivery.with(Body.read(text)));
        } catch (ProofException e) {
            failedLogins.wrongProof();
            throw e.of(delivery.integration());
        }
    }

    private CallbackCrypto crypto(Delivery delivery) throws ProofException {
        CallbackCrypto crypto = cryptos.get(delivery.integration());
        if (crypto == null) {
            throw new ProofException(ProofException.Reason.NOT_SET);
        }
        return crypto;
    }

    private static String encrypted(Delivery delivery) {
        return delivery.content().json().path("encrypt").textValue();
    }

    /** True for DingTalk's check of the callback URL. */
    public boolean isCheck(@ExchangeProperty(Delivery.PROPERTY) Delivery delivery) {
        return delivery.isCheck();
    }

    /** True for an event, false for a message or a check. */
    public boolean isEvent(@ExchangeProperty(Delivery.PROPERTY) Delivery delivery) {
        return delivery.isEvent();
    }

    /** The answer that DingTalk expects: encrypted where the request was (docs/protocol.md 5.4), plain otherwise (docs/protocol.md 4). */
    public String answer(@ExchangeProperty(Delivery.PROPERTY) Delivery delivery) throws JsonProcessingException {
        if (!delivery.encrypted()) {
            return ACCEPTED;
        }
        CallbackCrypto crypto = cryptos.get(delivery.integration());
        return Json.MAPPER.writeValueAsString(crypto.seal(SUCCESS, delivery.timestamp(), delivery.nonce()));
    }

    /**
     * A header that came once; one that came twice proves nothing. Taken from the request itself: among the exchange's headers there are
     * query parameters too, and a proof in an address ends up in the logs of proxies.
     */
    private static String once(HttpServerRequest request, String name) {
        List<String> values = request.headers().getAll(name);
        return values.size() == 1 ? values.get(0) : null;
    }

    private static Map<String, String> query(Message request) {
        Map<String, String> query = new HashMap<>();
        String raw = request.getHeader(Exchange.HTTP_RAW_QUERY, "", String.class);
        for (String pair : raw.split("&", 20)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                query.putIfAbsent(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return query;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
