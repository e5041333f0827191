package io.github.dingtalkcamel.reload;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.Bot;
import org.apache.camel.Route;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A route file that uses kamelets is edited: instances that no route uses any more are removed. */
class ReloadedKameletTest {

    private static final Duration DRAINED = Duration.ofSeconds(30);

    private HttpServer service;

    @BeforeEach
    void serve() throws Exception {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", exchange -> {
            byte[] answer = exchange.getRequestURI().getPath().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop(0);
    }

    private String agent(String name, String trigger, String step) {
        return """
                - route:
                    id: %s
                    from:
                      uri: agent:%s
                      parameters: { %s }
                      steps:
                        - %s
                """.formatted(name, name, trigger, step);
    }

    private String to(String path) {
        return "to: \"kamelet:http-agent-action?url=http://127.0.0.1:" + service.getAddress().getPort() + path + "\"";
    }

    private String step(String path) {
        return "kamelet: { name: http-agent-action, parameters: { url: \"http://127.0.0.1:"
                + service.getAddress().getPort() + path + "\" } }";
    }

    private static List<String> instances(Bot bot) {
        return bot.context().getRoutes().stream().map(Route::getRouteId).filter(id -> id.startsWith("http-agent-action")).toList();
    }

    private static void ask(Bot bot, String expected) {
        String dm = bot.simulator().dm(Bot.APP_KEY, "staff001");
        Awaitility.await().atMost(Bot.PATIENCE).pollInterval(Duration.ofMillis(300)).until(() -> {
            int before = bot.replies(dm).size();
            bot.say("hello");
            return bot.awaitReplies(dm, before + 1).get(before).equals(expected);
        });
    }

    @Test
    void instancesOfOldVersionsAreRemovedAndThoseInUseStay() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of()).route("one.camel.yaml", agent("one", "trigger: main", to("/first")))
                .route("two.camel.yaml", agent("two", "", to("/shared"))).start()) {
            Path one = bot.home().resolve("routes/one.camel.yaml");
            ask(bot, "/first");
            assertThat(instances(bot)).hasSize(2);

            Files.writeString(one, agent("one", "trigger: main", to("/second")));
            ask(bot, "/second");
            Awaitility.await().atMost(DRAINED).until(() -> instances(bot).size() == 2);

            // an instance that another route uses as well
            Files.writeString(one, agent("one", "trigger: main", to("/shared")));
            ask(bot, "/shared");
            Awaitility.await().atMost(DRAINED).until(() -> instances(bot).size() == 1);
            Files.writeString(one, agent("one", "trigger: main", step("/step")));
            ask(bot, "/step");
            Awaitility.await().atMost(DRAINED).until(() -> instances(bot).size() == 2);
            bot.say("/bind two");
            ask(bot, "/shared");
            bot.say("/unbind");

            Files.writeString(one, agent("one", "trigger: main", "setBody: { constant: without }"));
            ask(bot, "without");
            Awaitility.await().atMost(DRAINED).until(() -> instances(bot).size() == 1);
            assertThat(bot.context().getEndpoints()).extracting(Object::toString)
                    .noneMatch(uri -> uri.contains("/first") || uri.contains("/second"));
        }
    }
}
