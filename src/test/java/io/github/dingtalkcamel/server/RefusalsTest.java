package io.github.dingtalkcamel.server;

import static org.assertj.core.api.Assertions.assertThat;
import java.sql.SQLException;
import java.util.concurrent.CompletionException;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.ProofException;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turn.QueueFullException;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** The status and the body by which an exception is answered over HTTP. */
class RefusalsTest {

    private final Refusals refusals = new Refusals();

    private static Exchange failed(Exception cause) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, cause);
        return exchange;
    }

    private void answers(Exception cause, int status, String code, String message) throws Exception {
        Exchange exchange = failed(cause);
        JsonNode body = Json.MAPPER.readTree(refusals.json(exchange));

        assertThat(refusals.status(exchange)).as(cause.toString()).isEqualTo(status);
        assertThat(body.at("/error/code").asText()).isEqualTo(code);
        assertThat(body.at("/error/message").asText()).isEqualTo(message);
    }

    @Test
    void anExceptionCarriesItsStatusItsCodeAndItsMessage() throws Exception {
        answers(new TooLargeException(7), 413, "too_large", "The body is larger than 7 bytes");
        answers(new UnknownIntegrationException(), 404, "unknown_integration", new UnknownIntegrationException().getMessage());
        answers(new QueueFullException(), 503, "queue_full", new QueueFullException().getMessage());
        answers(ApiException.conflict("request_id", "used before"), 409, "request_id", "used before");
        answers(new CompletionException(ApiException.tooManyFailures()), 429, "too_many_failures",
                ApiException.tooManyFailures().getMessage());
    }

    @Test
    void theStoresDriverIsNotQuoted() throws Exception {
        answers(new StoreException("disk I/O error in secret.db", new SQLException("secret.db")), 503, "store_unavailable",
                "The store does not answer. Try again later");
    }

    @Test
    void everyWrongProofIsAnsweredAlike() throws Exception {
        String answer = new ProofException(ProofException.Reason.PADDING).errorMessage();

        for (ProofException.Reason reason : ProofException.Reason.values()) {
            answers(new ProofException(reason), 401, "wrong_proof", answer);
        }
    }

    @Test
    void anIllegalStateIsABugAndIsNotDescribed() throws Exception {
        answers(new IllegalStateException("Queue full"), 500, "internal", "It could not be done. The log says why");
    }
}
