package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.LogLines;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.fault.FaultInjector.Planned;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Access tokens: one refresh for all who need it, ahead of need (docs/protocol.md 1). */
class TokenTest {

    private static final String TOKEN = "/v1.0/oauth2/accessToken";

    @Test
    void isAskedForOnceByAllWhoNeedItAtOnce() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of()).start()) {
            bot.simulator().faults().on(ApiFamily.TOKEN).slow(Duration.ofMillis(500));
            allAnswered(bot, "first", 64);
            assertThat(tokenRequests(bot)).hasSize(1);

            bot.simulator().expireToken(Bot.APP_KEY);
            allAnswered(bot, "second", 50);
            assertThat(tokenRequests(bot)).as("one refresh for all whose token was refused").hasSize(2);
            assertThat(bot.rows("select * from dead_letter")).isEmpty();
            assertThat(bot.rows("select distinct state from message")).isEqualTo(List.of(List.of("done")));
        }
    }

    @Test
    void isRefreshedAheadOfItsEndAndItsFaultsShowInHealth() throws Exception {
        try (LogLines log = LogLines.listen(); Bot bot = Bot.withSettings(Map.of()).route("support-tokens.camel.yaml", impatient())) {
            bot.simulator().faults().on(ApiFamily.TOKEN).answer(200, "{\"expireIn\":4,\"accessToken\":\"short\"}");
            Planned wrong = bot.simulator().faults().on(ApiFamily.TOKEN).untilCleared()
                    .answer(400, "{\"requestid\":\"R\",\"code\":\"invalidClientIdOrSecret\",\"message\":\"无效的clientId或者clientSecret\"}");
            bot.start();
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> tokenRequests(bot).size() >= 4);
            List<RecordedRequest> requests = tokenRequests(bot);
            assertThat(Duration.between(requests.get(0).time(), requests.get(1).time()))
                    .as("after three quarters of its life, without need")
                    .isGreaterThan(Duration.ofMillis(2_900));
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> health(bot).contains("invalidClientIdOrSecret"));
            assertThat(health(bot)).contains("Check dingtalk.app-key and dingtalk.app-secret").doesNotContain(Bot.APP_SECRET);
            assertThat(log.containing("cannot get an access token")).as("one line, however often it fails").hasSize(1);

            // the other trouble follows at once: no request between the two is answered
            bot.simulator().faults().on(ApiFamily.TOKEN).times(3).dropBefore();
            wrong.clear();
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> !log.containing("has an access token again").isEmpty());
            assertThat(log.containing("cannot get an access token")).as("one more for the other trouble").hasSize(2)
                    .last().asString().contains("accessToken: IOException");
            assertThat(health(bot)).doesNotContain("invalidClientIdOrSecret").doesNotContain("connectionLost");
            allAnswered(bot, "after", 3);
        }
    }

    /** The packaged route, which looks every minute, looking all the time. */
    private static String impatient() throws Exception {
        try (InputStream packaged = TokenTest.class.getResourceAsStream("/routes/support-tokens.camel.yaml")) {
            String yaml = new String(packaged.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(yaml).contains("delay: 1000").contains("period: 60000");
            return yaml.replace("delay: 1000", "delay: 10").replace("period: 60000", "period: 50");
        }
    }

    /** So many people, each in a DM of their own, are answered by the robot API. */
    private static void allAnswered(Bot bot, String who, int count) throws Exception {
        List<CompletableFuture<PushResult>> said = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            said.add(bot.simulator().sayAsync(UserMessage.text("hello").from(who + i).sessionExpiresAt(Instant.now())));
        }
        CompletableFuture.allOf(said.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        for (int i = 0; i < count; i++) {
            assertThat(bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, who + i), 1)).containsExactly("hello");
        }
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.rows("select * from message where state in ('received', 'running')").isEmpty());
    }

    private static List<RecordedRequest> tokenRequests(Bot bot) {
        return bot.simulator().requests().stream().filter(request -> request.path().equals(TOKEN)).toList();
    }

    private static String health(Bot bot) throws Exception {
        return bot.get(bot.managementUrl() + "/observe/health").body();
    }
}
