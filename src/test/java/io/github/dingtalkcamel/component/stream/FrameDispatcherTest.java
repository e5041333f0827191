package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.stream.FrameDispatcher.Outcome;
import io.github.dingtalkcamel.turn.QueueFullException;
import org.junit.jupiter.api.Test;

class FrameDispatcherTest {

    private record Entered(Delivery delivery, Consumer<Outcome> done) {
    }

    private final ManualScheduler scheduler = new ManualScheduler();
    private final ConnectionMetrics traffic = new ConnectionMetrics();
    private final List<Entered> entered = new ArrayList<>();
    private final List<JsonNode> answers = new ArrayList<>();
    private final FrameDispatcher handover = handover(Runnable::run);

    private FrameDispatcher handover(Executor executor) {
        return new FrameDispatcher((delivery, done) -> entered.add(new Entered(delivery, done)), executor, executor, scheduler, traffic);
    }

    private void message(String id, String data) throws BadFrameException {
        handover.message("main", Frame.read(Pushed.message(id, data)), this::answered);
    }

    private void answered(String answer) {
        answers.add(Pushed.json(answer));
    }

    private void done(int index, Exception failure, Object body) {
        entered.get(index).done().accept(new Outcome(failure, body));
    }

    private JsonNode data() {
        return Pushed.json(answers.get(0).path("data").asText());
    }

    @Test
    void givesMessagesToTheRouteInTheirOrderWithoutWaitingForTheOneBefore() throws Exception {
        for (int i = 0; i < 100; i++) {
            message("push" + i, "{\"msgId\":\"" + i + "\"}");
        }
        assertThat(entered.stream().map(each -> each.delivery().content().json().path("msgId").asInt()))
                .isEqualTo(IntStream.range(0, 100).boxed().toList());
        assertThat(answers).as("nothing is stored yet").isEmpty();
        assertThat(handover.underWay()).isEqualTo(100);

        done(42, null, null);
        assertThat(answers).singleElement().isEqualTo(Pushed.json(
                "{\"code\":200,\"headers\":{\"contentType\":\"application/json\",\"messageId\":\"push42\"},\"message\":\"OK\",\"data\":\"{\\\"response\\\":null}\"}"));
    }

    @Test
    void answersNothingToAMessageThatWasNotTaken() throws Exception {
        message("m", "{}");
        done(0, new QueueFullException(), null);
        assertThat(answers).isEmpty();
        assertThat(handover.underWay()).isZero();
    }

    @Test
    void answersAMalformedMessageAsSuch() throws Exception {
        message("m", "not JSON");
        assertThat(entered).isEmpty();
        assertThat(answers.get(0).path("code").asInt()).isEqualTo(400);
        assertThat(traffic.refused.sum()).isEqualTo(1);
    }

    @Test
    void takesNoMoreThanThereIsRoomFor() throws Exception {
        String data = "{\"x\":\"" + "x".repeat(1_000_000) + "\"}";
        for (int i = 0; i < 100; i++) {
            message("m" + i, data);
        }
        assertThat(entered).hasSizeBetween(10, 17);
        done(0, null, null);
        message("again", data);
        assertThat(entered.get(entered.size() - 1).delivery().integration()).isEqualTo("main");
        assertThat(answers).hasSize(1);
        assertThat(traffic.refused.sum()).isEqualTo(100 - (entered.size() - 1));
    }

    @Test
    void boundsTheNumberOfShortMessagesToo() throws Exception {
        for (int i = 0; i < 20_000; i++) {
            message("m" + i, "{}");
        }
        assertThat(entered.size()).isLessThan(17_000);
    }

    @Test
    void answersEventsWithSuccessOnceTheyAreHandedOn() throws Exception {
        handover.event("main", Frame.read(Pushed.event("m", "user_add_org", "e1", "{\"userId\":[\"u\"]}")), this::answered);

        Delivery delivery = entered.get(0).delivery();
        assertThat(delivery.isEvent()).isTrue();
        assertThat(delivery.eventType()).isEqualTo("user_add_org");
        assertThat(delivery.eventId()).isEqualTo("e1");
        assertThat(delivery.details()).isEqualTo(Map.of("userId", List.of("u")));
        assertThat(answers).isEmpty();
        done(0, null, null);
        assertThat(data().path("status").asText()).isEqualTo("SUCCESS");
    }

    @Test
    void answersEventsWithLaterWhenTheyCanNotBeHandedOn() throws Exception {
        handover.event("main", Frame.read(Pushed.event("m", "t", "e1", "{}")), this::answered);
        done(0, new IllegalStateException("Queue full"), null);
        assertThat(data().path("status").asText()).isEqualTo("LATER");
    }

    @Test
    void answersEventsWithLaterWhileTheRouteIsGone() throws Exception {
        handover(task -> {
            throw new RejectedExecutionException();
        }).event("main", Frame.read(Pushed.event("m", "t", "e1", "{}")), this::answered);
        assertThat(data().path("status").asText()).isEqualTo("LATER");
    }

    @Test
    void carriesTheRoutesBodyBackToTheCard() throws Exception {
        for (Object body : List.of("{\"cardData\":{\"a\":\"b\"}}", Map.of("cardData", Map.of("a", "b")),
                Pushed.json("{\"cardData\":{\"a\":\"b\"}}"))) {
            answers.clear();
            card();
            done(entered.size() - 1, null, body);
            assertThat(data()).isEqualTo(Pushed.json("{\"response\":{\"cardData\":{\"a\":\"b\"}}}"));
        }
    }

    @Test
    void changesNothingOnTheCardWhereTheRouteGivesNothingOrNonsenseOrFails() throws Exception {
        for (Outcome outcome : new Outcome[] { new Outcome(null, null), new Outcome(null, ""), new Outcome(null, "no JSON"),
                new Outcome(null, "[1]"), new Outcome(new IllegalStateException(), null) }) {
            answers.clear();
            card();
            done(entered.size() - 1, outcome.failure(), outcome.body());
            assertThat(data()).isEqualTo(Pushed.json("{\"response\":{}}"));
        }
    }

    @Test
    void answersACardWithinTwoSecondsAndOnlyOnce() throws Exception {
        card();
        scheduler.pass(java.time.Duration.ofMillis(1_999));
        assertThat(data()).isEqualTo(Pushed.json("{\"response\":{}}"));
        done(0, null, "{\"late\":1}");
        assertThat(answers).hasSize(1);
    }

    private void card() throws BadFrameException {
        handover.card("main", Frame.read(Pushed.card("m", "{\"type\":\"actionCallback\",\"outTrackId\":\"ot\"}")), this::answered);
        assertThat(entered.get(entered.size() - 1).delivery().push().kind()).isEqualTo(Delivery.Kind.CARD);
    }
}
