package io.github.dingtalkcamel.component.message;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CardTextTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static String quoted(String json) {
        return JSON.getNodeFactory().textNode(json).toString();
    }

    private static InboundMessage card(String content) throws BadMessageException {
        return new MessageParser(Language.EN).parse("main",
                "{\"msgId\":\"m\",\"msgtype\":\"interactiveCard\",\"conversationType\":\"1\",\"conversationId\":\"c\","
                + "\"senderId\":\"s\",\"content\":" + content + "}");
    }

    private static String direct(String content) throws BadMessageException {
        return card(content).text();
    }

    private static String quote(String content) throws BadMessageException {
        return new MessageParser(Language.EN).parse("main",
                "{\"msgId\":\"m\",\"msgtype\":\"text\",\"conversationType\":\"1\",\"conversationId\":\"c\","
                + "\"senderId\":\"s\",\"text\":{\"content\":\"x\",\"repliedMsg\":{\"msgType\":\"interactiveCard\",\"msgId\":\"q\",\"content\":" + content + "}}}")
                .quote().text();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{'elements':[{'type':'text','value':'Leave'},{'children':[{'value':'three days'}]}]} | Leave/three days",
            "[{'value':'a'},{'value':{'value':'b'}},{'value':5},{'value':''},{'value':null},{'value':true}] | a/b/5",
            "{'value':'only'} | only",
            "[{'value':'same'},{'value':'same'}] | same",
            "[{'type':'image','value':'@media'},{'type':'text','value':'beside a picture'}] | beside a picture"})
    void readsATreeOfElementsAsJsonAndAsAString(String tree, String text) throws Exception {
        String json = tree.replace('\'', '"');
        String expected = text.replace('/', '\n');
        for (String content : new String[] {"{\"cardContent\":" + json + "}", "{\"cardContent\":" + quoted(json) + "}",
                quoted("{\"cardContent\":" + json + "}")}) {
            assertThat(direct(content)).as(content).isEqualTo(expected);
            assertThat(quote(content)).as(content).isEqualTo(expected);
        }
    }

    @Test
    void readsTheVariablesOfACardAsJsonAndAsAString() throws Exception {
        String params = "{\"flowStatus\":\"3\",\"content\":\"Q3 is "
                + "done\",\"title\":\"Report\",\"amount\":\"120\",\"done\":\"true\",\"empty\":\"\","
                + "\"sys_full_json_obj\":\"{\\\"msgButtons\\\":[{\\\"text\\\":\\\"OK\\\"}]}\",\"rows\":\"[{\\\"value\\\":\\\"row\\\"}]\"}";
        for (String content : new String[] {"{\"cardData\":{\"cardParamMap\":" + params + "}}",
                "{\"cardData\":{\"cardParamMap\":" + quoted(params) + "}}",
                "{\"cardData\":" + quoted("{\"cardParamMap\":" + params + "}") + "}"}) {
            assertThat(direct(content)).as(content).isEqualTo("Report\nQ3 is done\n120\nrow");
            assertThat(quote(content)).as(content).isEqualTo("Report\nQ3 is done\n120\nrow");
        }
        Map<String, String> ours = new LinkedHashMap<>();
        ours.put("markdown", "# Deploy?");
        ours.put("title", "Question");
        assertThat(CardText.ofParams(ours)).isEqualTo("Question\n# Deploy?");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{'content':'plain'} | plain", "{'content':'{@value@:@within@}'} | within", "{'cardContent':'not json'} | not json",
            "{'cardContent':{},'title':'T'} | T", "{'cardContent':{'value':'tree'},'biz_custom_action_url':'https://x.example'} | tree",
            "{'biz_custom_action_url':'https://x.example','title':'T'} | https://x.example"})
    void readsTheOtherShapes(String content, String text) throws Exception {
        String json = content.replace('\'', '"').replace("@", "\\\"");
        assertThat(direct(json)).isEqualTo(text);
        assertThat(quote(json)).isEqualTo(text);
        assertThat(direct("\"just text\"")).isEqualTo("just text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "null", "5", "[]", "\"\"", "{\"cardContent\":5}", "{\"cardData\":[]}",
            "{\"cardData\":{\"cardParamMap\":null}}", "{\"title\":7,\"content\":{\"x\":1}}", "{\"cardContent\":\"{broken\",\"x\":1}"})
    void refusesNoMessageForItsCard(String content) throws Exception {
        assertThat(direct(content)).isIn("[unknown: interactiveCard]", "{broken");
    }

    @Test
    void boundsDepthElementsAndCharacters() throws Exception {
        String deep = "{\"children\":[".repeat(25) + "{\"value\":\"deepest\"}" + "]}".repeat(25);
        assertThat(direct("{\"cardContent\":" + deep + "}")).isEqualTo("[unknown: interactiveCard]");
        assertThat(direct("{\"cardContent\":" + quoted("{\"a\":".repeat(10_000)) + "}")).hasSize(20_000);

        StringBuilder many = new StringBuilder("[");
        for (int i = 0; i < 2_000; i++) {
            many.append("{\"value\":\"v").append(i).append("\"},");
        }
        String text = direct("{\"cardContent\":" + many + "{\"value\":\"last\"}]}");
        assertThat(text.lines()).hasSize(500).startsWith("v0").endsWith("v499");

        String emoji = "😀".repeat(15_000);
        assertThat(direct("{\"content\":\"" + emoji + "\"}")).hasSize(20_000).doesNotContain("\ufffd");
        assertThat(direct("{\"content\":\"x" + emoji + "\"}")).hasSize(19_999);
        assertThat(direct("{\"content\":\"a\\u0000b\"}")).isEqualTo("a\ufffdb");
    }

    private static JsonNode json(String text) throws Exception {
        return JSON.readTree(text);
    }

    @Test
    void readsFortyLevelsAndNoMore() throws Exception {
        String forty = "[".repeat(40) + "{\"value\":\"deep\"}" + "]".repeat(40);
        assertThat(CardText.of(json(forty))).isEqualTo("deep");
        assertThat(CardText.of(json("[" + forty + "]"))).isEmpty();
        String values = "{\"value\":".repeat(41) + "\"deep\"" + "}".repeat(41);
        assertThat(CardText.of(json("[" + values.substring(9, values.length() - 1) + "]"))).isEqualTo("deep");
        assertThat(CardText.of(json("[" + values + "]"))).isEmpty();
    }

    @Test
    void readsFiveThousandElementsAndNoMore() throws Exception {
        assertThat(CardText.of(json("[" + "{},".repeat(4_998) + "{\"value\":\"last\"}]"))).isEqualTo("last");
        assertThat(CardText.of(json("[" + "{},".repeat(4_999) + "{\"value\":\"last\"}]"))).isEmpty();
    }

    @Test
    void cutsTheTextsOfOneCardTogether() throws Exception {
        String text = CardText.of(json("[{\"value\":\"" + "a".repeat(15_000) + "\"},{\"value\":\"" + "b".repeat(6_000)
                + "\"},{\"value\":\"c\"}]"));
        assertThat(text).isEqualTo("a".repeat(15_000) + "\n" + "b".repeat(5_000));
    }

    @Test
    void readsVariablesThatAreNoObjectAsElements() throws Exception {
        assertThat(CardText.of(json("{\"cardData\":{\"cardParamMap\":[{\"value\":\"listed\"}]}}"))).isEqualTo("listed");
    }
}
