package io.github.dingtalkcamel.component.api;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.CompletionException;

import org.apache.camel.CamelExchangeException;
import org.apache.camel.Exchange;
import org.apache.camel.ExpressionEvaluationException;
import org.apache.camel.RuntimeExchangeException;

/**
 * Why an exchange failed, as the code that noticed it said.
 * <p>
 * Camel's own {@code @ExchangeException} begins at the other end of the chain of causes: of a {@code StoreException} caused by an {@code
 * SQLException} it gives the latter, and of a deadline that closed a socket it gives the closed socket. What is decided by the type of a
 * failure must be decided here.
 */
public final class Failure {

    private Failure() {
    }

    /** The first exception of that type on the way from what was thrown to its causes, Camel's wrappings left aside; null for none. */
    public static <T extends Exception> T of(Exchange exchange, Class<T> type) {
        Throwable thrown = exchange.getException() != null ? exchange.getException()
                : exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause) && !(isWrapping(cause) && cause.getCause() instanceof Exception)) {
                return type.cast(cause);
            }
        }
        return null;
    }

    private static boolean isWrapping(Throwable exception) {
        // a split that stops at a failure says by an exception of this very class where it stopped; its subclasses are failures themselves
        return exception instanceof RuntimeExchangeException || exception instanceof ExpressionEvaluationException
               || exception.getClass() == CamelExchangeException.class
               || exception instanceof CompletionException || exception instanceof InvocationTargetException;
    }
}
