package io.github.dingtalkcamel.component.model;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.ArrayList;
import java.util.List;

import dev.langchain4j.http.client.sse.ServerSentEvent;
import dev.langchain4j.http.client.sse.ServerSentEventListener;
import io.github.dingtalkcamel.component.model.ModelException.Kind;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Errors that servers report within a stream: as the field shows them, by number or by words. */
class StreamErrorTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"error":{"code":429,"message":"slow down"}}                                                | THROTTLED
            {"error":{"code":"502","message":"upstream"}}                                               | BROKEN_DOWN
            {"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}                 | REJECTED_KEY
            {"error":{"message":"no","type":"authentication_error"}}                                    | REJECTED_KEY
            {"error":{"code":"InvalidApiKey","message":"Invalid API-key provided."}}                    | REJECTED_KEY
            {"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}         | THROTTLED
            {"error":{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded"}}          | THROTTLED
            {"error":{"code":"Arrearage","message":"Access denied, good standing"}}                     | THROTTLED
            {"error":{"code":"model_not_found","message":"The model does not exist"}}                   | UNKNOWN_MODEL
            {"error":{"code":"context_length_exceeded","message":"maximum context length is 8192"}}     | TOO_LONG
            {"error":{"code":"data_inspection_failed","message":"Input data may contain inappropriate"}} | FILTERED
            {"error":{"type":"invalid_request_error","message":"bad temperature"}}                      | REFUSED
            {"error":{"message":"something"}}                                                           | BROKEN_DOWN
            """)
    void areToldApart(String event, Kind kind) {
        List<Throwable> failures = new ArrayList<>();
        StreamListener listener = new StreamListener(new ServerSentEventListener() {
            @Override
            public void onEvent(ServerSentEvent passedOn) {
                throw new AssertionError("an error is no piece of an answer");
            }

            @Override
            public void onError(Throwable failure) {
                failures.add(failure);
            }
        }, () -> {
            throw new AssertionError("an error makes nothing whole");
        });

        listener.onEvent(new ServerSentEvent(null, event), null);
        listener.onClose();

        assertThat(failures).singleElement()
                .satisfies(failure -> assertThat(Failures.of(failure, ModelOptions.named("http://model.test/v1", Secret.UNSET, "m"))
                .kind()).isEqualTo(kind));
    }
}
