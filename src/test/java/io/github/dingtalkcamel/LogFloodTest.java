package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.Filter;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.core.filter.AbstractFilterable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * What strangers' requests leave in the log of a whole application, as it is written: bounded, without stack traces, without forged lines.
 */
class LogFloodTest {

    private static final List<String> MALFORMED = List.of(
            "Transfer-Encoding: chunked\r\n\r\nZZZ\r\nabc\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 30\r\n\r\n--x\r\nContent-Disposition: nonse",
            "Content-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nabc",
            "Expect: nonsense\r\nContent-Length: 3\r\n\r\nabc",
            "Content-Length: 100\r\n\r\nabc");

    /** The console's own layout and filter; what they would write is kept. */
    private static final class Written extends AbstractAppender implements AutoCloseable {

        private final Configuration configuration = ((LoggerContext) LogManager.getContext(false)).getConfiguration();
        private final Appender console = configuration.getAppender("console");
        private final List<String> entries = new CopyOnWriteArrayList<>();

        Written() {
            super("written-" + System.nanoTime(), null, null, true, Property.EMPTY_ARRAY);
            start();
            configuration.getRootLogger().addAppender(this, null, null);
        }

        @Override
        public void append(LogEvent event) {
            if (((AbstractFilterable) console).getFilter().filter(event) != Filter.Result.DENY) {
                entries.add((String) console.getLayout().toSerializable(event));
            }
        }

        String text() {
            return String.join("", entries);
        }

        @Override
        public void close() {
            configuration.getRootLogger().removeAppender(getName());
            stop();
        }
    }

    @Test
    void malformedRequestsLeaveABoundedLogWithoutTraces() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of()).start(); Written written = new Written()) {
            for (String url : List.of(bot.webhookUrl(), bot.managementUrl() + "/observe/jolokia",
                    bot.simulator().url() + "/v1.0/oauth2/accessToken")) {
                for (int i = 0; i < 300; i++) {
                    send(URI.create(url), MALFORMED.get(i % MALFORMED.size()));
                }
            }
            // the last requests have been dealt with once this one has an answer
            assertThat(bot.get(bot.webhookUrl()).statusCode()).isEqualTo(200);

            assertThat(written.text()).doesNotContain("\tat ", "Caused by");
            assertThat(written.entries.stream().filter(entry -> entry.contains("io.vertx"))).hasSizeLessThanOrEqualTo(20);
            assertThat(written.text().length()).as("bytes for 900 requests of 80,000 bytes").isLessThan(20_000);
        }
    }

    /** Such an address reaches no router: Vert.x would log an error with its trace. */
    @Test
    void addressesThatCannotBeDecodedAreRefusedInJsonAndLeaveNoLine() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of()).start(); Written written = new Written()) {
            for (String url : List.of(bot.webhookUrl(), bot.managementUrl() + "/hawtio", bot.managementUrl() + "/observe/jolokia",
                    bot.managementUrl() + "/observe/health", bot.simulator().url() + "/v1.0/oauth2/accessToken")) {
                for (String target : List.of("/%zz", "/%zz" + URI.create(url).getPath(), URI.create(url).getPath() + "/%zz",
                        URI.create(url).getPath() + "?a=%zz")) {
                    assertThat(answer(url, target)).as(url + " " + target).startsWith("HTTP/1.1 400").contains("\"malformed_address\"");
                }
            }
            for (String target : List.of("/hawtio//x", "/hawtio/..", "/hawtio/%2e%2e/%2e%2e/x", "/hawtio/%00", "/hawtio/a\\b", "/hawtio/%ff",
                    "/hawtio/static/none.js", "/hawtio/static/", "/hawtio/jolokiax", "//", "/" + "x".repeat(3_000))) {
                assertThat(answer(bot.managementUrl(), target)).as(target).startsWith("HTTP/1.1 404");
            }
            assertThat(answer(bot.managementUrl(), "/hawtio//x")).contains("\"code\":\"not_found\"");
            for (String page : List.of("/hawtio/index.html", "/dingtalk/index.html")) {
                assertThat(answer(bot.managementUrl(), page + " HTTP/1.1\r\nRange: bytes=9999999-\r\nX-Rest:")).as(page).contains(" 416 ");
            }

            assertThat(written.text()).doesNotContain("ERROR", "\tat ");
        }
    }

    private static String answer(String url, String target) throws IOException {
        try (RawHttp client = RawHttp.to(url)) {
            return client.send("GET " + target + " HTTP/1.1\r\nHost: " + URI.create(url).getAuthority() + "\r\nConnection: close\r\n\r\n")
                    .everything();
        }
    }

    private static void send(URI url, String rest) throws IOException {
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream().write(("POST " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getAuthority() + "\r\n" + rest)
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void idsAndTextsFromOutsideForgeNoLine() throws Exception {
        try (Bot bot = Bot.withSettings(Map.of()).start(); Written written = new Written()) {
            String forged = "msg\r\n2026-01-01 00:00:00.000 INFO  [main] dingtalk-camel - all is well\u2028\u001b[2J\u202e";
            bot.say(UserMessage.text("hello").msgId(forged));
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> written.text().contains("dingtalk.turns"));

            List<String> lines = new ArrayList<>(written.text().lines().toList());
            assertThat(lines).isNotEmpty().noneMatch(line -> line.startsWith("2026-01-01")).noneMatch(line -> line.contains("\u001b"));
            assertThat(lines.stream().filter(line -> line.contains("all is well"))).isNotEmpty()
                    .allMatch(line -> line.contains("msg\\u000d\\u000a2026-01-01") && line.contains("\\u2028\\u001b[2J\\u202e"));
        }
    }
}
