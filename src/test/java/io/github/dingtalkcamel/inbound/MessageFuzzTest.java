package io.github.dingtalkcamel.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.Blanks;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.message.MessageParser;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Every input is a message or a {@link BadMessageException}; any other exception fails these tests. */
class MessageFuzzTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final MessageParser PARSER = new MessageParser(Language.ZH_HANS);

    private static final List<String> SEEDS = List.of(
            "'msgtype':'text','text':{'content':'@bot hi','isReplyMsg':true,'repliedMsg':{'msgId':'q','msgType':'file','content':"
                    + "{'fileName':'f','downloadCode':'c'}}}",
            "'msgtype':'richText','content':{'richText':[{'text':'@bot'},{'type':'picture','downloadCode':'c'},"
                    + "{'type':'at','atName':'n','atUserId':'bot'},{'type':'emoji','name':'e'}],'repliedMsg':{'content':'{}'}}",
            "'msgtype':'audio','content':{'duration':4000,'downloadCode':'c','recognition':'r'},'quoteMessage':{'text':{'content':'x'}}",
            "'msgtype':'chatRecord','content':{'title':'t','summary':'s','quoteContent':'x'},'errorCode':20001,'errMsg':'m'");

    private static ObjectNode seed(int which) {
        try {
            return (ObjectNode) MAPPER.readTree(("{'msgId':'m','conversationType':'2','conversationId':'c','senderId':'s','senderNick':'n',"
                    + "'atUsers':[{'dingtalkId':'bot'},{'staffId':'u'}],'chatbotUserId':'bot','isInAtList':true,'createAt':1,'isAdmin':false,"
                    + "'sessionWebhook':'https://h/x','sessionWebhookExpiredTime':2,'robotCode':'r'," + SEEDS.get(which) + "}")
                    .replace('\'', '"'));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Provide
    Arbitrary<JsonNode> json() {
        Arbitrary<String> names = Arbitraries.oneOf(Arbitraries.of("msgId", "msgtype", "text", "content", "richText", "type", "atUsers",
                "dingtalkId", "downloadCode", "repliedMsg", "msgType", "duration"), Arbitraries.strings().ofMaxLength(5));
        Arbitrary<JsonNode> leaves = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20).map(NODES::textNode),
                Arbitraries.of("text", "picture", "@bot /x", "\uD800", "\u0000", "{\"text\":1}", "{", "@", "@\u2005", "normal", "20001")
                        .map(NODES::textNode),
                Arbitraries.longs().map(NODES::numberNode),
                Arbitraries.doubles().map(NODES::numberNode),
                Arbitraries.bigIntegers().map(NODES::numberNode),
                Arbitraries.of(true, false).map(NODES::booleanNode),
                Arbitraries.just(NODES.nullNode()));
        return Arbitraries.lazyOf(
                () -> leaves, () -> leaves,
                () -> json().list().ofMaxSize(3).map(items -> (JsonNode) NODES.arrayNode().addAll(items)),
                () -> net.jqwik.api.Combinators.combine(names, json()).as((name, value) -> {
                    ObjectNode object = NODES.objectNode();
                    object.set(name, value);
                    return object;
                }));
    }

    @Property(tries = 1000)
    void aMessageWithAnyValueAnywhereIsReadOrRefused(@ForAll @IntRange(max = 3) int which, @ForAll @IntRange(max = 1000) int place,
            @ForAll("json") JsonNode value) {
        ObjectNode message = seed(which);
        List<Runnable> places = new ArrayList<>();
        places(message, value, places);
        places.get(place % places.size()).run();
        readOrRefused(message);
    }

    @Property(tries = 500)
    void aMessageWithTwoOddValuesIsReadOrRefused(@ForAll @IntRange(max = 3) int which, @ForAll("json") JsonNode text,
            @ForAll("json") JsonNode content) {
        readOrRefused(seed(which).<ObjectNode>set("text", text).<ObjectNode>set("content", content));
    }

    @Property(tries = 500)
    void anyJsonIsReadOrRefused(@ForAll("json") JsonNode json) {
        try {
            PARSER.parse("main", json.toString());
        } catch (BadMessageException e) {
            assertThat(e.getMessage()).hasSizeLessThan(300);
        }
    }

    @Property(tries = 500)
    void anyTextIsReadOrRefused(@ForAll String text) {
        try {
            PARSER.parse("main", text);
        } catch (BadMessageException e) {
            assertThat(e.getMessage()).hasSizeLessThan(300);
        }
    }

    @Property(tries = 500)
    void aMessageCutOrDamagedAnywhereIsReadOrRefused(@ForAll @IntRange(max = 3) int which, @ForAll @IntRange(max = 2000) int at,
            @ForAll byte damage, @ForAll boolean cut) {
        byte[] bytes = seed(which).toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        bytes[at % bytes.length] = damage;
        try {
            check(PARSER.parse("main", cut ? java.util.Arrays.copyOf(bytes, at % bytes.length) : bytes));
        } catch (BadMessageException e) {
            assertThat(e.getMessage()).hasSizeLessThan(300);
        }
    }

    private static void readOrRefused(ObjectNode message) {
        try {
            check(PARSER.parse("main", message));
        } catch (BadMessageException e) {
            assertThat(e.getMessage()).hasSizeLessThan(300);
        }
    }

    private static void check(InboundMessage message) {
        assertThat(java.nio.charset.StandardCharsets.UTF_8.newEncoder().canEncode(message.text())).isTrue();
        assertThat(message.text()).doesNotContain("\u0000").isEqualTo(Blanks.trim(message.text()));
        assertThat(message.msgId()).isNotBlank();
        assertThat(message.toString()).hasSizeLessThan(4000);
    }

    /** Every place in the tree where the value can be put. */
    private static void places(JsonNode node, JsonNode value, List<Runnable> places) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> {
                places.add(() -> object.set(field.getKey(), value));
                places(field.getValue(), value, places);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int index = i;
                places.add(() -> array.set(index, value));
                places(array.get(i), value, places);
            }
        }
    }
}
