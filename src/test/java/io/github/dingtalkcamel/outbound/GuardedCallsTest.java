package io.github.dingtalkcamel.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

import io.github.dingtalkcamel.component.api.ApiRequest;
import io.github.dingtalkcamel.component.api.OutcomeUnknownException;
import io.github.dingtalkcamel.component.api.ResponseClassifier;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GuardedCallsTest {

    private static final ApiRequest REQUEST = new ApiRequest("/x", "main", URI.create("http://host/x"), Secret.UNSET, Map.of());
    private static final int LARGEST = 10_000;

    private final Simulator simulator = Simulator.start(SimulatorOptions.defaults());

    @AfterEach
    void close() {
        simulator.close();
    }

    @Test
    void endsAnAnswerThatTricklesForever() {
        simulator.faults().everywhere().trickle(Duration.ofMillis(100));

        assertThatThrownBy(() -> call(Duration.ofMillis(400))).isInstanceOf(GuardedCalls.DeadlineExceededException.class)
                .satisfies(e -> assertThat(HttpClientLoss.lost(REQUEST, (IOException) e)).isInstanceOf(OutcomeUnknownException.class));
    }

    @Test
    void endsAnAnswerThatNeverComes() {
        simulator.faults().everywhere().neverAnswer();

        assertThatThrownBy(() -> call(Duration.ofMillis(300))).isInstanceOf(GuardedCalls.DeadlineExceededException.class);
    }

    @Test
    void takesNoMoreOfAnAnswerThanItMay() throws Exception {
        simulator.faults().everywhere().answer(200, "x".repeat(LARGEST));
        assertThat(call(Duration.ofSeconds(10))).hasSize(LARGEST);

        simulator.faults().everywhere().answer(200, "x".repeat(LARGEST + 1));
        assertThatThrownBy(() -> call(Duration.ofSeconds(10))).isInstanceOf(IOException.class).hasMessageContaining("larger than");
    }

    @Test
    void repeatsNothingAndFollowsNoRedirect() throws Exception {
        simulator.faults().everywhere().answer(503, "busy");
        assertThat(call(Duration.ofSeconds(10))).isEqualTo("busy");
        simulator.faults().everywhere().answer(302, "elsewhere");
        assertThat(call(Duration.ofSeconds(10))).isEqualTo("elsewhere");
        simulator.faults().everywhere().dropBefore();
        assertThatThrownBy(() -> call(Duration.ofSeconds(10))).isInstanceOf(IOException.class);

        assertThat(simulator.requests()).hasSize(3);
    }

    private String call(Duration deadline) throws IOException {
        HttpClientBuilder builder = HttpClientBuilder.create();
        try (GuardedCalls guard = new GuardedCalls(deadline, LARGEST)) {
            guard.configureHttpClient(builder);
            try (CloseableHttpClient client = builder.build()) {
                HttpPost post = new HttpPost(simulator.url() + "/robot/sendBySession?session=x");
                post.setEntity(new StringEntity("{}"));
                return client.execute(post, response -> EntityUtils.toString(response.getEntity()));
            }
        }
    }
}
