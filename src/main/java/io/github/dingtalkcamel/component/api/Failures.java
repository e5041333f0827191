package io.github.dingtalkcamel.component.api;
import java.io.IOException;
import java.util.concurrent.CompletionException;


/** What the exceptions of asynchronous calls mean. */
public final class Failures {

    private Failures() {
    }

    /** Why it failed, without the wrapping that futures add. */
    public static Throwable causeOf(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** What it means that a call has no complete answer. @param answerBegan whether its first bytes came */
    static DingTalkException lost(ApiRequest request, Throwable failure, boolean answerBegan, OptionNames names) {
        Throwable thrown = causeOf(failure);
        IOException cause = thrown instanceof IOException io ? io : new IOException(thrown.getClass().getSimpleName(), thrown);
        ResponseClassifier.Loss loss = ResponseClassifier.lossOf(cause);
        if (loss == ResponseClassifier.Loss.IN_ANSWER && !answerBegan) {
            loss = ResponseClassifier.Loss.BEFORE_ANSWER;
        } else if (loss == ResponseClassifier.Loss.BEFORE_ANSWER && answerBegan) {
            loss = ResponseClassifier.Loss.IN_ANSWER;
        }
        return ResponseClassifier.lost(request, loss, cause, names);
    }
}
