package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.net.SocketException;
import java.sql.SQLException;
import java.util.concurrent.CompletionException;

import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ValidationException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class FailureTest {

    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());

    @Test
    void isWhatWasThrownAndNotItsCause() {
        StoreException thrown = new StoreException("not written", new SQLException("disk full"));
        caught(thrown);

        assertThat(Failure.of(exchange, Exception.class)).isSameAs(thrown);
    }

    @Test
    void isTheOutermostOfItsType() {
        IOException deadline = new IOException("no answer within 15 s", new SocketException("Socket closed"));
        caught(deadline);

        assertThat(Failure.of(exchange, IOException.class)).isSameAs(deadline);
    }

    @Test
    void isFoundInCamelsWrappings() {
        StoreException thrown = new StoreException("not written", null);
        caught(new CamelExecutionException("wrapped", exchange, new CompletionException(thrown)));

        assertThat(Failure.of(exchange, Exception.class)).isSameAs(thrown);
    }

    @Test
    void isWhatStoppedASplitAndNotThatItStopped() {
        StoreException thrown = new StoreException("not written", null);
        caught(new CamelExchangeException("Multicast processing failed for number 1", exchange, thrown));

        assertThat(Failure.of(exchange, Exception.class)).isSameAs(thrown);
    }

    @Test
    void isASubclassOfCamelsExchangeExceptionItself() {
        ValidationException thrown = new ValidationException("not valid", exchange, new IOException("no file"));
        caught(thrown);

        assertThat(Failure.of(exchange, Exception.class)).isSameAs(thrown);
    }

    @Test
    void isAWrappingWhereThatIsAllThereIs() {
        CamelExecutionException alone = new CamelExecutionException("alone", exchange);
        caught(alone);

        assertThat(Failure.of(exchange, Exception.class)).isSameAs(alone);
    }

    @Test
    void isNullWhereThereIsNone() {
        assertThat(Failure.of(exchange, Exception.class)).isNull();
    }

    private void caught(Exception exception) {
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, exception);
    }
}
