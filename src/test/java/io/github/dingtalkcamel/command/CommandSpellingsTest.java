package io.github.dingtalkcamel.command;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.message.MessageParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A command is found after any form of mention (docs/promises.md 6, docs/protocol.md 3.2), and nothing else is taken for one. */
class CommandSpellingsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final MessageParser PARSER = new MessageParser(Language.EN);
    private static final String ROBOT = "$:LWCP_v1:$robot";
    private static final String LI = "$:LWCP_v1:$li";

    private final Commands commands = new Commands(new Agents(), null);

    static Stream<Arguments> spellings() throws Exception {
        List<Arguments> all = new ArrayList<>();
        // in a group, the robot alone mentioned: what DingTalk leaves of the mention, what it does not take out, and every space there is
        for (String head : List.of("", " ", "  ", "\u00a0", "\u200b", "\u2005", "\u3000", "\ufeff", "\t", "\n", " \u200b\u00a0", "@Ops ",
                "@Ops\u2005", "@Ops\u00a0", "@Ops\u200b", "@Ops \u200b", "@Ops\n", "@Ops\u3000", "\u200b@Ops ", "\u2060@Ops\u2005 ",
                "@Ops robot\u2005", "@运维机器人 ", "@运维机器人\u2005")) {
            all.add(Arguments.of("group: " + shown(head), text(head + "/stop", false, true, false)));
        }
        // another person mentioned too, before, between and behind
        for (String said : List.of(" /stop @Li", "@Li /stop", " @Li /stop", "@Ops @Li /stop", "@Li @Ops /stop", "@Li\u2005@Ops\u2005/stop",
                "@Ops\u00a0@Li\u200b/stop", "@Ops /stop @Li", "@Li Wei\u2005/stop", "@李伟\u3000/stop")) {
            all.add(Arguments.of("with Li: " + shown(said), text(said, false, true, true)));
        }
        // in a DM, where a mention is not needed
        for (String said : List.of("/stop", " /stop ", "/STOP", "/Stop now", "/stop\u200b", "/stop\n\nplease", "@Ops /stop",
                "@Ops\u2005/stop", "\u200b/stop\u00a0it")) {
            all.add(Arguments.of("DM: " + shown(said), text(said, true, false, false)));
        }
        // rich text: the mention as a text, as an item with or without the robot's id, with its spaces anywhere
        for (String items : List.of("{'text':'/stop'}", "{'text':'@Ops robot'},{'text':' /stop'}",
                "{'text':'@Ops robot '},{'text':'/stop'}", "{'text':'@Ops /stop'}", "{'type':'at','atName':'Ops robot','atUserId':'" + ROBOT
                + "'},{'text':' /stop'}", "{'type':'at','atName':'Ops robot'},{'text':'/stop'}",
                "{'text':' '},{'type':'at','atName':'Ops','atUserId':'" + ROBOT + "'},{'text':'\u00a0/stop'}",
                "{'type':'at','atName':'@Ops','atUserId':'" + ROBOT + "'},{'text':'\u200b'},{'text':'/stop'}")) {
            all.add(Arguments.of("rich text: " + items, rich(items, false)));
        }
        for (String items : List.of("{'type':'at','atName':'Ops','atUserId':'" + ROBOT + "'},{'type':'at','atName':'Li','atUserId':'" + LI
                + "'},{'text':' /stop'}", "{'type':'at','atName':'Li','atUserId':'" + LI
                + "'},{'text':' '},{'type':'at','atName':'Ops','atUserId':'" + ROBOT + "'},{'text':' /stop'}",
                "{'text':'@Ops robot'},{'text':' /stop '},{'type':'at','atName':'Li','atUserId':'" + LI + "'}")) {
            all.add(Arguments.of("rich text with Li: " + items, rich(items, true)));
        }
        assertThat(all).hasSizeGreaterThanOrEqualTo(50);
        return all.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spellings")
    void findsTheCommand(String how, InboundMessage message) {
        assertThat(commands.nameOf(message)).as(message.text()).isEqualTo("stop");
    }

    @ParameterizedTest
    @ValueSource(strings = { "stop", "/stops", "/stop!", "please /stop", "//stop", "/ stop", "/", "", "/停", "/stop/new", "/etc/hosts",
            "a@b.com /stop", "@Li please /stop", "@Li @Wang @Zhao /stop", "\\/stop", "[picture]/stop" })
    void leavesTheRestToTheAgent(String said) throws Exception {
        assertThat(commands.nameOf(text(" " + said, false, true, true))).isNull();
    }

    @Test
    void knowsEveryCommandByEachOfItsWords() throws Exception {
        for (Command command : Command.values()) {
            for (String word : command.words()) {
                assertThat(commands.nameOf(text(word, true, false, false))).isEqualTo(command.code());
                assertThat(commands.nameOf(text(word.toUpperCase(java.util.Locale.ROOT) + " and more", true, false, false)))
                        .isEqualTo(command.code());
            }
        }
        assertThat(Stream.of(Command.values()).flatMap(command -> command.words().stream()))
                .containsExactlyInAnyOrder("/help", "/帮助", "/new", "/reset", "/新会话",
                "/stop", "/停止", "/retry", "/重试", "/status", "/状态", "/usage", "/用量", "/hooks", "/钩子", "/bind", "/绑定", "/unbind", "/解绑",
                "/agents", "/智能体", "/whoami", "/我是谁");
    }

    @Test
    void takesTheWordAfterTheCommandAndNoMore() throws Exception {
        assertThat(commands.argumentOf(text("@Li /bind\u00a0 help.desk\u200bplease", false, true, true))).isEqualTo("help.desk");
        assertThat(commands.argumentOf(text("/bind \u200b", true, false, false))).isNull();
        assertThat(commands.agentOf(text("/bind nobody", true, false, false))).isNull();
    }

    private static InboundMessage text(String content, boolean direct, boolean mentioned, boolean withLi) throws Exception {
        ObjectNode message = message(direct, mentioned, withLi).put("msgtype", "text");
        message.putObject("text").put("content", content);
        return PARSER.parse("main", message.toString());
    }

    private static InboundMessage rich(String items, boolean withLi) throws Exception {
        ObjectNode message = message(false, true, withLi).put("msgtype", "richText");
        message.putObject("content").set("richText", JSON.readTree("[" + items.replace('\'', '"') + "]"));
        return PARSER.parse("main", message.toString());
    }

    private static ObjectNode message(boolean direct, boolean mentioned, boolean withLi) {
        ObjectNode message = JSON.createObjectNode().put("msgId", "m").put("conversationType", direct ? "1" : "2")
                .put("conversationId", "cid")
                .put("senderId", "$:LWCP_v1:$x").put("chatbotUserId", ROBOT).put("isInAtList", mentioned);
        var users = message.putArray("atUsers");
        if (mentioned) {
            users.addObject().put("dingtalkId", ROBOT);
        }
        if (withLi) {
            users.addObject().put("dingtalkId", LI).put("staffId", "li");
        }
        return message;
    }

    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        text.chars().forEach(c -> shown.append(c > ' ' && c < 127
                || c > 0x3000 && c < 0xa000 ? String.valueOf((char) c) : "<%04x>".formatted(c)));
        return shown.toString();
    }
}
