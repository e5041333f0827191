package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.CardClick;
import io.github.dingtalkcamel.simulator.stream.SimulatedEvent;
import org.apache.camel.Exchange;
import org.apache.camel.Handler;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The outbox of the whole application: its endpoint is away, and comes back; the process ends meanwhile, and starts again. */
class OutboxEndToEndTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What other systems were told, as the endpoint got it. */
    public static final class Endpoint {

        private final List<JsonNode> told = Collections.synchronizedList(new ArrayList<>());
        private final List<Map<String, Object>> headers = Collections.synchronizedList(new ArrayList<>());
        private volatile boolean away;

        @Handler
        public void take(Exchange exchange) throws Exception {
            if (away) {
                throw new ConnectException("the broker is away");
            }
            headers.add(Map.copyOf(withoutNulls(exchange.getMessage().getHeaders())));
            told.add(JSON.readTree(exchange.getMessage().getBody(String.class)));
        }

        private static Map<String, Object> withoutNulls(Map<String, Object> headers) {
            Map<String, Object> set = new HashMap<>(headers);
            set.values().removeIf(Objects::isNull);
            return set;
        }

        List<String> types() {
            return List.copyOf(told).stream().map(event -> event.path("eventType").asText()).toList();
        }
    }

    @Test
    void anEndpointThatIsAwayMissesNothingAlsoOverARestart() throws Exception {
        Endpoint endpoint = new Endpoint();
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.outbox", "bean:told", "dingtalk.stream", "true", "dingtalk.stream-connections",
                "1"))
                .bean("told", endpoint).start()) {
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.simulator().stream().connections().size() == 1);
            bot.say("one");
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> endpoint.types().size() == 2);
            assertThat(endpoint.types()).containsExactly("bot_accepted", "bot_turn_finished");
            assertThat(endpoint.told.get(0).path("text").asText()).isEqualTo("one");
            assertThat(endpoint.told.get(1).path("reply").asText()).isEqualTo("one");
            assertThat(endpoint.headers.get(0)).containsOnlyKeys("CamelDingTalkEventType", "CamelDingTalkEventId",
                    "CamelDingTalkIntegration", "CamelDingTalkConversationId").containsEntry("CamelDingTalkEventType", "bot_accepted");

            endpoint.away = true;
            bot.say("two");
            bot.simulator().stream().event(SimulatedEvent.of("user_add_org", "{\"userId\":[\"staff009\"]}"));
            bot.simulator().stream().click(CardClick.on("card-1", "ok").by("staff001"));
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.replies(bot.simulator().dm(Bot.APP_KEY, "staff001")).contains("two"));
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select count(*) from outbox").get(0).get(0).equals(4));
            bot.stop();
            assertThat(endpoint.told).hasSize(2);

            endpoint.away = false;
            bot.start();
            bot.say(UserMessage.text("three").from("staff002"));

            Awaitility.await().atMost(Bot.PATIENCE).until(() -> endpoint.types().size() >= 8);
            assertThat(endpoint.types().subList(2, 8)).containsExactlyInAnyOrder("bot_accepted", "bot_turn_finished", "user_add_org",
                    "card_callback", "bot_accepted", "bot_turn_finished");
            assertThat(endpoint.types().subList(6, 8)).containsExactly("bot_accepted", "bot_turn_finished");
            Set<String> ids = new TreeSet<>();
            endpoint.told.forEach(event -> ids.add(event.path("eventId").asText()));
            assertThat(ids).hasSize(8);
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.rows("select count(*) from outbox").get(0).get(0).equals(0));
            assertThat(bot.get(bot.managementUrl() + "/observe/metrics").body()).contains("dingtalk_outbox_waiting 0.0");
        }
    }
}
