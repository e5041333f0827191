package io.github.dingtalkcamel.outbound;
import java.io.IOException;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.ResponseClassifier;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.NoHttpResponseException;

/** How much of a call was done when Apache's HTTP client lost it, which has exceptions of its own beside those of the JDK. */
public final class HttpClientLoss {

    private HttpClientLoss() {
    }

    public static ResponseClassifier.Loss of(IOException cause) {
        if (cause instanceof ConnectTimeoutException || cause instanceof ConnectionRequestTimeoutException) {
            return ResponseClassifier.Loss.UNREACHABLE;
        }
        if (cause instanceof GuardedCalls.DeadlineExceededException) {
            return ResponseClassifier.Loss.TIMEOUT;
        }
        return cause instanceof NoHttpResponseException ? ResponseClassifier.Loss.BEFORE_ANSWER : ResponseClassifier.lossOf(cause);
    }

    /** What it means that there was no answer at all. */
    public static DingTalkException lost(ApiRequest request, IOException cause) {
        return ResponseClassifier.lost(request, of(cause), cause, ResponseClassifier.SETTINGS);
    }
}
