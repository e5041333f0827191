package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.InboundMessage.Sender;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * People talk to the bot itself (docs/promises.md 6), in both languages and both scopes of sessions; and who may not talk to it
 * (docs/promises.md 5).
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TalkTest {

    private static final String AGENTS = """
            - route:
                from:
                  uri: agent:recorder
                  steps:
                    - process: { ref: recorder }
            - route:
                from:
                  uri: agent:silent
                  steps:
                    - to: "{{test.silent}}"
            - route:
                from:
                  uri: agent:stuck
                  steps:
                    - process: { ref: stuck }
            - route:
                from:
                  uri: agent:flaky
                  steps:
                    - process: { ref: flaky }
            - route:
                from:
                  uri: agent:remembering
                  steps:
                    - setHeader: { name: CamelDingTalkPromptTokens, constant: "1200" }
                    - setHeader: { name: CamelDingTalkCompletionTokens, constant: "34" }
                    - process: { ref: remembering }
            - route:
                from:
                  uri: agent:polyglot
                  steps:
                    - setBody: { simple: "${exchangeProperty.CamelDingTalkHistory[0][role]} said ${exchangeProperty.CamelDingTalkHistory[0][text]}" }
            - route:
                id: audit
                description: Writes down who did what
                from:
                  uri: seda:dingtalk-events
                  parameters: { multipleConsumers: true }
                  steps:
                    - log: { loggingLevel: DEBUG, message: "${body}" }
            """;

    private final List<String> recorded = new CopyOnWriteArrayList<>();
    private final Set<String> failedOnce = ConcurrentHashMap.newKeySet();
    private final Semaphore release = new Semaphore(0);
    private final AtomicInteger entered = new AtomicInteger();
    private final AtomicInteger groups = new AtomicInteger();
    private SilentServer silent;
    private Bot bot;
    private Bindings bindings;

    @BeforeAll
    void start() throws Exception {
        silent = new SilentServer();
        org.apache.camel.Processor recorder = exchange -> recorded.add(exchange.getMessage().getBody(String.class));
        org.apache.camel.Processor stuck = exchange -> {
            entered.incrementAndGet();
            release.acquire();
            exchange.getMessage().setBody("late " + exchange.getMessage().getBody());
        };
        org.apache.camel.Processor flaky = exchange -> {
            if (failedOnce.add(exchange.getMessage().getBody(String.class))) {
                throw new IllegalStateException("not today");
            }
        };
        bot = Bot.withSettings(Map.of("dingtalk.fallback-agent", "recorder", "dingtalk.admin-users", "boss"))
                .bean("recorder", recorder).bean("stuck", stuck).bean("flaky", flaky)
                .bean("remembering", (org.apache.camel.Processor) TalkTest::remember)
                .property("test.silent", silent.url()).route("talk.camel.yaml", AGENTS);
        integration("own", Map.of("language", "en", "session-scope", "sender"));
        integration("zh", Map.of("language", "zh-Hans"));
        integration("zhown", Map.of("language", "zh-Hans", "session-scope", "sender"));
        integration("closed", Map.of("language", "en", "allowed-users", "Insider"));
        bot.start();
        registerCallbacks();
        bindings = bean("bindings", Bindings.class);
    }

    private void registerCallbacks() {
        for (String id : List.of("own", "zh", "zhown", "closed")) {
            bot.simulator().callbackUrl(key(id), bot.webhookUrl(id));
        }
    }

    private void integration(String id, Map<String, String> settings) {
        bot.simulator().addApp(SimulatedApp.of(key(id), Bot.APP_SECRET));
        String prefix = "dingtalk.integrations." + id + ".";
        bot.set(prefix + "app-key", key(id)).set(prefix + "app-secret", Bot.APP_SECRET).set(prefix + "fallback-agent", "recorder")
                .set(prefix + "admin-users", "boss");
        settings.forEach((name, value) -> bot.set(prefix + name, value));
    }

    private static String key(String integration) {
        return integration.equals("main") ? Bot.APP_KEY : "dingtest00000000" + integration;
    }

    private static void remember(Exchange exchange) {
        List<?> history = exchange.getProperty("CamelDingTalkHistory", List.class);
        exchange.getMessage().setBody(exchange.getMessage().getHeader("CamelDingTalkSessionId") + " "
                + history.stream().map(entry -> ((Map<?, ?>) entry).get("role") + ":"
                        + String.valueOf(((Map<?, ?>) entry).get("text")).replaceAll("^\\w+ .*", "…")).toList());
    }

    @AfterAll
    void stop() throws Exception {
        release.release(1_000);
        bot.close();
        silent.close();
    }

    /** The table of docs/promises.md 6. Each command by its name, its alias and in capitals; what it answers in English and in Chinese. */
    static Stream<Arguments> table() {
        List<List<String>> rows = List.of(
                List.of("/help /帮助",
                        "(?s).*What you can say.*/help.*/new "
                + "/reset.*/stop.*/retry.*/status.*/usage.*/agents.*/bind.*/unbind.*/hooks.*/whoami.*Anything else.*",
                        "(?s).*可以用这些命令.*/帮助 /help.*/新会话 /new /reset.*/停止 /stop.*/我是谁 /whoami.*"),
                List.of("/new /新会话 /reset", "A fresh session starts here.*", "已开始新会话.*"),
                List.of("/stop /停止", "There is nothing to stop\\.", "当前没有需要停止的内容。"),
                List.of("/retry /重试", "There is no message yet.*", "还没有可以重试的消息。"),
                List.of("/status /状态", "(?s)\\*\\*Idle\\*\\* · 0 waiting\n\n- Agent: recorder \\(fallback\\)\n- Session: .*",
                        "(?s)\\*\\*空闲\\*\\* · 排队 0 条\n\n- 智能体：recorder（默认）\n- 会话：.*"),
                List.of("/usage /用量", "(?s).*This session.*- Turns: 0\n- Messages: 0 in, 0 out\n.*",
                        "(?s).*本次会话.*- 轮次：0\n- 消息：收到 0 条，回复 0 条\n.*"),
                List.of("/hooks /钩子", "(?s).*Event hooks.*\n- audit", "(?s).*事件钩子.*\n- audit"),
                List.of("/agents /智能体", "(?s).*Agents.*\n- echo\n.*- recorder \\(answers here\\).*",
                        "(?s).*智能体.*\n- echo\n.*- recorder（本会话使用）.*"),
                List.of("/bind /绑定", "(?s)Please say which agent.*echo, flaky.*", "(?s)请写明智能体名称.*echo, flaky.*"),
                List.of("/unbind /解绑", "No agent has been chosen here\\.", "本会话没有绑定智能体。"),
                List.of("/whoami /我是谁", "(?s)- Integration: INTEGRATION\n- Conversation id: GROUP\n- User id: boss",
                        "(?s)- 集成：INTEGRATION\n- 会话 ID：GROUP\n- 用户 ID：boss"));
        return Stream.of("main", "own", "zh", "zhown").flatMap(integration -> rows.stream().map(row -> Arguments.of(integration, row.get(0),
                row.get(integration.startsWith("zh") ? 2 : 1))));
    }

    @ParameterizedTest(name = "{1} in {0}")
    @MethodSource("table")
    @Order(1)
    void answersACommandByEachOfItsNames(String integration, String words, String expected) {
        String group = group();
        // there is a session to speak of
        say(integration, group, "boss", "/new");
        reply(group, 1);
        int replies = 1;
        for (String word : words.split(" ")) {
            for (String said : List.of(word, " " + word.toUpperCase() + "\u200b")) {
                say(integration, group, "boss", said);
                assertThat(reply(group, ++replies)).startsWith("@boss\n\n")
                        .satisfies(text -> assertThat(text.substring("@boss\n\n".length()))
                        .matches(expected.replace("INTEGRATION", integration).replace("GROUP", java.util.regex.Pattern.quote(group))));
            }
        }
        assertThat(recorded).noneMatch(text -> text.contains("/"));
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.rows("select distinct kind, state from message where conversation_id = '" + group + "'")
                .equals(List.of(List.of("command", "done"))));
    }

    @Test
    void letsAnythingElseThatBeginsWithASlashGoToTheAgent() {
        String group = group();
        say("main", group, "staff001", "/etc/hosts is empty");
        assertThat(reply(group, 1)).endsWith("/etc/hosts is empty");
        say("main", group, "staff001", UserMessage.text("/usage").msgId("same"));
        say("main", group, "staff001", UserMessage.text("/usage").msgId("same"));
        say("main", group, "staff001", "done");
        assertThat(reply(group, 3)).isNotNull();
        assertThat(bot.replies(group)).hasSize(3);
    }

    @ParameterizedTest
    @MethodSource("languages")
    void bindsAConversationForThoseWhoMay(String integration, String done, String adminsOnly, String unknown, String unbound) {
        String group = group();
        say(integration, group, "li", "/bind echo");
        assertThat(reply(group, 1)).contains(adminsOnly, "li");
        say(integration, group, "boss", "/bind nobody");
        assertThat(reply(group, 2)).contains(unknown).doesNotContain("nobody");
        assertThat(bot.rows("select * from binding where conversation_id = '" + group + "'")).isEmpty();
        say(integration, group, "boss", "/bind Flaky please");
        assertThat(reply(group, 3)).contains(done, "flaky");
        assertThat(bot.rows("select agent, bound_by from binding where conversation_id = '" + group + "'"))
                .isEqualTo(List.of(List.of("flaky", "boss")));
        say(integration, group, "li", UserMessage.text("/unbind").with("{\"isAdmin\":true}"));
        assertThat(reply(group, 4)).contains(unbound, "recorder");
        // in a DM everyone may
        String dm = bot.simulator().dm(key(integration), "someone-" + integration);
        bot.say(UserMessage.text("/bind echo").from("someone-" + integration).to(key(integration)));
        assertThat(bot.awaitReplies(dm, 1).get(0)).contains(done);
    }

    static Stream<Arguments> languages() {
        return Stream.of(Arguments.of("main", "answers here from now on", "only administrators",
                "No running agent has that name. There are: echo,", "binding is removed"),
                Arguments.of("zhown", "今后由智能体", "只有管理员", "没有找到这个智能体。可用的有：echo,", "已解绑"));
    }

    @Test
    void stopsAnHttpAgentThatNeverAnswersWithinTwoHundredMillisecondsAndClosesItsSocket() throws Exception {
        long fastest = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 3; attempt++) {
            String group = group();
            bindings.bind("main", group, "silent", "test");
            int before = silent.closed.get();
            int asked = silent.asked.get();
            say("main", group, "staff001", "are you there?");
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> silent.asked.get() == asked + 1);
            say("main", group, "staff002", "waiting");
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().waiting(lane(group)) == 1);

            long start = System.nanoTime();
            say("main", group, "staff003", "/stop");
            Awaitility.await().atMost(Bot.PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
                    .until(() -> !bot.queue().isRunning(lane(group)) && silent.closed.get() == before + 1);
            fastest = Math.min(fastest, Duration.ofNanos(System.nanoTime() - start).toMillis());
            assertThat(reply(group, 1)).contains("Stopped, and dropped 1 waiting message.");
            Awaitility.await().atMost(Bot.PATIENCE).until(() -> states(group).equals(List.of("stopped", "stopped", "done")));

            bindings.unbind("main", group);
            say("main", group, "staff001", "next");
            assertThat(reply(group, 2)).endsWith("next");
            assertThat(bot.replies(group)).hasSize(2);
        }
        System.out.println("/stop of an HTTP agent that never answers, storing the command included: " + fastest + " ms");
        assertThat(fastest).isLessThan(200);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bean("agents", Agents.class).stuck() == 0);
    }

    @Test
    void freesTheConversationOfAnAgentThatCantBeStoppedAndDiscardsWhatItSaysLater() throws Exception {
        String group = group();
        bindings.bind("main", group, "stuck", "test");
        long discarded = bean("agents", Agents.class).discarded();
        int before = entered.get();
        say("main", group, "staff001", "hello?");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> entered.get() == before + 1);
        say("main", group, "staff001", "/status");
        assertThat(reply(group, 1)).contains("**Working** · 0 waiting", "- Agent: stuck (bound here)");
        say("main", group, "staff001", "/stop");
        assertThat(reply(group, 2)).endsWith("Stopped.");
        assertThat(bot.get(bot.managementUrl() + "/observe/metrics").body()).contains("dingtalk_agents_stuck 1.0");

        bindings.unbind("main", group);
        say("main", group, "staff001", "next");
        assertThat(reply(group, 3)).endsWith("next");
        release.release();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bean("agents", Agents.class).discarded() == discarded + 1);
        assertThat(bean("agents", Agents.class).stuck()).isZero();
        assertThat(bot.replies(group)).hasSize(3);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> states(group).equals(List.of("stopped", "done", "done", "done")));
    }

    @Test
    void stopsOnlyTheSendersOwnWhereEachHasASession() {
        String group = group();
        bindings.bind("own", group, "stuck", "test");
        int before = entered.get();
        say("own", group, "li", "running");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> entered.get() == before + 1);
        say("own", group, "wang", "waits");
        say("own", group, "li", "waits too");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().waiting(lane("own", group)) == 2);

        say("own", group, "wang", "/stop");
        assertThat(reply(group, 1)).contains("@wang", "Dropped 1 waiting message.");
        assertThat(bot.queue().isRunning(lane("own", group))).isTrue();
        say("own", group, "li", "/stop");
        assertThat(reply(group, 2)).contains("@li", "Stopped, and dropped 1 waiting message.");
        assertThat(states(group)).startsWith("stopped", "stopped", "stopped");
        release.release();
    }

    @Test
    void stopsAReplyBetweenTwoChunks() {
        String group = group();
        bindings.bind("zh", group, "echo", "test");
        bot.simulator().faults().on(ApiFamily.SESSION_WEBHOOK).after(1).untilCleared().throttle();
        try {
            say("zh", group, "staff001", "one " + "a ".repeat(150) + "\n\ntwo " + "b ".repeat(2_900) + "\n\nthree " + "c ".repeat(2_900));
            Awaitility.await().atMost(Bot.PATIENCE)
                    .until(() -> bot.rows("select r.sent from reply r join message m on m.id = r.message_id where m.conversation_id = '"
                    + group + "'").equals(List.of(List.of(1))));
            say("zh", group, "staff001", "/stop");
            Awaitility.await().atMost(Bot.PATIENCE)
                    .until(() -> states(group).get(0).equals("stopped") && !bot.queue().isRunning(lane("zh", group)));
        } finally {
            bot.simulator().faults().clear();
        }
        assertThat(reply(group, 2)).endsWith("已停止。");
        say("zh", group, "staff001", "next");
        assertThat(reply(group, 3)).endsWith("next");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().running() == 0);
        assertThat(bot.replies(group)).hasSize(3);
        assertThat(bot.rows("select * from reply")).isEmpty();
    }

    @Test
    void answersTheLastMessageAgainToTheSenderOfRetry() {
        String group = group();
        bindings.bind("main", group, "flaky", "test");
        say("main", group, "li", "question " + group);
        assertThat(reply(group, 1)).contains("Sorry");
        say("main", group, "wang", "/retry");
        assertThat(reply(group, 2)).startsWith("@wang").endsWith("question " + group);
        // and of what was stopped, or is running
        bindings.bind("main", group, "stuck", "test");
        int before = entered.get();
        say("main", group, "li", "slow");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> entered.get() == before + 1);
        say("main", group, "li", "/retry");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.queue().waiting(lane(group)) == 1);
        release.release(2);
        assertThat(reply(group, 4)).endsWith("late slow");
        assertThat(bot.replies(group)).hasSize(4);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> states(group).equals(List.of("failed", "done", "done", "done")));
    }

    @Test
    void tellsAnAgentItsSessionAndWhatItUsed() {
        String group = group();
        bindings.bind("zhown", group, "remembering", "test");
        say("zhown", group, "li", "one");
        String session = reply(group, 1).split("\\s+")[1];
        assertThat(reply(group, 1)).endsWith(session + " []");
        say("zhown", group, "li", "two");
        assertThat(reply(group, 2)).endsWith(session + " [user:one, assistant:…]");
        say("zhown", group, "wang", "three");
        assertThat(reply(group, 3)).endsWith(" []").doesNotContain(session);
        say("zhown", group, "li", "/usage");
        assertThat(reply(group, 4)).contains("- 轮次：2", "- 消息：收到 2 条，回复 2 条", "- 字符：收到 6，", "- Token：输入 2,400，输出 68");
        say("zhown", group, "li", "/new");
        reply(group, 5);
        say("zhown", group, "li", "four");
        assertThat(reply(group, 6)).endsWith(" []").doesNotContain(session);
        bindings.bind("zhown", group, "polyglot", "test");
        say("zhown", group, "li", "five");
        assertThat(reply(group, 7)).endsWith("user said four");
    }

    @Test
    void refusesOnceAnHourWhoMayNotTalkButTellsHimWhoHeIs() {
        String dm = bot.simulator().dm(key("closed"), "outsider");
        bot.say(UserMessage.text("let me in").from("outsider").to(key("closed")));
        assertThat(bot.awaitReplies(dm, 1)).singleElement().asString().contains("Sorry", "outsider");
        bot.say(UserMessage.text("please").from("outsider").to(key("closed")));
        String group = group();
        say("closed", group, "outsider", "/status");
        bot.say(UserMessage.text("/whoami").from("outsider").to(key("closed")));
        assertThat(bot.awaitReplies(dm, 2)).last().asString().contains("- User id: outsider");
        bot.say(UserMessage.text("hello").from("insider").to(key("closed")));
        assertThat(bot.awaitReplies(bot.simulator().dm(key("closed"), "insider"), 1)).containsExactly("hello");
        say("closed", group, "another", "hi");
        assertThat(reply(group, 1)).contains("@another", "add your user id: another");

        assertThat(bot.replies(dm)).hasSize(2);
        assertThat(bot.replies(group)).hasSize(1);
        assertThat(recorded).doesNotContain("let me in", "please", "hi");
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> bot.rows("select kind, state from message where integration = 'closed' order by id").equals(List.of(
                List.of("refusal", "done"), List.of("command", "done"), List.of("turn", "done"), List.of("refusal", "done"))));
    }

    @Test
    void showsConversationsInJmx() throws Exception {
        var server = java.lang.management.ManagementFactory.getPlatformMBeanServer();
        assertThat(server.queryNames(new javax.management.ObjectName("org.apache.camel:type=dingtalk,name=\"conversations\",*"), null))
                .isNotEmpty();
    }

    /**
     * As a kill -9 leaves them: a command that was not answered is answered, one that is too old is not; /retry knows what was said before.
     */
    @Test
    @Order(Integer.MAX_VALUE)
    void continuesAfterARestart() throws Exception {
        String group = group();
        String old = group();
        bindings.bind("main", group, "echo", "test");
        say("main", group, "li", "before");
        reply(group, 1);
        say("main", group, "li", "/whoami");
        reply(group, 2);
        say("main", old, "li", "/whoami");
        reply(old, 1);
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> states(group).equals(List.of("done", "done")) && states(old).equals(List.of("done")));
        bot.store().writeAndWait(connection -> {
            try (var update = connection.createStatement()) {
                update.executeUpdate("update message set received_at = 0 where kind = 'command' and conversation_id = '" + old + "'");
                return update.executeUpdate("update message set state = 'received' where kind = 'command' and conversation_id in ('" + group
                        + "', '" + old + "')");
            }
        });
        bot.stop();
        bot.start();
        registerCallbacks();

        // the answer is sent again with the same msgUuid, by which DingTalk knows that it has shown it
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> states(group).equals(List.of("done", "done")));
        say("main", group, "wang", "/retry");
        assertThat(reply(group, 3)).startsWith("@wang").endsWith("before");
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> states(group).equals(List.of("done", "done", "done")));
        assertThat(states(old)).containsExactly("failed");
        assertThat(bot.replies(old)).hasSize(1);
    }

    private String group() {
        return "cidTALKgroup%04d==".formatted(groups.incrementAndGet());
    }

    private void say(String integration, String group, String who, String text) {
        say(integration, group, who, UserMessage.text(text));
    }

    private void say(String integration, String group, String who, UserMessage said) {
        PushResult sent = bot.say(said.from(who).inGroup(group).to(key(integration)));
        assertThat(sent.fault()).isNull();
    }

    private String reply(String group, int number) {
        return bot.awaitReplies(group, number).get(number - 1);
    }

    private List<Object> states(String group) {
        return bot.rows("select state from message where conversation_id = '" + group + "' order by id").stream().map(row -> row.get(0))
                .toList();
    }

    private static String lane(String group) {
        return lane("main", group);
    }

    private static String lane(String integration, String group) {
        return Turn.key(new InboundMessage(integration, "m", "text", ConversationType.GROUP, group, null,
                new Sender("x", null, null, null, false), null, null, true, false, null, "", List.of(), null, null, null, List.of(), null));
    }

    private <T> T bean(String name, Class<T> type) {
        return bot.context().getRegistry().lookupByNameAndType(name, type);
    }

    /** Takes every request, answers none, and sees when the other side is gone. */
    private static final class SilentServer implements AutoCloseable {

        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger closed = new AtomicInteger();

        SilentServer() throws IOException {
            thread(() -> {
                while (!server.isClosed()) {
                    Socket socket = server.accept();
                    thread(() -> read(socket));
                }
            });
        }

        private void read(Socket socket) throws IOException {
            byte[] request = new byte[8_192];
            boolean first = true;
            try (socket) {
                while (socket.getInputStream().read(request) >= 0) {
                    if (first) {
                        asked.incrementAndGet();
                        first = false;
                    }
                }
            } finally {
                closed.incrementAndGet();
            }
        }

        private interface Reading {
            void run() throws IOException;
        }

        private static void thread(Reading reading) {
            Thread thread = new Thread(() -> {
                try {
                    reading.run();
                } catch (IOException e) {
                    // the other side, or the test, is gone
                }
            }, "silent-server");
            thread.setDaemon(true);
            thread.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getLocalPort() + "/ask";
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
