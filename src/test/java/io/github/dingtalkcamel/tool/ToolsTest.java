package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.Bot;
import io.github.dingtalkcamel.LogLines;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.RecordedRequest;
import io.github.dingtalkcamel.simulator.platform.SimulatedCard;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tools of docs/promises.md 7 over HTTP, against the simulator. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(60)
class ToolsTest {

    private static final String TOKEN = "api-token-0123456789-abcdefghijklmnopqrstuv";
    private static final String GROUP = "cidFAKEgroup0001==";
    private static final String TEXT = "dingtalk_send_text_notification";
    private static final String RICH = "dingtalk_send_rich_notification";
    private static final String UPDATE = "dingtalk_update_message";
    private static final String RECALL = "dingtalk_recall_message";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Bot bot;
    private int people;

    @BeforeAll
    void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", TOKEN, "dingtalk.max-message-length", "200", "dingtalk.user-id", "usual",
                "dingtalk.integrations.alerts.webhook", "https://oapi.dingtalk.com/robot/send?access_token=hidden")).start();
        bot.simulator().addPerson(bot.simulator().person("stranger").with(Person.Reach.UNKNOWN));
        bot.simulator().addPerson(bot.simulator().person("flooded").with(Person.Reach.FLOW_CONTROLLED));
    }

    @AfterAll
    void stop() throws Exception {
        bot.close();
    }

    @AfterEach
    void peace() {
        bot.simulator().faults().clear();
    }

    private String url(String tool) {
        return bot.webhookUrl("main").replace("webhook/main", "tools/" + tool);
    }

    private CompletableFuture<HttpResponse<String>> calling(String tool, String json) {
        return HTTP.sendAsync(HttpRequest.newBuilder(URI.create(url(tool))).timeout(Duration.ofSeconds(50))
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> call(String tool, String json) {
        return calling(tool, json.replace('\'', '"')).join();
    }

    private JsonNode result(String tool, String json) throws Exception {
        HttpResponse<String> answer = call(tool, json);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    private String newPerson() {
        return "person" + people++;
    }

    private List<Delivery> to(String person) {
        return bot.simulator().deliveriesTo(bot.simulator().dm(Bot.APP_KEY, person));
    }

    private static List<String> texts(JsonNode list, String field) {
        return StreamSupport.stream(list.spliterator(), false).map(each -> each.path(field).asText()).toList();
    }

    private List<RecordedRequest> requests(String path, String containing) {
        return bot.simulator().requests().stream().filter(request -> request.path().equals(path) && request.body().contains(containing))
                .toList();
    }

    @Test
    void sendsATextToEachOnceAndTellsOfEach() throws Exception {
        String one = newPerson();
        JsonNode result = result(TEXT, """
                {'recipient_type':'user_id','recipient_id':['%s','stranger','flooded','%s'],'content':'{{not.resolved}} ${body} {{env:HOME}}'}""".formatted(one, one));

        assertThat(result.path("tool").asText()).isEqualTo(TEXT);
        assertThat(result.path("integrationId").asText()).isEqualTo("main");
        assertThat(result.path("successCount").asInt()).isEqualTo(1);
        assertThat(result.path("failureCount").asInt()).isEqualTo(2);
        assertThat(texts(result.path("results"), "target")).containsExactly("user_id:" + one, "user_id:stranger", "user_id:flooded");
        assertThat(result.at("/results/1/error/code").asText()).isEqualTo("invalidStaffId");
        assertThat(result.at("/results/1/error/hint").asText()).contains("visible range");
        assertThat(result.at("/results/2/error/code").asText()).isEqualTo("flowControlled");
        assertThat(to(one)).singleElement().satisfies(delivery -> {
            assertThat(delivery.text()).isEqualTo("{{not.resolved}} ${body} {{env:HOME}}");
            assertThat(delivery.processQueryKey()).isEqualTo(result.at("/results/0/messageId").asText());
        });
    }

    @Test
    void sendsToPeopleByTwenties() throws Exception {
        List<String> all = IntStream.range(0, 45).mapToObj(i -> "crowd" + i).toList();
        ObjectNode body = JSON.createObjectNode().put("recipient_type", "user_id").put("content", "to the crowd");
        all.forEach(body.putArray("recipient_id")::add);
        JsonNode result = result(TEXT, body.toString());

        assertThat(result.path("successCount").asInt()).isEqualTo(45);
        assertThat(new HashSet<>(texts(result.path("results"), "messageId"))).hasSize(3);
        assertThat(requests("/v1.0/robot/oToMessages/batchSend", "to the crowd")).hasSize(3);
    }

    @Test
    void sendsToGroupsAndToTheUsualRecipient() throws Exception {
        JsonNode result = result(TEXT, "{'recipient_type':'chat_id','recipient_id':['" + GROUP
                + "','cidNowhere=='],'content':'to the group'}");
        JsonNode usual = result(TEXT, "{'content':'to whom it usually goes'}");

        assertThat(result.at("/results/0/success").asBoolean()).isTrue();
        assertThat(result.at("/results/1/error/code").asText()).isEqualTo("invalid.openConversationId");
        assertThat(result.at("/results/1/error/hint").asText()).contains("group");
        assertThat(usual.at("/results/0/target").asText()).isEqualTo("user_id:usual");
        assertThat(to("usual")).extracting(Delivery::text).contains("to whom it usually goes");
    }

    @Test
    void findsPeopleByUnionIdMobileAndWhoHasWrittenByOpenId() throws Exception {
        String one = newPerson();
        String other = newPerson();
        String third = newPerson();
        bot.simulator().mobile("13812345678", other);
        bot.say(UserMessage.text("hello").from(third));
        String openId = bot.simulator().person(third).dingtalkId();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> !bot.rows("select 1 from person where staff_id = '" + third + "'").isEmpty());
        try (LogLines log = LogLines.listenToDebug()) {
            for (int twice = 0; twice < 2; twice++) {
                assertThat(result(TEXT, "{'recipient_type':'union_id','recipient_id':'" + bot.simulator().person(one).unionId()
                        + "','content':'by union id'}")
                        .at("/results/0/success").asBoolean()).isTrue();
                JsonNode byMobile =
                        result(TEXT, "{'recipient_type':'mobile','recipient_id':['138 1234-5678','13800000000'],'content':'by mobile'}");
                assertThat(texts(byMobile.path("results"), "target")).containsExactly("mobile:138 1234-5678", "mobile:13800000000");
                assertThat(byMobile.at("/results/1/error/code").asText()).isEqualTo("60121");
                assertThat(byMobile.at("/results/1/error/hint").asText()).startsWith("Check the user id or mobile number");
            }
            JsonNode met = result(TEXT, "{'recipient_type':'open_id','recipient_id':['" + openId
                    + "','$:LWCP_v1:$nobody'],'content':'by open id'}");
            assertThat(met.at("/results/0/success").asBoolean()).isTrue();
            assertThat(met.at("/results/1/error/code").asText()).isEqualTo("unknownOpenId");
            assertThat(String.join("\n", log.all())).doesNotContain("12345678", "1234-5678");
        }
        assertThat(to(one)).extracting(Delivery::text).containsExactly("by union id", "by union id");
        assertThat(to(other)).extracting(Delivery::text).containsExactly("by mobile", "by mobile");
        assertThat(to(third)).extracting(Delivery::text).contains("by open id");
        assertThat(requests("/topapi/user/getbyunionid", "")).hasSize(1);
        assertThat(requests("/topapi/v2/user/getbymobile", "13812345678")).hasSize(1);
    }

    @Test
    void mentionsPeopleByTheCustomRobotAndSaysWhereTheChannelCant() throws Exception {
        String robot = bot.simulator().url() + "/robot/send?access_token=at";
        bot.simulator().addCustomRobot(CustomRobot.of("at", "cidAtGroup=="));
        String at = "'at':{'atUserIds':['staff002'],'atMobiles':['13800000000'],'isAtAll':false}";
        String webhook = "'recipient_type':'webhook','recipient_id':'" + robot + "'";
        List<JsonNode> sent = List.of(result(TEXT, "{'content':'disk full @13800000000'," + webhook + "," + at + "}"),
                result(RICH, "{'mode':'markdown','markdown':'# disk full'," + webhook + "," + at + "}"),
                result(RICH, "{'mode':'interactive','card':{'title':'t','markdown':'full','buttons':[{'title':'See','url':'https://e.invalid/x'}]},"
                        + webhook + "," + at + "}"),
                result(RICH, "{'mode':'markdown','markdown':'" + "A sentence. ".repeat(20) + " @staff002 " + "Another one. ".repeat(10)
                        + "'," + webhook + "," + at + "}"),
                result(TEXT, "{'content':'all'," + webhook + ",'at':{'isAtAll':true}}"));
        assertThat(sent).allSatisfy(result -> assertThat(result.at("/results/0/success").asBoolean()
                && !result.at("/results/0").has("hint")).as(result.toString()).isTrue());
        List<Delivery> shown = bot.simulator().deliveriesTo("cidAtGroup==");
        assertThat(shown.subList(0, 3)).extracting(Delivery::text)
                .containsExactly("disk full @13800000000 @staff002", "@staff002 @13800000000\n\n# disk full",
                "@staff002 @13800000000\n\nfull");
        Delivery.At both = new Delivery.At(List.of("staff002"), List.of("13800000000"), false);
        assertThat(shown.subList(0, 3)).extracting(Delivery::at).containsOnly(both);
        List<Delivery> chunks = shown.subList(3, shown.size() - 1);
        assertThat(chunks).hasSizeGreaterThan(1).allMatch(chunk -> chunk.text().length() <= 200);
        assertThat(chunks.get(0).at()).isEqualTo(new Delivery.At(List.of(), List.of("13800000000"), false));
        assertThat(chunks.stream().filter(chunk -> chunk.at().userIds().contains("staff002"))).singleElement()
                .matches(chunk -> chunk.text().contains(" @staff002 "));
        assertThat(shown.get(shown.size() - 1).at().all()).isTrue();

        JsonNode link = result(RICH,
                "{'mode':'template','msgKey':'sampleLink','msgParam':{'title':'t','text':'x','messageUrl':'https://e.invalid'}," + webhook
                + "," + at + "}");
        assertThat(link.at("/results/0/success").asBoolean()).isTrue();
        assertThat(link.at("/results/0/hint").asText()).contains("without the mentions").contains("markdown");
        JsonNode people = result(TEXT, "{'content':'not by this way','recipient_type':'user_id','recipient_id':['" + newPerson()
                + "','stranger']," + at + "}");
        assertThat(people.at("/results/0/success").asBoolean()).isTrue();
        assertThat(people.at("/results/0/hint").asText()).contains("robot API").contains("webhook");
        assertThat(people.at("/results/1").has("hint")).as("its error says more").isFalse();
        JsonNode card = result(RICH, "{'mode':'interactive','card':{'markdown':'x','buttons':[{'title':'a','action':'a'}]},'recipient_type':'chat_id','recipient_id':'"
                + GROUP + "'," + at + "}");
        assertThat(card.at("/results/0/hint").asText()).contains("template");
        assertThat(result(TEXT, "{'content':'x','recipient_type':'chat_id','recipient_id':'" + GROUP + "','at':{}}").at("/results/0")
                .has("hint")).isFalse();
    }

    @Test
    void takesCardsAsDingTalksOwnApiNamesThem() throws Exception {
        String values = "{'title':'Deploy?','count':3,'ratio':0.5,'on':true,'none':null,'list':[1,'b'],'tree':{'a':{'b':null}},'emoji':'😀'}";
        Map<String, String> texts = Map.of("title", "Deploy?", "count", "3", "ratio", "0.5", "on", "true", "list", "[1,\"b\"]", "tree",
                "{\"a\":{\"b\":null}}", "emoji", "😀");
        for (String card : List.of("{'cardTemplateId':'own.schema','cardData':{'cardParamMap':" + values + "}}",
                "{'templateId':'own.schema','params':" + values + "}",
                "{'cardTemplateId':'own.schema','cardData':"
                + JSON.writeValueAsString("{\"cardParamMap\":" + values.replace('\'', '"') + "}").replace('"', '\'') + "}")) {
            JsonNode sent = result(RICH, "{'mode':'interactive','recipient_type':'chat_id','recipient_id':'" + GROUP + "','card':" + card
                    + "}");
            assertThat(sent.at("/results/0/success").asBoolean()).as(sent.toString()).isTrue();
            String id = sent.at("/results/0/messageId").asText();
            assertThat(bot.simulator().card(id).templateId()).isEqualTo("own.schema");
            assertThat(bot.simulator().card(id).params()).as("nothing made up").isEqualTo(texts);

            JsonNode updated = result(UPDATE, "{'messageId':'" + id
                    + "','mode':'interactive','card':{'cardTemplateId':'own.schema','cardData':{'cardParamMap':{'count':4,'on':false}}}}");
            assertThat(updated.at("/results/0/success").asBoolean()).isTrue();
            assertThat(bot.simulator().card(id).params()).containsEntry("count", "4").containsEntry("on", "false")
                    .containsEntry("ratio", "0.5");
        }
        JsonNode usual = result(RICH, "{'mode':'interactive','recipient_type':'chat_id','recipient_id':'" + GROUP
                + "','card':{'cardData':{'cardParamMap':{'a':1}}}}");
        assertThat(bot.simulator().card(usual.at("/results/0/messageId").asText())).satisfies(card -> {
            assertThat(card.params()).as("not dropped where the template is that of the settings").isEqualTo(Map.of("a", "1"));
            assertThat(card.templateId()).isEqualTo("1366a1eb-bc54-4859-ac88-517c56a9acb1.schema");
        });
    }

    @Test
    void cutsLongMarkdownIntoChunksThatAreRecalledTogether() throws Exception {
        String one = newPerson();
        JsonNode result = result(RICH, "{'mode':'markdown','title':'Report','recipient_type':'user_id','recipient_id':'" + one
                + "','markdown':'"
                + "A sentence of the report. ".repeat(30) + "'}");
        assertThat(result.path("successCount").asInt()).isEqualTo(1);
        assertThat(to(one)).hasSizeGreaterThan(3)
                .allMatch(delivery -> delivery.title().equals("Report") && delivery.text().length() <= 200);

        result(RECALL, "{'messageId':'" + result.at("/results/0/messageId").asText() + "'}");

        assertThat(to(one)).allMatch(delivery -> bot.simulator().isRecalled(delivery.processQueryKey()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [{'title':'A','url':'https://a.example/'}]                                              | ''         | sampleActionCard  | singleURL
            [{'title':'A','url':'https://a.example/'},{'title':'B','url':'https://b.example/'}]      | ''         | sampleActionCard2 | actionURL2
            [{'title':'A','actionURL':'https://a.example/'},{'title':'B','url':'dingtalk://b'}]      | horizontal | sampleActionCard6 | buttonUrl2
            [{'title':'A','url':'https://a.e/'},{'title':'B','url':'https://b.e/'},{'title':'C','url':'https://c.e/'}] | horizontal | sampleActionCard3 | actionURL3
            []                                                                                      | ''         | sampleMarkdown    | text
            """)
    void sendsCardsWhoseButtonsOpenAddressesWithTheSpellingOfEach(String buttons, String orientation, String msgKey, String field)
    throws Exception {
        String one = newPerson();
        JsonNode result = result(RICH, "{'mode':'interactive','markdown':'**Disk** full','recipient_type':'user_id','recipient_id':'" + one
                + "','card':{'buttons':" + buttons
                + (orientation.isEmpty() ? "" : ",'orientation':'" + orientation + "'") + "}}");

        assertThat(result.path("successCount").asInt()).as(result.toString()).isEqualTo(1);
        assertThat(to(one)).singleElement().satisfies(delivery -> {
            assertThat(delivery.type()).isEqualTo(msgKey);
            assertThat(delivery.text()).isEqualTo("**Disk** full");
            assertThat(JSON.readTree(delivery.body()).has(field)).isTrue();
        });
    }

    @Test
    void sendsCardsThatCallBackAndUpdatesOnlyTheKeysGiven() throws Exception {
        String one = newPerson();
        JsonNode result = result(RICH, "{'mode':'interactive','recipient_type':'user_id','recipient_id':['" + one
                + "','stranger'],'card':{'title':'Deploy?','markdown':'v2 is ready',"
                + "'buttons':[{'title':'Yes','action':'deploy'},{'title':'See','url':'https://ci.example/'}],'params':{'tips':'now','number':7}}}");
        String messageId = result.at("/results/0/messageId").asText();

        assertThat(result.at("/results/1/error/message").asText()).contains("user not exist");
        SimulatedCard card = bot.simulator().card(messageId);
        assertThat(card.params()).containsEntry("title", "Deploy?").containsEntry("number", "7").containsKey("sys_full_json_obj");
        assertThat(card.templateId()).isEqualTo("1366a1eb-bc54-4859-ac88-517c56a9acb1.schema");
        assertThat(requests("/v1.0/card/instances/createAndDeliver", messageId)).singleElement()
                .satisfies(request -> assertThat(request.body()).contains("\"callbackType\":\"STREAM\""));

        JsonNode updated = result(UPDATE, "{'messageId':'" + messageId
                + "','mode':'interactive','card':{'markdown':'v2 is out','buttons':[]}}");

        assertThat(updated.at("/results/0/messageId").asText()).isEqualTo(messageId);
        assertThat(updated.at("/results/0").has("degraded")).isFalse();
        assertThat(bot.simulator().card(messageId).params()).containsEntry("title", "Deploy?").containsEntry("markdown", "v2 is out")
                .containsEntry("tips", "now");

        result(UPDATE, "{'messageId':'" + messageId
                + "','mode':'template','msgKey':'any.schema','msgParam':'{\\\"tips\\\":\\\"later\\\"}'}");
        assertThat(bot.simulator().card(messageId).params()).containsEntry("markdown", "v2 is out").containsEntry("tips", "later");
        assertThat(result(RECALL, "{'messageId':'" + messageId + "'}").path("successCount").asInt()).isEqualTo(1);
        assertThat(to(one)).allMatch(delivery -> bot.simulator().isRecalled(delivery.processQueryKey()));
    }

    @Test
    void sendsTemplatesOfMessagesAndOfCards() throws Exception {
        String one = newPerson();
        result(RICH, "{'mode':'template','msgKey':'sampleLink','msgParam':{'title':'T','text':'x','messageUrl':'https://e.example/'},'recipient_type':'user_id','recipient_id':'" + one + "'}");
        JsonNode card = result(RICH,
                "{'mode':'template','msgKey':'my-own.schema','msgParam':{'a':1,'b':{'c':true}},'recipient_type':'chat_id','recipient_id':'"
                + GROUP + "'}");

        assertThat(to(one)).singleElement().extracting(Delivery::type).isEqualTo("sampleLink");
        assertThat(bot.simulator().card(card.at("/results/0/messageId").asText()).params())
                .isEqualTo(Map.of("a", "1", "b", "{\"c\":true}"));
    }

    @Test
    void updatesWhatCanNotBeEditedByRecallAndResend() throws Exception {
        String one = newPerson();
        String other = newPerson();
        String first = result(TEXT, "{'recipient_type':'user_id','recipient_id':['" + one + "','" + other + "'],'content':'at noon'}")
                .at("/results/0/messageId").asText();

        JsonNode updated = result(UPDATE, "{'messageId':'" + first + "','mode':'text','content':'at one'}");

        assertThat(updated.path("successCount").asInt()).isEqualTo(2);
        assertThat(updated.at("/results/0/degraded").asBoolean()).isTrue();
        String second = updated.at("/results/0/messageId").asText();
        assertThat(second).isNotEqualTo(first);
        assertThat(bot.simulator().isRecalled(first)).isTrue();
        assertThat(to(other)).extracting(Delivery::text).containsExactly("at noon", "at one");

        JsonNode recalled = result(RECALL, "{'messageId':'" + second + "'}");
        assertThat(texts(recalled.path("results"), "target")).containsExactly("user_id:" + one, "user_id:" + other);
        assertThat(bot.simulator().isRecalled(second)).isTrue();
        assertThat(result(RECALL, "{'messageId':'" + second + "'}").at("/results/0/error/code").asText()).isEqualTo("alreadyRecalled");
        assertThat(result(UPDATE, "{'messageId':'" + second + "','mode':'text','content':'at two'}").at("/results/0/error/code").asText())
                .isEqualTo("alreadyRecalled");
        assertThat(to(one)).hasSize(2);
    }

    @Test
    void recallsNothingOlderThanADayAndNothingItDidNotSend() throws Exception {
        String group = result(TEXT, "{'recipient_type':'chat_id','recipient_id':'" + GROUP + "','content':'old news'}")
                .at("/results/0/messageId").asText();
        assertThat(result(RECALL, "{'messageId':'" + group + "'}").path("successCount").asInt()).isEqualTo(1);
        assertThat(bot.simulator().isRecalled(group)).isTrue();
        String old = result(TEXT, "{'recipient_type':'chat_id','recipient_id':'" + GROUP + "','content':'old news'}")
                .at("/results/0/messageId").asText();
        write("update sent_message set sent_at = sent_at - 86400001 where message_id = '" + old + "'");

        assertThat(result(RECALL, "{'messageId':'" + old + "'}").at("/results/0/error/code").asText()).isEqualTo("tooOld");
        assertThat(bot.simulator().isRecalled(old)).isFalse();
        HttpResponse<String> unknown = call(RECALL, "{'messageId':'pqkNobodySent=='}");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("unknown_message", "messageId");
    }

    private void write(String sql) {
        bot.store().writeAndWait(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate(sql);
            }
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            text   | {'recipientType':'user_id','content':'x'}                                  | recipientType | did you mean recipient_type?
            text   | {}                                                                         | content | is missing
            text   | {'content':''}                                                             | content | must be a text
            text   | {'content':7}                                                              | content | must be a text
            text   | {'content':null}                                                           | content | is missing
            text   | {'content':'x','recipient_type':'userid','recipient_id':'a'}               | recipient_type | Did you mean user_id?
            text   | {'content':'x','recipient_type':'email','recipient_id':'a'}                | recipient_type | user_id, open_id, union_id, mobile, chat_id, webhook
            text   | {'content':'x','recipient_type':'user_id'}                                 | recipient_id | is missing
            text   | {'content':'x','recipient_id':'a'}                                         | recipient_type | is missing
            text   | {'content':'x','recipient_type':'user_id','recipient_id':[]}               | recipient_id | a text or a list
            text   | {'content':'x','recipient_type':'user_id','recipient_id':['a',1]}          | recipient_id | a text or a list
            text   | {'content':'x','recipient_type':'mobile','recipient_id':'call me'}         | recipient_id | mobile numbers
            text   | {'content':'x','at':{'atUserIds':'staff001'}}                              | at.atUserIds | a list
            text   | {'content':'x','at':{'atMobiles':['1 3']}}                                 | at.atMobiles[0] | without spaces
            text   | {'content':'x','at':{'userIds':['staff001']}}                              | at | did you mean atUserIds?
            text   | {'content':'x','at':{'isAtAll':'yes'}}                                     | at.isAtAll | true or false
            text   | {'content':'x','recipient_type':'webhook'}                                 | recipient_id | dingtalk.webhook
            text   | {'content':'x','recipient_type':'webhook','recipient_id':'http://169.254.169.254/robot/send?access_token=a'} | recipient_id | custom robot's URL
            text   | {'content':'x','integrationId':'nobody'}                                   | integrationId | main, alerts
            text   | {'content':'x','integrationId':'alerts','recipient_type':'user_id','recipient_id':'a'} | recipient_type | webhook
            text   | {'content':'x','timeoutMs':5}                                              | timeoutMs | 100 to 600000
            text   | {'content':'x','timeoutMs':'5000'}                                         | timeoutMs | a whole number
            text   | {'content':'x','requestId':''}                                             | requestId | 1 to 128
            text   | {'content':'x','state':[]}                                                 | state | an object
            text   | {'content':'{{a.b[1].c}}','state':{'a':{'b':[1]}}}                         | state | {{a.b[1].c}} is not in it
            text   | {'content':'{{a[0]b}}','state':{'a':[{'b':1}]}}                            | state | is not in it
            text   | {'content':'{{list}}','state':{'list':['not a text']}}                     | content | must be a text
            text   | [1]                                                                        | body | JSON object
            text   | {'content':'x','content':'y'}                                              | body | each once
            rich   | {'mode':'markdwon','markdown':'x'}                                         | mode | Did you mean markdown?
            rich   | {'mode':'markdown'}                                                        | markdown | is missing
            rich   | {'mode':'interactive'}                                                     | markdown | is missing
            rich   | {'mode':'interactive','markdown':'x','card':'no json'}                     | card | an object
            rich   | {'mode':'interactive','card':{'cardTemplateId':'a.schema','cardData':{'cardParams':{}}}} | card.cardData | did you mean cardParamMap?
            rich   | {'mode':'interactive','card':{'cardTemplateId':'a.schema','cardData':{}}} | card.cardData | must have cardParamMap
            rich   | {'mode':'interactive','card':{'cardTemplateId':'a.schema','cardData':[]}} | card.cardData | an object
            rich   | {'mode':'interactive','card':{'cardTemplateId':'a.schema','templateId':'b.schema'}} | card | one of templateId and cardTemplateId
            rich   | {'mode':'interactive','card':{'params':{'a':1},'cardData':{'cardParamMap':{'a':1}}}} | card | one of params and cardData.cardParamMap
            rich   | {'mode':'interactive','markdown':'x','card':{'button':[]}}                 | card | did you mean buttons?
            rich   | {'mode':'interactive','markdown':'x','card':{'buttons':[{'title':'A'}]}}   | card.buttons[0] | url
            rich   | {'mode':'interactive','markdown':'x','card':{'buttons':[{'title':'A','url':'javascript:alert(1)'}]}} | card.buttons[0].url | https://
            rich   | {'mode':'interactive','markdown':'x','card':{'buttons':[{'url':'https://a'}]}} | card.buttons[0].title | is missing
            rich   | {'mode':'template','msgParam':{}}                                          | msgKey | is missing
            rich   | {'mode':'template','msgKey':'sampleText'}                                  | msgParam | is missing
            rich   | {'mode':'template','msgKey':'sampletxt','msgParam':{}}                     | msgKey | Did you mean sampleText?
            rich   | {'mode':'template','msgKey':'sampleActionCard6','msgParam':{'title':'a','text':'b','buttonTitle1':'c','buttonURL1':'d'}} | msgParam | did you mean buttonUrl1?
            rich   | {'mode':'template','msgKey':'sampleLink','msgParam':{'title':'a'}}         | msgParam | must have text
            update | {'mode':'text','content':'x'}                                              | messageId | is missing
            update | {'messageId':'m','content':'x'}                                            | mode | is missing
            recall | {'message_id':'m'}                                                         | message_id | did you mean messageId?
            users  | {'pageSize':0}                                                             | pageSize | 1 to 100
            """)
    void refusesAFaultyArgumentByItsNameAndSendsNothing(String tool, String json, String argument, String says) throws Exception {
        int before = bot.simulator().requests().size();
        HttpResponse<String> answer = call(Map.of("text", TEXT, "rich", RICH, "update", UPDATE, "recall", RECALL, "users",
                "dingtalk_list_users").get(tool), json);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        String message = JSON.readTree(answer.body()).at("/error/message").asText();
        assertThat(message).containsIgnoringCase(argument).contains(says);
        assertThat(bot.simulator().requests()).hasSize(before);
    }

    @Test
    void refusesStrangersAndToolsThereAreNot() throws Exception {
        HttpResponse<String> stranger = HTTP.send(HttpRequest.newBuilder(URI.create(url(TEXT)))
                .POST(HttpRequest.BodyPublishers.ofString("{}")).build(), HttpResponse.BodyHandlers.ofString());
        HttpResponse<String> unknown = call("dingtalk_send_text_notifcation", "{}");

        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("did you mean " + TEXT, RECALL, "dingtalk_list_users", "dingtalk_send_file");
    }

    @Test
    void isDescribedByOpenApiArgumentByArgument() throws Exception {
        String url = bot.webhookUrl("main").replace("webhook/main", "openapi.json");
        assertThat(bot.get(url).statusCode()).isEqualTo(401);
        HttpResponse<String> answer = HTTP.send(HttpRequest.newBuilder(URI.create(url)).header("Authorization", "Bearer " + TOKEN).build(),
                HttpResponse.BodyHandlers.ofString());
        JsonNode api = JSON.readTree(answer.body());

        assertThat(answer.headers().firstValue("content-type")).contains("application/json; charset=utf-8");
        assertThat(api.path("openapi").asText()).startsWith("3.");
        for (Tool tool : Tool.values()) {
            JsonNode schema = api.path("paths").path("/api/dingtalk/tools/" + tool.wireName())
                    .at("/post/requestBody/content/application~1json/schema");
            List<String> names = new ArrayList<>();
            schema.path("properties").fieldNames().forEachRemaining(names::add);
            assertThat(names).as(tool.wireName())
                    .containsExactlyInAnyOrderElementsOf(tool.arguments().stream().map(Argument::name).toList());
            assertThat(StreamSupport.stream(schema.path("required").spliterator(), false).map(JsonNode::asText).toList())
                    .as(tool.wireName())
                    .containsExactlyElementsOf(tool.arguments().stream().filter(Argument::required).map(Argument::name).toList());
            assertThat(schema.path("properties").path("mode").path("enum")).as(tool.wireName()).extracting(JsonNode::asText)
                    .containsExactlyElementsOf(tool.argument("mode").map(Argument::words).orElse(List.of()));
        }
        api.findValuesAsText("$ref").forEach(ref -> assertThat(api.at(ref.substring(1)).isObject()).as(ref).isTrue());
        for (var route : bot.context().getRoutes()) {
            String uri = route.getEndpoint().getEndpointUri();
            if (uri.startsWith("platform-http:") && !uri.contains("webhook/") && !uri.contains("tools/") && !uri.contains("openapi")
                    && !uri.contains("/mcp")) {
                assertThat(api.path("paths").has(URLDecoder.decode(uri.replaceAll("^platform-http:/*", "/").replaceAll("\\?.*", ""),
                        StandardCharsets.UTF_8))).as(uri).isTrue();
            }
        }
    }

    @Test
    void resolvesTemplatesInTheStateListsIncludedAndOnlyOnce() throws Exception {
        String one = newPerson();
        String other = newPerson();
        JsonNode result = result(TEXT, """
                {'recipient_type':'user_id','recipient_id':'{{team.members}}','content':'{{ order.lines[1].name }}: {{order.lines}} {{evil}} ${header.x}',
                 'state':{'team':{'members':['%s','%s']},'order':{'lines':[{'name':'a'},{'name':'b'}]},'evil':'{{team}}'}}""".formatted(one, other));

        assertThat(result.path("successCount").asInt()).isEqualTo(2);
        assertThat(to(other)).extracting(Delivery::text).containsExactly("b: [{\"name\":\"a\"},{\"name\":\"b\"}] {{team}} ${header.x}");
    }

    @Test
    void doesARequestOnceForEveryCallerAndEveryInterval() throws Exception {
        String one = newPerson();
        String json = "{\"requestId\":\"req-" + one + "\",\"recipient_type\":\"user_id\",\"recipient_id\":\"" + one
                + "\",\"content\":\"once\"}";
        bot.simulator().faults().on(ApiFamily.ROBOT).slow(Duration.ofMillis(400));
        List<CompletableFuture<HttpResponse<String>>> together = Stream.generate(() -> calling(TEXT, json)).limit(3).toList();
        List<String> answers = new ArrayList<>(together.stream().map(call -> call.join().body()).toList());
        answers.add(call(TEXT, json).body());

        assertThat(answers).containsOnly(answers.get(0));
        assertThat(answers.get(0)).contains("\"successCount\":1");
        assertThat(to(one)).hasSize(1);
        HttpResponse<String> others = call(TEXT, json.replace("once", "twice"));
        assertThat(others.statusCode()).isEqualTo(409);
        assertThat(others.body()).contains("requestId");
        HttpResponse<String> faulty = call(TEXT, "{'requestId':'faulty','content':''}");
        assertThat(faulty.statusCode()).isEqualTo(400);
        assertThat(result(TEXT, "{'requestId':'faulty','content':'right now'}").path("successCount").asInt()).isEqualTo(1);
    }

    @Test
    void saysThatTheOutcomeIsUnknownWhenTheTimeIsOverAndTheSameRequestTellsItLater() throws Exception {
        String one = newPerson();
        bot.simulator().faults().on(ApiFamily.ROBOT).slow(Duration.ofSeconds(4));
        String json = "{'requestId':'slow-" + one + "','timeoutMs':300,'recipient_type':'user_id','recipient_id':'" + one
                + "','content':'late'}";
        JsonNode first = result(TEXT, json);
        JsonNode notBegun = result(TEXT, "{'timeoutMs':200,'recipient_type':'user_id','recipient_id':'" + one + "','content':'after it'}");
        JsonNode later = result(TEXT, json.replace("300", "9000"));

        assertThat(first.at("/results/0/error/code").asText()).isEqualTo("outcomeUnknown");
        assertThat(notBegun.at("/results/0/error/code").asText()).isEqualTo("timeout");
        assertThat(later.path("successCount").asInt()).isEqualTo(1);
        assertThat(to(one)).extracting(Delivery::text).containsExactly("late");
    }

    @Test
    void triesAgainWhatCanBeTriedAgainAndTellsWhatCanNot() throws Exception {
        String one = newPerson();
        bot.simulator().faults().on(ApiFamily.ROBOT).times(2).fail(503);
        assertThat(result(TEXT, "{'recipient_type':'user_id','recipient_id':'" + one + "','content':'third time'}").path("successCount")
                .asInt()).isEqualTo(1);
        bot.simulator().faults().on(ApiFamily.ROBOT).noPermission();
        JsonNode refused = result(TEXT, "{'recipient_type':'user_id','recipient_id':'" + one + "','content':'no'}");
        assertThat(refused.at("/results/0/error/code").asText()).isEqualTo("Forbidden.AccessDenied.AccessTokenPermissionDenied");
        assertThat(refused.at("/results/0/error/hint").asText()).contains("qyapi_robot_sendmsg");
        assertThat(to(one)).hasSize(1);
    }

    @Test
    void tellsEachRecipientItsOwnReasonWhereDingTalkRefusesThemAll() throws Exception {
        JsonNode result = result(TEXT, "{'recipient_type':'user_id','recipient_id':['stranger','flooded'],'content':'to none'}");

        assertThat(texts(result.path("results"), "target")).containsExactly("user_id:stranger", "user_id:flooded");
        assertThat(result.at("/results/0/error/code").asText()).isEqualTo("invalidStaffId");
        assertThat(result.at("/results/1/error/code").asText()).isEqualTo("flowControlled");
    }

    @Test
    void sendsNoFurtherMessageOfATextToRecipientsThatMissedOne() throws Exception {
        String one = newPerson();
        bot.simulator().faults().on(ApiFamily.ROBOT).noPermission();
        JsonNode result = result(TEXT, "{'recipient_type':'user_id','recipient_id':'" + one + "','content':'" + "words ".repeat(90) + "'}");

        assertThat(result.at("/results/0/error/code").asText()).isEqualTo("Forbidden.AccessDenied.AccessTokenPermissionDenied");
        assertThat(requests("/v1.0/robot/oToMessages/batchSend", one)).hasSize(1);
        assertThat(to(one)).isEmpty();
    }

    @Test
    void noAddressOfACustomRobotAndNoRecipientBecomesAnEndpoint() throws Exception {
        String one = newPerson();
        bot.simulator().addCustomRobot(CustomRobot.of("endpoint-token-7", GROUP));
        result(TEXT, "{'recipient_type':'webhook','recipient_id':'" + bot.simulator().url()
                + "/robot/send?access_token=endpoint-token-7','content':'to a robot'}");
        result(TEXT, "{'recipient_type':'user_id','recipient_id':'" + one + "','content':'to a person'}");

        assertThat(to(one)).hasSize(1);
        assertThat(bot.context().getEndpoints()).extracting(endpoint -> endpoint.getEndpointUri())
                .anyMatch(uri -> uri.startsWith("dingtalk://send")).noneMatch(uri -> uri.contains("endpoint-token-7") || uri.contains(one));
    }

    @Test
    void keepsACardOnRecordWhoseAnswerWasLost() throws Exception {
        bot.simulator().faults().on(ApiFamily.CARD).dropAfter();
        JsonNode lost = result(RICH,
                "{'mode':'template','msgKey':'own.schema','msgParam':{'a':'1'},'recipient_type':'chat_id','recipient_id':'" + GROUP + "'}");
        assertThat(lost.at("/results/0/error/code").asText()).isEqualTo("outcomeUnknown");
        String messageId = lost.at("/results/0/messageId").asText();

        JsonNode updated = result(UPDATE, "{'messageId':'" + messageId + "','mode':'template','msgKey':'own.schema','msgParam':{'b':'2'}}");

        assertThat(updated.at("/results/0/target").asText()).isEqualTo("chat_id:" + GROUP);
        assertThat(bot.simulator().card(messageId).params()).isEqualTo(Map.of("a", "1", "b", "2"));
    }

    @Test
    void leavesRoomForTheWebhookHoweverManyCallsWait() throws Exception {
        bot.simulator().faults().on(ApiFamily.ROBOT).untilCleared().slow(Duration.ofSeconds(2));
        List<CompletableFuture<HttpResponse<String>>> calls = IntStream.range(0, 135)
                .mapToObj(i -> calling(TEXT, "{\"recipient_type\":\"user_id\",\"recipient_id\":\"many" + i + "\",\"content\":\"slow\"}"))
                .toList();
        Awaitility.await().atMost(Bot.PATIENCE).pollInterval(Duration.ofMillis(10))
                .until(() -> requests("/v1.0/robot/oToMessages/batchSend", "many").size() >= 20);

        assertThat(bot.say(UserMessage.text("hello").from(newPerson())).accepted()).isTrue();

        assertThat(calls).anyMatch(call -> !call.isDone()).allMatch(call -> call.join().body().contains("\"successCount\":1"));
    }

    @Test
    void isCalledByRoutesToo() throws Exception {
        String one = newPerson();
        var template = bot.context().createFluentProducerTemplate();
        Object result = template.to("direct:tool").withVariable("tool", TEXT)
                .withBody(Map.of("recipient_type", "user_id", "recipient_id", List.of(one), "content", "from a route")).request(Map.class)
                .get("successCount");

        assertThat(result).isEqualTo(1);
        assertThat(to(one)).extracting(Delivery::text).containsExactly("from a route");
    }

    @Test
    @Timeout(300)
    void keepsTheOrderOfEachRecipientUnderThrottlingAndSendsNothingTwice() throws Exception {
        // 1,000 by -Dtools.notifications=1000
        int calls = Integer.getInteger("tools.notifications", 84);
        int users = 20;
        bot.simulator().faults().on(ApiFamily.ROBOT).untilCleared().limit(20, Duration.ofSeconds(1), Duration.ZERO);
        List<CompletableFuture<HttpResponse<String>>> under = new ArrayList<>();
        List<CompletableFuture<?>> last = new ArrayList<>(IntStream.rangeClosed(0, users)
                .mapToObj(i -> CompletableFuture.completedFuture(null)).toList());
        for (int i = 0; i < calls; i++) {
            int to = i % (users + 1);
            String body = "{\"timeoutMs\":40000,\"recipient_type\":\"" + (to == users ? "chat_id" : "user_id") + "\",\"recipient_id\":\""
                    + (to == users ? "cidFAKEgroup0002==" : "storm" + to) + "\",\"content\":\"storm " + i + "\"}";
            CompletableFuture<HttpResponse<String>> next = last.get(to).thenCompose(before -> calling(TEXT, body));
            last.set(to, next);
            under.add(next);
        }
        assertThat(under).allMatch(call -> call.join().body().contains("\"successCount\":1"));
        for (int to = 0; to <= users; to++) {
            int first = to;
            List<String> expected = IntStream.range(0, calls).filter(i -> i % (users + 1) == first).mapToObj(i -> "storm " + i).toList();
            assertThat(to == users ? bot.replies("cidFAKEgroup0002==") : to("storm" + to).stream().map(Delivery::text).toList())
                    .isEqualTo(expected);
        }
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void knowsItAllAfterARestart() throws Exception {
        String one = newPerson();
        String json = "{'requestId':'before','recipient_type':'user_id','recipient_id':'" + one + "','content':'before'}";
        JsonNode before = result(TEXT, json);
        String cut = "{'requestId':'cut','recipient_type':'user_id','recipient_id':'" + one + "','content':'cut short'}";
        result(TEXT, cut);
        // as a crash leaves it: begun, some of it perhaps sent, and no result
        write("update tool_request set result = null where request_id = 'cut'");
        write("delete from sent_message where request_id = 'cut'");
        bot.stop();
        bot.start();

        assertThat(result(TEXT, json)).isEqualTo(before);
        JsonNode unknown = result(TEXT, cut);
        assertThat(unknown.at("/results/0/error/code").asText()).isEqualTo("outcomeUnknown");
        assertThat(result(TEXT, cut)).isEqualTo(unknown);
        assertThat(to(one)).hasSize(2);
        assertThat(result(RECALL, "{'messageId':'" + before.at("/results/0/messageId").asText() + "'}").path("successCount").asInt())
                .isEqualTo(1);
    }
}
