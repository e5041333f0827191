package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.dingtalkcamel.simulator.stream.CardClick;
import io.github.dingtalkcamel.simulator.stream.CardClickResult;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code dingtalk:cards}: the route's body answers the click. */
class ConsumeCardsTest {

    private static final String CARD = "dingtalk:card?cardTemplateId=tpl.schema&outTrackId=ot-1&recipientId=staff001";

    private final BareContext bare = new BareContext();
    private final Queue<Exchange> arrived = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void create() {
        assertThat(bare.send(CARD, Map.of("status", "open")).getException()).isNull();
    }

    @AfterEach
    void close() {
        bare.close();
    }

    private CardClickResult click(Processor answer) throws Exception {
        return click(answer, "btn_ok");
    }

    private CardClickResult click(Processor answer, String... buttons) throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("dingtalk:cards").process(exchange -> arrived.add(exchange.copy())).process(answer);
            }
        }).connected(1);
        return bare.simulator().stream().click(CardClick.on("ot-1", buttons).by("staff002").params("{\"action\":\"accept\"}"));
    }

    private String status() {
        return bare.simulator().card("ot-1").params().get("status");
    }

    @Test
    void theClickArrivesAsAMapAndAMapAnswersIt() throws Exception {
        CardClickResult clicked = click(exchange -> exchange.getMessage().setBody(Map.of("cardData", Map.of("cardParamMap", Map.of("status",
                "accepted")))));

        assertThat(clicked.accepted()).isTrue();
        assertThat(status()).isEqualTo("accepted");
        Exchange exchange = arrived.remove();
        assertThat(exchange.getMessage().getBody()).isEqualTo(
                Map.of("action", "btn_ok", "params", Map.of("action", "accept"), "outTrackId", "ot-1", "userId", "staff002"));
        assertThat(exchange.getMessage().getHeaders()).containsEntry("CamelDingTalkOutTrackId", "ot-1")
                .containsEntry("CamelDingTalkSenderId", "staff002");
    }

    @Test
    void aButtonWithoutAnIdIsNamedByItsParameterAction() throws Exception {
        click(exchange -> { }, new String[0]);

        assertThat(arrived.remove().getMessage().getBody(Map.class)).containsEntry("action", "accept");
    }

    @Test
    void jsonTextAnswersIt() throws Exception {
        click(exchange -> exchange.getMessage().setBody("{\"cardData\":{\"cardParamMap\":{\"status\":\"by text\"}}}"));

        assertThat(status()).isEqualTo("by text");
    }

    @Test
    void aRouteThatSetsNoAnswerChangesNothing() throws Exception {
        CardClickResult clicked = click(exchange -> { });

        assertThat(clicked.response()).isEqualTo("{}");
        assertThat(status()).isEqualTo("open");
    }

    @Test
    void aBlankBodyChangesNothing() throws Exception {
        assertThat(click(exchange -> exchange.getMessage().setBody("")).response()).isEqualTo("{}");
    }

    @Test
    void anExceptionChangesNothingAndIsStillAnswered() throws Exception {
        CardClickResult clicked = click(exchange -> {
            throw new IllegalStateException("no");
        });

        assertThat(clicked.code()).isEqualTo(200);
        assertThat(clicked.response()).isEqualTo("{}");
    }
}
