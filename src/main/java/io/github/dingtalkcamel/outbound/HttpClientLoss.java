package io.github.dingtalkcamel.outbound;

import java.io.IOException;

import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.NoHttpResponseException;

/** How much of a call was done when Apache's HTTP client lost it, which has exceptions of its own beside those of the JDK. */
final class HttpClientLoss {

    private HttpClientLoss() {
    }

    static Verdict.Loss of(IOException cause) {
        if (cause instanceof ConnectTimeoutException || cause instanceof ConnectionRequestTimeoutException) {
            return Verdict.Loss.UNREACHABLE;
        }
        if (cause instanceof GuardedCalls.DeadlineExceededException) {
            return Verdict.Loss.TIMEOUT;
        }
        return cause instanceof NoHttpResponseException ? Verdict.Loss.BEFORE_ANSWER : Verdict.lossOf(cause);
    }
}
