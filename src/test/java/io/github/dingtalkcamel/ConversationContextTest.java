package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.simulator.platform.CustomRobot;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import io.github.dingtalkcamel.turn.AgentConstants;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an agent learns of what was said before: the text of quotes, and the history, with what tools sent. */
class ConversationContextTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEXT = "dingtalk_send_text_notification";
    private static final String RICH = "dingtalk_send_rich_notification";

    private static final BlockingQueue<Turn> TURNS = new LinkedBlockingQueue<>();
    private static Bot bot;
    private static int people;

    /** What an agent was given. */
    private record Turn(InboundMessage message, List<Map<String, Object>> history) {

        @SuppressWarnings("unchecked")
        static Turn of(Exchange exchange) {
            return new Turn(exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class),
                    exchange.getProperty(AgentConstants.HISTORY, List.class));
        }

        List<Object> texts() {
            return history.stream().map(entry -> entry.get("text")).toList();
        }

        String quote() {
            return message.quote().text();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        bot = Bot.withSettings(Map.of("dingtalk.api-token", "t0ken-for-tests", "dingtalk.fallback-agent", "listener"));
        bot.bean("listener", (Processor) exchange -> {
            TURNS.add(Turn.of(exchange));
            exchange.getMessage().setBody("heard " + exchange.getMessage().getBody(String.class));
        });
        bot.route("listener.camel.yaml", """
                - route:
                    id: listener
                    from:
                      uri: agent:listener
                      steps:
                        - process: { ref: listener }
                """);
        bot.start();
    }

    @AfterAll
    static void stop() throws Exception {
        bot.close();
    }

    private static String newPerson() {
        return "person" + people++;
    }

    private static Turn hear(UserMessage said) throws Exception {
        assertThat(bot.say(said).accepted()).isTrue();
        Turn turn = TURNS.poll(20, TimeUnit.SECONDS);
        assertThat(turn).as("a turn").isNotNull();
        return turn;
    }

    private static JsonNode call(String tool, String arguments) throws Exception {
        var answer = bot.post(bot.webhookUrl().replace("webhook/main", "tools/" + tool),
                arguments.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8),
                request -> request.header("Authorization", "Bearer t0ken-for-tests"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        JsonNode result = JSON.readTree(answer.body());
        assertThat(result.path("successCount").asInt()).as(answer.body()).isPositive();
        return result;
    }

    private static String messageId(JsonNode result) {
        return result.at("/results/0/messageId").asText();
    }

    private static Delivery shown(String person, int number) {
        String conversation = bot.simulator().dm(Bot.APP_KEY, person);
        bot.awaitReplies(conversation, number);
        return bot.simulator().deliveriesTo(conversation).get(number - 1);
    }

    @Test
    void aQuoteOfAReplyByTheRobotApiHasItsTextAlsoAfterARestart() throws Exception {
        String person = newPerson();
        hear(UserMessage.text("hello").from(person).sessionExpiresAt(Instant.now().plusSeconds(30)));
        String key = shown(person, 1).processQueryKey();
        assertThat(key).isNotNull();
        // people see it before the application has DingTalk's answer
        Awaitility.await().atMost(Bot.PATIENCE)
                .until(() -> !bot.rows("select 1 from sent_text where message_key = '" + key + "'").isEmpty());

        assertThat(hear(UserMessage.text("why?").from(person).quotingKey(key)).quote()).isEqualTo("heard hello");
        bot.stop();
        bot.start();
        assertThat(hear(UserMessage.text("why?").from(person).quotingKey(key)).quote()).isEqualTo("heard hello");
    }

    @Test
    void aQuoteOfWhatAToolSentHasItsText() throws Exception {
        String person = newPerson();
        String text = messageId(call(TEXT, "{'recipient_type':'user_id','recipient_id':'" + person + "','content':'backup failed'}"));
        assertThat(hear(UserMessage.text("why?").from(person).quotingKey(text)).quote()).isEqualTo("backup failed");

        String markdown = messageId(call(RICH, "{'recipient_type':'user_id','recipient_id':'" + person
                + "','mode':'markdown','title':'Nightly','markdown':'**two** hosts'}"));
        assertThat(hear(UserMessage.text("which?").from(person).quotingKey(markdown)).quote()).isEqualTo("Nightly\n\n**two** hosts");
    }

    @Test
    void aQuoteOfACardHasItsTextAsItIsNow() throws Exception {
        String person = newPerson();
        String card = messageId(call(RICH, "{'recipient_type':'user_id','recipient_id':'" + person
                + "','mode':'interactive','card':{'title':'Deploy',"
                + "'markdown':'Version 2?','buttons':[{'title':'Yes','action':'yes'}]}}"));
        String carrier = shown(person, 1).processQueryKey();
        String byTrack = "{\"msgType\":\"interactiveCard\",\"msgId\":\"q\",\"content\":{\"outTrackId\":\"" + card + "\"}}";
        assertThat(hear(UserMessage.text("what?").from(person).quoting(byTrack)).quote()).isEqualTo("Deploy\nVersion 2?");
        assertThat(hear(UserMessage.text("what?").from(person).quotingKey(carrier)).quote()).isEqualTo("Deploy\nVersion 2?");

        call("dingtalk_update_message", "{'messageId':'" + card + "','mode':'interactive','card':{'markdown':'Version 3?'}}");
        assertThat(hear(UserMessage.text("what?").from(person).quoting(byTrack)).quote()).isEqualTo("Deploy\nVersion 3?");
        assertThat(hear(UserMessage.text("what?").from(person).quotingKey(carrier)).quote()).isEqualTo("Deploy\nVersion 3?");
    }

    @Test
    void whatAToolSentToAPersonIsInTheHistoryWhenThePersonAnswers() throws Exception {
        String person = newPerson();
        call(TEXT, "{'recipient_type':'user_id','recipient_id':'" + person + "','content':'backup failed'}");
        Turn first = hear(UserMessage.text("why?").from(person));
        assertThat(first.texts()).as("to a user who had never written").containsExactly("backup failed");
        assertThat(first.history().get(0)).containsEntry("role", "assistant").containsOnlyKeys("role", "text", "at");
        shown(person, 2);

        call(RICH, "{'recipient_type':'user_id','recipient_id':'" + person
                + "','mode':'markdown','title':'Nightly','markdown':'**two** hosts'}");
        Turn second = hear(UserMessage.text("which?").from(person));
        assertThat(second.texts()).containsExactly("backup failed", "why?", "heard why?", "Nightly\n\n**two** hosts");
        assertThat(second.history().get(1)).containsEntry("role", "user").containsEntry("senderId", person)
                .containsEntry("senderNick", second.message().sender().nick());
    }

    @Test
    void whatAToolSentToAGroupIsInItsHistoryUntilItIsRecalledAndAsItWasUpdated() throws Exception {
        String group = "cidFAKEgroup0002==";
        String first = messageId(call(TEXT, "{'recipient_type':'chat_id','recipient_id':'" + group + "','content':'host a is down'}"));
        String second = messageId(call(TEXT, "{'recipient_type':'chat_id','recipient_id':'" + group + "','content':'host b is down'}"));
        String card = messageId(call(RICH, "{'recipient_type':'chat_id','recipient_id':'" + group
                + "','mode':'interactive','card':{'title':'Restart?',"
                + "'markdown':'host a','buttons':[{'title':'Yes','action':'yes'}]}}"));
        assertThat(hear(UserMessage.text("which?").from("staff001").inGroup(group)).texts())
                .containsExactly("host a is down", "host b is down", "Restart?\nhost a");
        bot.awaitReplies(group, 4);

        call("dingtalk_recall_message", "{'messageId':'" + first + "'}");
        call("dingtalk_update_message", "{'messageId':'" + second + "','mode':'text','content':'host b is up again'}");
        call("dingtalk_update_message", "{'messageId':'" + card + "','mode':'interactive','card':{'markdown':'host b'}}");
        Turn turn = hear(UserMessage.text("and now?").from("staff002").inGroup(group).quotingKey(first));
        assertThat(turn.texts()).containsExactly("Restart?\nhost b", "which?", "heard which?", "host b is up again");
        assertThat(turn.quote()).as("recalled").isEmpty();
        assertThat(turn.history().get(1)).containsEntry("senderId", "staff001");
    }

    @Test
    void whatACustomRobotSaysIsInNoHistory() throws Exception {
        // DingTalk says of no custom robot in which group it is
        bot.simulator().addCustomRobot(CustomRobot.of("r0bot", "cidFAKEgroup0003=="));
        call(TEXT, "{'recipient_type':'webhook','recipient_id':'" + bot.simulator().url()
                + "/robot/send?access_token=r0bot','content':'one-way'}");
        assertThat(hear(UserMessage.text("what?").from("staff001").inGroup("cidFAKEgroup0003==")).texts()).isEmpty();
    }

    @Test
    void aCardAndAQuotedCardHaveTheirText() throws Exception {
        String person = newPerson();
        String tree = "{\"cardContent\":\"{\\\"elements\\\":[{\\\"type\\\":\\\"text\\\",\\\"value\\\":\\\"Leave, three days\\\"}]}\"}";
        assertThat(hear(UserMessage.card(tree).from(person)).message().text()).isEqualTo("Leave, three days");
        assertThat(hear(UserMessage.text("ok?").from(person)
                .quoting("{\"msgType\":\"interactiveCard\",\"msgId\":\"q\",\"content\":" + tree + "}")).quote())
                .isEqualTo("Leave, three days");
    }

    @Test
    void aQuoteOfAPersonsMessageThatIsOnlyNamedHasItsTextAndItsSender() throws Exception {
        String group = "cidFAKEgroup0001==";
        Turn first = hear(UserMessage.text("the disk is full").from("staff002").inGroup(group));
        Turn second = hear(UserMessage.text("what does that mean?").from("staff001").inGroup(group)
                .with("{\"originalMsgId\":\"" + first.message().msgId() + "\"}"));
        assertThat(second.quote()).isEqualTo("the disk is full");
        assertThat(second.message().quote().senderNick()).isEqualTo(first.message().sender().nick());
    }
}
