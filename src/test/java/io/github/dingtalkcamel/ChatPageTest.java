package io.github.dingtalkcamel;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Group;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.PushResult;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.simulator.platform.SimulatorOptions;
import io.github.dingtalkcamel.simulator.platform.StreamOptions;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.simulator.stream.Connection;
import io.github.dingtalkcamel.turn.MessageTrace;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The simulator's chat page in a browser, with the whole application behind it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ChatPageTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] PNG = java.util.Base64.getDecoder().decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FABJADveWkH6oAAAAAElFTkSuQmCC");
    private static final String XSS =
            "<script>window.hacked=1</script><img src=x onerror='window.hacked=2'>[tap](javascript:window.hacked=3)";

    /** Says what it is told, and knows what was deployed. */
    private static final String ASSISTANT = """
            - route:
                id: assistant
                from:
                  uri: agent:assistant
                  parameters:
                    trigger: main
                  steps:
                    - filter:
                        simple: "${body} contains 'deployed today'"
                        steps:
                          - setBody:
                              constant: |
                                ### Three releases

                                | service | version | health |
                                |---|---|---|
                                | api | 2.4.1 | ok |
                                | web | 1.9.0 | ok |
                                | billing | 0.8.3 | 2 retries |

                                - **api** went out at 09:12, by *Li Si*
                                - roll back with `deploy undo billing`

                                > Watch [the dashboard](https://example.com/board).
                    - filter:
                        simple: "${body} contains 'the billing service'"
                        steps:
                          - setBody:
                              constant: "**billing 0.8.3** retried twice at 09:31 and is healthy since. Details: `log billing`"
                    - filter:
                        simple: "${body} contains 'anything red'"
                        steps:
                          - setBody:
                              constant: "Nothing is red. One is *amber*: `billing`."
            """;

    private static final String TOKEN = "api-token-0123456789-abcdefghijklmnopqrstuv";

    /** Approves every click. */
    private static final String CLICKS = """
            - route:
                id: card-callback
                from:
                  uri: direct:inbound-card
                  steps:
                    - setBody:
                        simple: '${exchangeProperty.CamelDingTalkDelivery.details}'
                    - setBody:
                        simple: >-
                          {"cardUpdateOptions":{"updateCardDataByKey":true},
                          "cardData":{"cardParamMap":{"state":"approved by ${body[userId]}",
                          "sys_full_json_obj":"{\\"msgButtons\\":[{\\"text\\":\\"Pipeline\\",\\"url\\":\\"https://example.com/ci/4211\\"}]}"}},
                          "userPrivateData":{"cardParamMap":{"your vote":"yes"}}}
            """;

    private static ChatBrowser browser;
    private static Bot bot;

    private static final List<String> COMPLAINTS = new ArrayList<>();

    private static Page page;
    private String me;

    @BeforeAll
    static void start() throws Exception {
        browser = ChatBrowser.open();
        bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.max-message-length", "300", "dingtalk.api-token", TOKEN),
                SimulatorOptions.defaults().stream(StreamOptions.defaults().silence(Duration.ofMillis(300))));
        bot.simulator().addApp(SimulatedApp.of(Bot.APP_KEY, Bot.APP_SECRET).withEncryption(Bot.CALLBACK_TOKEN, Bot.AES_KEY)
                .withIntegration("main"));
        bot.route("assistant.camel.yaml", ASSISTANT).route("inbound-card.camel.yaml", CLICKS);
        bot.start();
        bot.simulator().messageTraces(new MessageTrace(bot.store())::json);
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.simulator().stream().connections().size() == 2);
        // what is slow the first time must not be in the pictures
        bot.say(UserMessage.text("first").from("staff003"));
        bot.awaitReplies(bot.simulator().dm(Bot.APP_KEY, "staff003"), 1);
        page = open(1280, 800, ColorScheme.LIGHT);
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (bot != null) {
            bot.close();
        }
    }

    /** Each test has a person and a group of its own, so that it sees nothing of the others. */
    @BeforeEach
    void open(org.junit.jupiter.api.TestInfo test) {
        me = "staff-" + test.getTestMethod().orElseThrow().getName();
        bot.simulator().faults().clear();
        bot.simulator().addPerson(Person.of(me, "Person " + me.substring(6, 12)));
        pane().locator(".who").selectOption(me);
        pane().locator("[data-conversation=dm]").click();
        enter("stream");
    }

    @AfterEach
    void noComplaints() {
        assertThat(COMPLAINTS).as("what the browser complained of").isEmpty();
    }

    private String group() {
        return "cid" + me + "==";
    }

    private static Page open(int width, int height, ColorScheme scheme) {
        Page opened = browser.page(width, height, scheme);
        opened.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                COMPLAINTS.add(message.text());
            }
        });
        opened.onPageError(COMPLAINTS::add);
        opened.navigate(bot.simulator().url() + "/");
        return opened;
    }

    private static Locator pane(Page page) {
        return page.locator(".pane").first();
    }

    private Locator pane() {
        return pane(page);
    }

    private static void say(Locator pane, String text) {
        Locator input = pane.getByLabel("Message", new Locator.GetByLabelOptions().setExact(true));
        input.fill(text);
        input.press("Enter");
    }

    private Locator replies() {
        return pane().locator(".message.of-robot .bubble");
    }

    private Locator mine() {
        return pane().locator(".message.mine");
    }

    private static void enter(String way) {
        page.locator("#entries [value=" + way + "]").check();
    }

    private void fault(String kind) {
        page.locator("[data-fault=" + kind + "]").click();
    }

    private Locator log() {
        return page.locator(".log");
    }

    private JsonNode lastMessage() throws Exception {
        List<List<Object>> rows = bot.rows("select payload from message order by rowid desc limit 1");
        return JSON.readTree(String.valueOf(rows.get(0).get(0)));
    }

    @Test
    void aDmIsAnsweredAndItsTraceIsShownBelow() {
        say(pane(), "hello");

        assertThat(replies()).hasText("hello");
        assertThat(mine().locator(".way")).containsText("verified by Stream");
        assertThat(mine().locator(".way")).containsText(Pattern.compile("stored in \\d+ ms"));
        assertThat(mine().locator(".way")).containsText("bound by trigger");
        assertThat(mine().locator(".way")).containsText(Pattern.compile("agent assistant \\d+ ms"));
        assertThat(pane().locator(".of-robot .way")).hasText("by session webhook");
    }

    @Test
    void messagesGoInByWebhookAndEncryptedToo() {
        for (String way : List.of("webhook", "encrypted")) {
            enter(way);
            say(pane(), "by " + way);
            assertThat(replies().last()).hasText("by " + way);
        }
        page.reload();
        assertThat(page.locator("#entries [value=encrypted]")).isChecked();
        assertThat(replies()).hasText(new String[] {"by webhook", "by encrypted"});
    }

    @Test
    void inAGroupTheRobotHearsWhatMentionsIt() {
        openGroup(pane());
        say(pane(), "with");
        assertThat(replies()).hasText(Pattern.compile("@Person inAGro\\s*with"));
        assertThat(replies().locator(".mention")).hasText("@Person inAGro");

        pane().locator(".mention-button").click();
        say(pane(), "without");
        assertThat(mine().last().locator(".way")).containsText("ignored by the robot");
        assertThat(replies()).hasCount(1);
        pane().locator(".mention-button").click();
    }

    @Test
    void severalPeopleTalkSideBySide() {
        Locator other = page.locator(".pane").nth(1);
        openGroup(pane());
        openGroup(other);
        say(other, "from the right");

        assertThat(pane().locator(".message.theirs.of-person .bubble")).containsText("from the right");
        assertThat(other.locator(".message.mine .bubble")).containsText("from the right");
        page.locator("#new-pane").click();
        assertThat(page.locator(".pane")).hasCount(3);
        page.locator(".pane .close").last().click();
        assertThat(page.locator(".pane")).hasCount(2);
    }

    @Test
    void whatScriptsSayShowsUpToo() {
        bot.say(UserMessage.text("from a terminal").from(me));

        assertThat(mine().locator(".bubble")).hasText("from a terminal");
        assertThat(replies()).hasText("from a terminal");
    }

    @Test
    void aLongReplyComesInChunksWithTheirBorders() {
        say(pane(), ("A paragraph of some length, so that the reply does not fit into one message. ".repeat(2) + "\n\n").repeat(4));

        Locator chunks = pane().locator(".message.chunk");
        assertThat(chunks).hasCount(4);
        assertThat(chunks.first().locator(".way")).hasText("chunk 1/4by session webhook");
        assertThat(chunks.last().locator(".way")).hasText("chunk 4/4by session webhook");
        assertThat((String) chunks.nth(1).locator(".bubble").evaluate("it => getComputedStyle(it).borderBottomStyle")).isEqualTo("dashed");
        ChatBrowser.screenshot(page, "chat-chunks");
    }

    @Test
    void markdownIsRenderedAsDingTalkDoes() {
        say(pane(), "# One\n###### Six\n> quoted\n\n**bold** and *slanted*, [a link](https://example.com/x)\nsame line  "
                + "\nnext&nbsp;line\n\n- a\n- b\n\n3. c\n\n"
                + "| h |\n|---|\n| cell |\n\n```java\nint i;\n```");

        Locator all = pane().locator(".message.of-robot");
        assertThat(all.locator("h1")).hasText("One");
        assertThat(all.locator("h6")).hasText("Six");
        assertThat(all.locator("blockquote")).hasText("quoted");
        assertThat(all.locator("strong")).hasText("bold");
        assertThat(all.locator("em")).hasText("slanted");
        assertThat(all.locator("a")).hasAttribute("href", "https://example.com/x");
        assertThat(all.locator("a")).hasAttribute("rel", "noopener noreferrer");
        assertThat(all.locator("p br")).hasCount(1);
        assertThat(all.locator("p").nth(1)).containsText("a link same line");
        assertThat(all.locator("ul li")).hasText(new String[] {"a", "b"});
        assertThat(all.locator("ol")).hasAttribute("start", "3");
        assertThat(all.locator("td")).hasText("cell");
        assertThat(all.locator("pre code")).hasText("int i;");
    }

    @Test
    void aQuoteIsKeptWhenAPersonIsAddedMeanwhile() {
        say(pane(), "to be quoted");
        assertThat(replies()).hasCount(1);
        pane().locator(".message.of-robot .quote-button").first().click();
        bot.simulator().addPerson(Person.of("late-" + me, "Late"));
        assertThat(pane().locator("option[value='late-" + me + "']")).hasCount(1);

        say(pane(), "it is quoted");

        assertThat(mine().last().locator(".quoted")).containsText("to be quoted");
    }

    @Test
    void everythingThatPeopleWriteStaysText() throws Exception {
        bot.simulator().addPerson(Person.of(me, XSS));
        bot.simulator().addGroup(new Group(group(), XSS));
        say(pane(), XSS);
        assertThat(replies().first()).containsText("<script>window.hacked=1</script><img src=x onerror='window.hacked=2'>tap");
        pane().locator("input[data-kind=file]").setInputFiles(new FilePayload(XSS.replace('/', '_'), "text/html", XSS.getBytes()));
        assertThat(mine().nth(1).locator(".attachment")).containsText("<script>");
        pane().locator(".message.of-robot .quote-button").first().click();
        say(pane(), "quoted: " + XSS);
        assertThat(mine().last().locator(".quoted")).containsText("<script>");
        bot.say(UserMessage.text(XSS).from(me)
                .with("{\"msgtype\":\"<img src=x onerror=hacked=4>\",\"senderNick\":\"<b onclick=1>\",\"msgId\":\"'><script>1<\\/script>"
                + me + "\"}"));
        assertThat(mine().last().locator(".bubble")).containsText("<img src=x");
        openGroup(pane());
        for (String card : List.of(
                "{\"msgtype\":\"markdown\",\"markdown\":{\"title\":\"<script>\",\"text\":\"![x](javascript:window.hacked=5) "
                + "[x](data:text/html,1) <b>no</b>\"}}", "{\"msgtype\":\"link\",\"link\":{\"title\":\"<script>window.hacked=6</script>\",\"text\":\"<i>\",\"messageUrl\":\"javascript:window.hacked=7\"}}",
                "{\"msgtype\":\"actionCard\",\"actionCard\":{\"title\":\"<u>\",\"text\":\"<svg "
                + "onload=window.hacked=8>\",\"singleTitle\":\"<b>tap</b>\",\"singleURL\":\"javascript:window.hacked=9\"}}")) {
            deliver(card);
        }
        assertThat(replies()).hasCount(3);
        tool("dingtalk_send_rich_notification", "chat_id", group(), """
                "mode":"template","msgKey":"any.schema","msgParam":{"title":%1$s,"markdown":%1$s,"<b>":%1$s,
                "buttons":"[{\\"text\\":\\"<u>\\",\\"url\\":\\"javascript:window.hacked=10\\"},{\\"text\\":\\"<i>\\",\\"id\\":\\"<b>\\"},null,7]"}""".formatted(JSON.writeValueAsString(XSS)));
        assertThat(replies().last().locator(".card-facts")).containsText("<script>");

        assertThat(page.locator(".messages").first()
                .locator("script, b, i, u, svg[onload], img, [onerror], [onclick], a[href^='javascript'], a[href^='data']")).hasCount(0);
        assertThat(page.evaluate("window.hacked")).isNull();
        assertThat(page.evaluate("document.querySelectorAll('script:not([src])').length")).isEqualTo(0);
    }

    @Test
    void aCardChangesByClicksAndByUpdatesAndGoesWhenItIsRecalled() throws Exception {
        Locator other = page.locator(".pane").nth(1);
        pane().locator(".who").selectOption("staff001");
        openGroup(pane());
        openGroup(other);
        String id = tool("dingtalk_send_rich_notification", "chat_id", group(), """
                "mode":"interactive","card":{"title":"Deploy api 2.4.2 to production?",
                "markdown":"Build **#4211** is green: 312 tests in 2 min 41 s.\\n\\n- 3 commits by *Li Si*\\n- no migration",
                "params":{"state":"waits for approval"},
                "buttons":[{"title":"Approve","action":"approve"},{"title":"Reject","action":"reject"},{"title":"Pipeline","url":"https://example.com/ci/4211"}]}""");

        Locator card = replies();
        assertThat(card.locator(".card-title")).hasText("Deploy api 2.4.2 to production?");
        assertThat(card.locator("strong")).hasText("#4211");
        assertThat(card.locator("[data-variable=state]")).hasText("waits for approval");
        assertThat(card.locator("button")).hasText(new String[] {"Approve", "Reject"});
        assertThat(card.locator("a")).hasAttribute("href", "https://example.com/ci/4211");
        assertThat(pane().locator(".of-robot .way")).hasText("by card platform");
        assertThat(card.locator(".card-updated")).hasCount(0);
        page.mouse().move(0, 0);
        ChatBrowser.screenshot(pane().locator(".of-robot"), "card-before");

        card.getByText("Approve").click();
        Locator theirs = other.locator(".of-robot .bubble");
        for (Locator each : List.of(card, theirs)) {
            assertThat(each.locator("[data-variable=state]")).hasText("approved by staff001");
            assertThat(each.locator(".card-title")).hasText("Deploy api 2.4.2 to production?");
            assertThat(each.locator(".card-updated")).hasText(Pattern.compile("updated \\d\\d:\\d\\d"));
            assertThat(each.locator("button")).hasCount(0);
            assertThat(each.locator("a")).hasText("Pipeline");
        }
        assertThat(card.locator("[data-variable='your vote']")).hasText("yes");
        assertThat(card.locator(".card-private")).isVisible();
        assertThat(theirs.locator("[data-variable='your vote'], .card-private")).hasCount(0);

        tool("dingtalk_update_message", id,
                "\"mode\":\"interactive\",\"card\":{\"title\":\"api 2.4.2 is in production\",\"params\":{\"deployed\":\"in 38 s\"}}");
        assertThat(card.locator(".card-title")).hasText("api 2.4.2 is in production");
        assertThat(card.locator("[data-variable]")).hasText(new String[] {"approved by staff001", "in 38 s", "yes"});
        page.mouse().move(0, 0);
        ChatBrowser.screenshot(pane().locator(".of-robot"), "card-after");
        page.reload();
        assertThat(card.locator("[data-variable]")).hasText(new String[] {"approved by staff001", "in 38 s", "yes"});

        tool("dingtalk_recall_message", id, "");
        assertThat(replies()).hasText("recalled");
        assertThat(theirs).hasText("recalled");
        assertThat(page.getByText("2.4.2")).hasCount(0);
    }

    @Test
    void filesAndPicturesOfTheRobotCanBeSeenAndSavedUntilTheyAreRecalled() throws Exception {
        String picture = tool("dingtalk_send_file", "user_id", me,
                "\"name\":\"chart.png\",\"base64\":\"" + java.util.Base64.getEncoder().encodeToString(PNG) + "\"");
        assertThat(replies().locator("img.picture")).hasJSProperty("naturalWidth", 10);
        tool("dingtalk_send_file", "user_id", me, "\"name\":\"Report 报告.pdf\",\"base64\":\""
                + java.util.Base64.getEncoder().encodeToString("%PDF-1.7 ".repeat(200).getBytes()) + "\"");
        assertThat(replies().last()).hasText(Pattern.compile("Report 报告.pdf\\s*1.8 KB\\s*Download"));
        com.microsoft.playwright.Download saved = page.waitForDownload(() -> replies().last().getByText("Download").click());
        assertThat(saved.suggestedFilename()).isEqualTo("Report 报告.pdf");
        assertThat(saved.path()).hasSize(1_800);

        ChatBrowser.screenshot(page, "chat-files");
        tool("dingtalk_recall_message", picture, "");
        assertThat(replies().first()).hasText("recalled");
        ChatBrowser.screenshot(page, "chat-recalled");
        assertThat(replies().locator("img")).hasCount(0);
        assertThat(replies().last()).containsText("Report");
    }

    @Test
    void whatACustomRobotSaysIsInItsGroupUnderNoNameOfTheBots() throws Exception {
        bot.simulator().addCustomRobot(CustomRobot.of("secret-of-" + me, group()));
        openGroup(pane());
        bot.post(bot.simulator().url() + "/robot/send?access_token=secret-of-" + me,
                "{\"msgtype\":\"text\",\"text\":{\"content\":\"disk is full\"}}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                request -> request);

        assertThat(replies()).hasText("disk is full");
        assertThat(pane().locator(".of-robot .nick")).hasText("Custom robot");
        assertThat(pane().locator(".of-robot .way")).hasText("by custom robot");
        assertThat(page.content()).doesNotContain("secret-of-");
    }

    /** Calls a tool as another program would; the message id of its one result. */
    private static String tool(String name, String recipientType, String recipientId, String arguments) throws Exception {
        return tool(name, "{\"recipient_type\":\"" + recipientType + "\",\"recipient_id\":\"" + recipientId + "\"," + arguments + "}");
    }

    private static String tool(String name, String messageId, String arguments) throws Exception {
        return tool(name, "{\"messageId\":\"" + messageId + "\"" + (arguments.isEmpty() ? "" : "," + arguments) + "}");
    }

    private static String tool(String name, String json) throws Exception {
        HttpResponse<String> answer = bot.post(bot.webhookUrl().replace("webhook/main", "tools/" + name),
                json.getBytes(java.nio.charset.StandardCharsets.UTF_8), request -> request.header("Authorization", "Bearer " + TOKEN));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode result = JSON.readTree(answer.body()).at("/results/0");
        assertThat(result.path("success").asBoolean()).as(answer.body()).isTrue();
        return result.path("messageId").asText();
    }

    @Test
    void picturesFilesVoicesAndQuotesAreSentAsDingTalkWould() throws Exception {
        pane().locator("input[data-kind=picture]").setInputFiles(new FilePayload("p.png", "image/png", PNG));
        assertThat(replies().last()).hasText("[picture]");
        assertThat(mine().last().locator("img.picture")).hasJSProperty("naturalWidth", 10);
        assertThat(lastMessage().at("/content/pictureDownloadCode").asText()).isNotEmpty()
                .isEqualTo(lastMessage().at("/content/downloadCode").asText());

        pane().locator("input[data-kind=file]").setInputFiles(new FilePayload("report.pdf", "application/pdf", PNG));
        assertThat(replies().last()).hasText("[file: report.pdf]");

        pane().getByLabel("Message", new Locator.GetByLabelOptions().setExact(true)).fill("spoken words");
        pane().getByLabel("Send as a voice message").click();
        assertThat(replies().last()).hasText("spoken words");
        assertThat(lastMessage().at("/msgtype").asText()).isEqualTo("audio");
        assertThat(lastMessage().at("/content/duration").asInt()).isGreaterThanOrEqualTo(1000);

        mine().first().locator(".quote-button").click();
        assertThat(pane().locator(".quote-chip")).isVisible();
        say(pane(), "what is this?");
        assertThat(replies().last()).hasText("what is this?");
        assertThat(lastMessage().at("/text/repliedMsg/msgType").asText()).isEqualTo("picture");
        assertThat(lastMessage().at("/text/isReplyMsg").asBoolean()).isTrue();
        assertThat(lastMessage().at("/originalMsgId").asText()).isNotEmpty();

        pane().locator(".of-robot .quote-button").last().click();
        say(pane(), "and that?");
        assertThat(replies().last()).hasText("and that?");
        assertThat(lastMessage().at("/text/repliedMsg/content/text").asText()).isEqualTo("what is this?");
        assertThat(mine().last().locator(".quoted")).containsText("what is this?");
    }

    @Test
    void sendingMeetsTheFaultThatWasRequested() {
        fault("throttle");
        assertThat(log()).containsText("The next reply is throttled");
        say(pane(), "throttled");
        assertThat(replies().last()).hasText("throttled");
        assertThat(log()).containsText("A reply was throttled. /robot/sendBySession");

        fault("fail");
        say(pane(), "failed");
        assertThat(replies().last()).hasText("failed");
        assertThat(log()).containsText("A reply got a server error.");

        fault("expireSession");
        say(pane(), "other channel");
        assertThat(replies().last()).hasText("other channel");
        assertThat(log()).containsText("The session webhook was expired.");
        assertThat(pane().locator(".of-robot .way").last()).hasText("by robot API");

        fault("expireSession");
        fault("expireToken");
        say(pane(), "new token");
        assertThat(replies().last()).hasText("new token");
        assertThat(log()).containsText("The access token was expired.");

        fault("throttle");
        fault("peace");
        assertThat(log()).containsText("No faults are planned");
        assertThat(bot.simulator().faults().planned()).isEmpty();
    }

    @Test
    void aMessageDeliveredTwiceIsAnsweredOnce() {
        say(pane(), "once");
        assertThat(replies()).hasText("once");
        fault("twice");

        assertThat(mine().locator(".way")).containsText("delivered twice");
        assertThat(log()).containsText("it must not be answered twice");
        say(pane(), "next");
        assertThat(replies()).hasText(new String[] {"once", "next"});
    }

    @Test
    void connectionsThatAreTakenAwayAreReplaced() {
        fault("disconnect");
        assertThat(log()).containsText("DingTalk announced the end of one connection");
        assertThat(page.locator("#status")).hasText("Stream: 2 connections");

        fault("blackHole");
        assertThat(log()).containsText("One connection is a black hole now");
        assertThat(page.locator("#status")).containsText("1 black hole");
        say(pane(), "by the other one");
        assertThat(replies()).hasText("by the other one");
        // rather than waiting until the application notices
        bot.simulator().stream().connections().stream().filter(one -> one.state() == Connection.State.BLACK_HOLE)
                .forEach(one -> bot.simulator().stream().reset(one.id()));
        assertThat(page.locator("#status")).hasText("Stream: 2 connections");
    }

    @Test
    void commandsAreOfferedAfterASlash() {
        Locator input = pane().getByLabel("Message", new Locator.GetByLabelOptions().setExact(true));
        input.pressSequentially("/");
        Locator offered = pane().locator(".commands").getByRole(AriaRole.OPTION);
        assertThat(offered).hasCount(11);
        ChatBrowser.screenshot(page, "chat-commands");
        input.pressSequentially("s");
        assertThat(offered).hasCount(2);
        input.press("ArrowDown");
        assertThat(offered.nth(1)).hasAttribute("aria-selected", "true");
        input.press("Tab");
        assertThat(input).hasValue("/status");
        input.fill("/帮");
        input.press("Enter");
        assertThat(input).hasValue("/帮助");
        input.fill("/");
        input.press("Escape");
        assertThat(offered).hasCount(0);
        assertThat(input).hasValue("/");
    }

    @Test
    void theKeyboardIsEnough() {
        page.locator("#entries input:checked").focus();
        page.keyboard().press("ArrowRight");
        assertThat(page.locator("#entries [value=webhook]")).isChecked();
        tabTo("[role=tab][aria-selected=true]");
        page.keyboard().press("ArrowRight");
        assertThat(pane().locator("[aria-selected=true]").first()).hasText(Pattern.compile("#.*"));
        page.keyboard().press("ArrowLeft");
        tabTo("textarea");
        page.keyboard().type("first line");
        page.keyboard().press("Shift+Enter");
        page.keyboard().type("by keyboard");
        page.keyboard().press("Enter");
        assertThat(replies()).hasText("first line by keyboard");
        page.keyboard().press("Shift+Tab");
        String focused = (String) page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
        assertThat(focused).as("the focus can be seen").isEqualTo("solid");
        assertThat(pane().locator(".messages")).hasAttribute("aria-live", "polite");
        assertThat(page.evaluate("[...document.querySelectorAll('button, input:not([type=file]), select, textarea')]"
                + ".filter(it => !it.textContent.trim() && !it.getAttribute('aria-label') && !it.labels?.length).length")).isEqualTo(0);
    }

    private void tabTo(String selector) {
        for (int i = 0; i < 40; i++) {
            page.keyboard().press("Tab");
            if ((boolean) page.evaluate("selector => document.activeElement.matches(selector)", selector)) {
                return;
            }
        }
        throw new AssertionError("the Tab key does not lead to " + selector);
    }

    @Test
    void peopleCanBeAddedAndMadeAdmin() throws Exception {
        page.locator("#new-person").click();
        page.getByLabel("Name").fill("Guest of " + me);
        page.getByLabel("Staff id", new Page.GetByLabelOptions().setExact(true)).fill("guest-" + me);
        page.getByLabel("external").check();
        page.locator("#person-dialog .main-button").click();
        assertThat(page.locator("#person-dialog")).isHidden();
        pane().locator(".who").selectOption("guest-" + me);
        say(pane(), "from outside");
        assertThat(replies()).hasText("from outside");
        assertThat(lastMessage().has("senderStaffId")).isFalse();

        pane().locator(".who").selectOption(me);
        pane().locator(".chip").click();
        assertThat(pane().locator(".chip")).hasAttribute("aria-pressed", "true");
        say(pane(), "as admin");
        assertThat(replies()).hasText("as admin");
        assertThat(lastMessage().path("isAdmin").asBoolean()).isTrue();
    }

    @Test
    void onAPhoneOneWindowIsThereAndNothingIsTooWide() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Page phone = open(390, 844, scheme);
            Locator pane = pane(phone);
            pane.locator(".who").selectOption(me);
            say(pane, "what was deployed today? " + "x".repeat(200));
            assertThat(pane.locator(".of-robot table").last()).isVisible();
            assertThat(phone.locator(".pane").nth(1)).isHidden();
            assertThat(phone.evaluate("document.documentElement.scrollWidth")).isEqualTo(390);
            ChatBrowser.screenshot(phone, "chat-phone-" + scheme.name().toLowerCase());
            phone.locator("#menu").click();
            phone.locator("[data-fault=peace]").click();
            assertThat(phone.locator(".log")).containsText("No faults are planned");
            phone.keyboard().press("Escape");
            assertThat(phone.locator("#rail")).isHidden();
            phone.context().close();
        }
    }

    @Test
    @Order(1)
    void itIsPleasantToLookAt() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            Page shown = open(1280, 800, scheme);
            Locator left = pane(shown);
            Locator right = shown.locator(".pane").nth(1);
            if (scheme == ColorScheme.LIGHT) {
                say(left, "hello");
                assertThat(left.locator(".of-robot")).hasCount(1);
                say(left, "what was deployed today?");
                assertThat(left.locator(".of-robot table")).isVisible();
                say(right, "good morning");
                assertThat(right.locator(".of-robot")).hasCount(1);
                shown.locator("[data-fault=throttle]").click();
                bot.say(UserMessage.text("what about the billing service?").from("staff001").inGroup("cidFAKEgroup0001=="));
                assertThat(right.locator(".of-robot")).hasCount(2);
                shown.locator("[data-fault=expireSession]").click();
                say(right, "is anything red?");
                assertThat(right.locator(".of-robot")).hasCount(3);
                assertThat(shown.locator(".log")).containsText("The session webhook was expired");
            }
            assertThat(right.locator(".of-robot .way").last()).hasText("by robot API");
            assertThat(left.locator(".mine .way").last()).containsText(Pattern.compile("agent assistant \\d+ ms"));
            assertThat(right.locator(".mine .way").last()).containsText(Pattern.compile("agent assistant \\d+ ms"));
            shown.mouse().move(0, 0);
            String ground = (String) shown.evaluate("getComputedStyle(document.body).backgroundColor");
            assertThat(ground).isEqualTo(scheme == ColorScheme.LIGHT ? "rgb(233, 236, 241)" : "rgb(16, 18, 22)");
            ChatBrowser.screenshot(shown, "chat-" + scheme.name().toLowerCase());
            shown.context().close();
        }
    }

    /** This test's group, founded at its first use. */
    private void openGroup(Locator pane) {
        if (pane.locator("[data-conversation='" + group() + "']").count() == 0) {
            bot.simulator().addGroup(new Group(group(), "Group of " + me));
        }
        pane.locator("[data-conversation='" + group() + "']").click();
    }

    private void deliver(String webhookMessage) {
        PushResult sent = bot.say(UserMessage.text("x").from("outsider").inGroup(group()).withoutMention());
        try {
            bot.post(sent.sessionWebhook(), webhookMessage.getBytes(java.nio.charset.StandardCharsets.UTF_8), request -> request);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
