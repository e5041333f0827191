package io.github.dingtalkcamel.component.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;
import io.github.dingtalkcamel.component.message.InboundMessage.AttachmentKind;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.InboundMessage.MentionedUser;
import io.github.dingtalkcamel.component.message.InboundMessage.Quote;
import io.github.dingtalkcamel.component.message.InboundMessage.Sender;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageParserTest {

    private static final MessageParser ENGLISH = new MessageParser(Language.EN);
    private static final MessageParser CHINESE = new MessageParser(Language.ZH_HANS);
    private static final String BOT = "{\"dingtalkId\":\"$:LWCP_v1:$fakebot000\"}";
    private static final String LI = "{\"dingtalkId\":\"$:LWCP_v1:$fakeuser02\",\"staffId\":\"staff002\",\"unionId\":\"unionFAKE002\"}";

    /** The example of docs/protocol.md 3.1. */
    private static final String GROUP = """
            {"senderPlatform":"Mac","conversationId":"cidFAKEgroup0001==","openThreadId":"cidFAKEgroup0001==",
             "atUsers":[%s,%s],"chatbotCorpId":"dingfakecorp","chatbotUserId":"$:LWCP_v1:$fakebot000","msgId":"msgFAKE0001==",
             "senderNick":"Zhang San","isAdmin":true,"senderStaffId":"staff001","senderUnionId":"unionFAKE001",
             "sessionWebhookExpiredTime":1769605400456,"createAt":1769600000456,"senderCorpId":"dingfakecorp","conversationType":"2",
             "senderId":"$:LWCP_v1:$fakeuser01","conversationTitle":"Ops room","isInAtList":true,
             "sessionWebhook":"https://oapi.dingtalk.com/robot/sendBySession?session=0123456789abcdef",
             "text":{"content":" restart the build"},"robotCode":"dingfakeappkey000001","msgtype":"text"}
            """.formatted(BOT, LI);

    /** The group's example with some fields replaced; a null takes one away. */
    private static String with(String fields) {
        try {
            ObjectMapper mapper = new ObjectMapper();
            ObjectNode message = (ObjectNode) mapper.readTree(GROUP);
            message.setAll((ObjectNode) mapper.readTree("{" + fields + "}"));
            return message.toString();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static InboundMessage parse(String json) throws BadMessageException {
        return ENGLISH.parse("main", json);
    }

    private static InboundMessage parseWith(String fields) throws BadMessageException {
        return parse(with(fields));
    }

    private static InboundMessage content(String type, String content) throws BadMessageException {
        return parseWith("\"msgtype\":\"" + type + "\",\"text\":null,\"content\":" + content);
    }

    private static String quoted(String text) {
        return new ObjectMapper().getNodeFactory().textNode(text).toString();
    }

    @Nested
    class Envelope {

        @Test
        void readsTheExampleOfTheProtocol() throws Exception {
            InboundMessage message = parse(GROUP);
            assertThat(message.integration()).isEqualTo("main");
            assertThat(message.msgId()).isEqualTo("msgFAKE0001==");
            assertThat(message.type()).isEqualTo("text");
            assertThat(message.conversationType()).isEqualTo(ConversationType.GROUP);
            assertThat(message.conversationType().publicName()).isEqualTo("group");
            assertThat(message.conversationId()).isEqualTo("cidFAKEgroup0001==");
            assertThat(message.conversationTitle()).isEqualTo("Ops room");
            assertThat(message.sender())
                    .isEqualTo(new Sender("$:LWCP_v1:$fakeuser01", "staff001", "unionFAKE001", "Zhang San", true));
            assertThat(message.chatbotUserId()).isEqualTo("$:LWCP_v1:$fakebot000");
            assertThat(message.robotCode()).isEqualTo("dingfakeappkey000001");
            assertThat(message.mentioned()).isTrue();
            assertThat(message.fromRobotItself()).isFalse();
            assertThat(message.createdAt()).isEqualTo(Instant.ofEpochMilli(1769600000456L));
            assertThat(message.text()).isEqualTo("restart the build");
            assertThat(message.attachments()).isEmpty();
            assertThat(message.quote()).isNull();
            assertThat(message.sessionWebhook())
                    .isEqualTo(URI.create("https://oapi.dingtalk.com/robot/sendBySession?session=0123456789abcdef"));
            assertThat(message.sessionWebhookExpiresAt()).isEqualTo(Instant.ofEpochMilli(1769605400456L));
            assertThat(message.mentionedUsers())
                    .containsExactly(new MentionedUser("$:LWCP_v1:$fakeuser02", "staff002", "unionFAKE002"));
            assertThat(message.quota()).isNull();
            assertThat(message.empty()).isFalse();
        }

        @Test
        void readsBytesAndTreesAlike() throws Exception {
            assertThat(ENGLISH.parse("main", GROUP.getBytes(StandardCharsets.UTF_8))).isEqualTo(parse(GROUP));
            assertThat(ENGLISH.parse("main", Body.read(GROUP).json())).isEqualTo(parse(GROUP));
        }

        @Test
        void needsNoMoreThanFiveFields() throws Exception {
            InboundMessage message = parse(
                    "{\"msgId\":\"m\",\"msgtype\":\"text\",\"conversationType\":\"1\",\"conversationId\":\"c\",\"senderId\":\"s\"}");
            assertThat(message.conversationType()).isEqualTo(ConversationType.DM);
            assertThat(message.conversationType().publicName()).isEqualTo("dm");
            assertThat(message.sender()).isEqualTo(new Sender("s", null, null, null, false));
            assertThat(message.createdAt()).isNull();
            assertThat(message.sessionWebhook()).isNull();
            assertThat(message.sessionWebhookExpiresAt()).isNull();
            assertThat(message.mentioned()).isFalse();
            assertThat(message.empty()).isTrue();
        }

        @ParameterizedTest
        @ValueSource(strings = {"msgId", "msgtype", "conversationType", "conversationId", "senderId"})
        void namesTheFieldThatIsMissingOrEmpty(String field) {
            for (String value : List.of("null", "\"\"", "\"  \"")) {
                assertThatThrownBy(() -> parseWith("\"" + field + "\":" + value)).as(value).isInstanceOf(BadMessageException.class)
                        .hasMessageContaining("the field " + field + " is").hasMessageContaining("must be a string");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {
                "'msgId':1", "'msgId':{}", "'msgtype':[]", "'conversationType':2", "'conversationType':'3'", "'conversationId':true",
                "'senderId':5", "'senderNick':{}", "'senderStaffId':7", "'isAdmin':'yes'", "'isInAtList':'true'", "'atUsers':{}",
                "'atUsers':['x']", "'atUsers':[{'dingtalkId':5}]", "'text':[]", "'text':'hello'", "'text':{'content':5}",
                "'text':{'content':{}}", "'createAt':true", "'createAt':'soon'", "'createAt':1.5", "'createAt':-1",
                "'createAt':1e999999999", "'createAt':99999999999999999999", "'createAt':'999999999999999'", "'sessionWebhook':5",
                "'sessionWebhookExpiredTime':{}", "'robotCode':[]", "'conversationTitle':[]", "'msgtype':'picture','content':'x'",
                "'msgtype':'picture','content':[]", "'msgtype':'picture','content':{'downloadCode':5}",
                "'msgtype':'audio','content':{'duration':{},'downloadCode':'c'}", "'msgtype':'richText','content':{'richText':{}}",
                "'msgtype':'richText','content':{'richText':['x']}", "'msgtype':'richText','content':{'richText':[{'text':5}]}",
                "'msgtype':'file','content':{'fileName':[]}"})
        void refusesFieldsOfTheWrongType(String fields) {
            assertThatThrownBy(() -> parseWith(fields.replace('\'', '"'))).isInstanceOfSatisfying(BadMessageException.class,
                    refused -> assertThat(refused.code()).isEqualTo(BadMessageException.Code.BAD_FIELD));
        }

        @Test
        void saysWhereWhatAndWhatInstead() {
            assertThatThrownBy(() -> parseWith("\"text\":{\"content\":5}"))
                    .hasMessage("the field text.content is a number; it must be a string");
            assertThatThrownBy(() -> parseWith("\"conversationType\":\"s3cr3t\""))
                    .hasMessageContaining("\"1\" (DM) or \"2\" (group)").hasMessageNotContaining("s3cr3t");
            assertThatThrownBy(() -> content("richText", "{\"richText\":[{},{\"text\":[]}]}"))
                    .hasMessageStartingWith("the field content.richText[1].text is an array");
        }

        @Test
        void takesTimesAsStringsToo() throws Exception {
            InboundMessage message = parseWith("\"createAt\":\"1769600000456\",\"sessionWebhookExpiredTime\":\"1769605400456\"");
            assertThat(message.createdAt()).isEqualTo(Instant.ofEpochMilli(1769600000456L));
            assertThat(message.sessionWebhookExpiresAt()).isEqualTo(Instant.ofEpochMilli(1769605400456L));
        }

        @Test
        void takesNormalForNoRobotCodeAndEmptyForNoStaffId() throws Exception {
            assertThat(parseWith("\"robotCode\":\"normal\"").robotCode()).isNull();
            assertThat(parseWith("\"senderStaffId\":\"\"").sender().staffId()).isNull();
        }

        @Test
        void toleratesTheFieldsOfDelegatesAndUnknownOnes() throws Exception {
            assertThat(parseWith("\"hostingContext\":{\"userId\":\"u\",\"nick\":\"n\"},\"conversationMsgContext\":"
                    + "[{\"readStatus\":\"2\",\"senderUserId\":\"u\",\"sendTime\":1}],\"new\":[[]]").text()).isEqualTo("restart the build");
        }

        @Test
        void knowsTheRobotsOwnMessages() throws Exception {
            assertThat(parseWith("\"senderId\":\"$:LWCP_v1:$fakebot000\"").fromRobotItself()).isTrue();
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {
                "'isInAtList':true,'atUsers':null                | true",
                "'isInAtList':false                              | false",
                "'isInAtList':null                               | true",
                "'isInAtList':null,'atUsers':[]                  | false",
                "'isInAtList':null,'atUsers':null                | false",
                "'isInAtList':null,'atUsers':[{'staffId':'u'}]   | false",
                "'isInAtList':null,'chatbotUserId':null          | false"})
        void countsAMentionOnlyWhenSure(String fields, boolean mentioned) throws Exception {
            assertThat(parseWith(fields.replace('\'', '"').replace("\"\"", "'")).mentioned()).isEqualTo(mentioned);
        }

        @ParameterizedTest
        @ValueSource(strings = {"ftp://oapi.dingtalk.com/x", "//oapi.dingtalk.com/x", "/x", "https:x", "https://a b/",
                "javascript:alert(1)", "https://oapi.dingtalk.com@evil.example/x", "file:///etc/passwd", "", "https://"})
        void takesAnythingButAWebUrlForNoSessionWebhook(String url) throws Exception {
            assertThat(parseWith("\"sessionWebhook\":" + quoted(url)).sessionWebhook()).isNull();
        }

        @Test
        void keepsSecretsAndTextsOutOfItsTextForm() throws Exception {
            String shown = parseWith("\"text\":{\"content\":\"private\",\"isReplyMsg\":true,\"repliedMsg\":"
                    + "{\"msgId\":\"q\",\"msgType\":\"text\",\"content\":{\"text\":\"private\"}}}").toString();
            assertThat(shown).contains("msgFAKE0001==", "main").doesNotContain("private", "sendBySession", "0123456789abcdef");
            InboundMessage picture = content("picture", "{\"downloadCode\":\"private\"}");
            assertThat(picture + " " + picture.attachments()).doesNotContain("private");
            assertThat(String.valueOf(new Quote("q", "text", null, null, null, "private", List.of(), null, null)))
                    .doesNotContain("private");
        }

        @Test
        void boundsIdsAndCutsNames() throws Exception {
            assertThat(parseWith("\"msgId\":\"" + "m".repeat(512) + "\"").msgId()).hasSize(512);
            assertThatThrownBy(() -> parseWith("\"msgId\":\"" + "m".repeat(513) + "\"")).hasMessageContaining("msgId")
                    .hasMessageContaining("513").hasMessageNotContaining("mmm");
            InboundMessage message = parseWith("\"senderNick\":\"" + "n".repeat(255) + "😀\",\"conversationTitle\":\"a\\nb" + "t".repeat(999)
                    + "\"");
            assertThat(message.sender().nick()).isEqualTo("n".repeat(255));
            assertThat(message.conversationTitle()).hasSize(256).startsWith("a bt");
        }

        @Test
        void replacesWhatNoDatabaseStores() throws Exception {
            InboundMessage message =
                    parse("{\"msgId\":\"m\\u0000\",\"msgtype\":\"text\",\"conversationType\":\"1\",\"conversationId\":\"c\","
                    + "\"senderId\":\"s\",\"senderNick\":\"\\ud800\",\"text\":{\"content\":\"a\\u0000b\\udc00c\\ud83d\\ude00\\ud83d\"}}");
            assertThat(message.msgId()).isEqualTo("m\uFFFD");
            assertThat(message.sender().nick()).isEqualTo("\uFFFD");
            assertThat(message.text()).isEqualTo("a\uFFFDb\uFFFDc😀\uFFFD");
        }

        @Test
        void boundsLists() throws Exception {
            String users = (LI + ",").repeat(5000) + BOT;
            String pictures = "{\"type\":\"picture\",\"downloadCode\":\"c\"},".repeat(5000) + "{\"text\":\"end\"}";
            InboundMessage message = content("richText", "{\"richText\":[" + pictures + "]},\"isInAtList\":null,\"atUsers\":[" + users
                    + "]");
            assertThat(message.mentionedUsers()).hasSize(200);
            assertThat(message.mentioned()).isTrue();
            assertThat(message.attachments()).hasSize(200);
            assertThat(message.text()).endsWith("[picture]end");
        }
    }

    @Nested
    class Mention {

        private static String group(String text, String... atUsers) throws BadMessageException {
            return parseWith("\"text\":{\"content\":" + quoted(text) + "},\"atUsers\":[" + String.join(",", atUsers) + "]").text();
        }

        private static String direct(String text) throws BadMessageException {
            return parseWith("\"conversationType\":\"1\",\"atUsers\":null,\"isInAtList\":null,\"text\":{\"content\":" + quoted(text) + "}")
                    .text();
        }

        @ParameterizedTest
        @ValueSource(strings = {"@bot /new", " /new", "\u00A0/new", "\u200B/new", "\u2005/new\u2005", "\uFEFF /new", "@bot\u2005/new",
                "\u00A0@bot\u00A0/new", "@bot \u200B /new\n", " @bot /new", "\u200B@bot\t/new", "@Ops robot\u2005/new", "\u3000/new\u3000"})
        void itAndTheBlanksAroundItComeOffBeforeACommand(String text) throws Exception {
            assertThat(group(text, BOT)).isEqualTo("/new");
        }

        @Test
        void itComesOffBeforeAText() throws Exception {
            assertThat(group("@bot hello @bot", BOT)).isEqualTo("hello @bot");
            assertThat(group("\u00A0@机器人\u2005你好", BOT)).isEqualTo("你好");
            assertThat(group("@bot，你好", BOT)).isEqualTo("，你好");
            assertThat(group("@bot @李四 看一下", BOT, LI)).isEqualTo("@李四 看一下");
            assertThat(group("@bot", BOT)).isEmpty();
            assertThat(group(" ", BOT)).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"@李四 请看", "a@example.com is my address", "git@host:repo.git fails", "hello @bot", "/ask @bot", "@", "@ x"})
        void everythingElseStays(String text) throws Exception {
            assertThat(group(text, BOT, LI)).isEqualTo(text);
            assertThat(group(" " + text, BOT, LI)).isEqualTo(text);
        }

        @Test
        void aWordAfterTheSpaceThatDingTalkLeavesIsNoMention() throws Exception {
            assertThat(group(" @Override does not compile", BOT)).isEqualTo("@Override does not compile");
        }

        @Test
        void theFirstMentionStaysWhenUnsure() throws Exception {
            assertThat(group("@李四 @bot hi", LI, BOT)).isEqualTo("@李四 @bot hi");
        }

        @Test
        void inADmOnlyACommandTellsItFromOtherWords() throws Exception {
            assertThat(direct("@Override does not compile")).isEqualTo("@Override does not compile");
            assertThat(direct("@types/node is missing")).isEqualTo("@types/node is missing");
            assertThat(direct("@bot /new")).isEqualTo("/new");
        }

        @Test
        void inAnUnsureGroupNothingComesOff() throws Exception {
            assertThat(parseWith("\"isInAtList\":false,\"text\":{\"content\":\"@bot /new\"}").text()).isEqualTo("@bot /new");
        }

        private static String rich(String atUsers, String items) throws BadMessageException {
            return content("richText", "{\"richText\":[" + items.replace('\'', '"') + "]},\"atUsers\":[" + atUsers + "]").text();
        }

        @Test
        void inRichTextItIsAnItemOfItsOwn() throws Exception {
            assertThat(rich(BOT, "{'text':'@Ops robot'},{'text':' look at this'}")).isEqualTo("look at this");
            assertThat(rich(BOT, "{'text':'@机器人'},{'text':'看看这个'}")).isEqualTo("看看这个");
            assertThat(rich(BOT, "{'text':'@bot /new'},{'text':' x'}")).isEqualTo("/new x");
            assertThat(rich(BOT, "{'text':'@bot look'},{'type':'picture','downloadCode':'c'}")).isEqualTo("look[picture]");
            assertThat(rich(BOT + "," + LI, "{'text':'@bot'},{'text':' '},{'text':'@李四'},{'text':' hi'}")).isEqualTo("@李四 hi");
            assertThat(rich(BOT + "," + LI, "{'text':'@李四'},{'text':' hi'}")).isEqualTo("@李四 hi");
        }

        @Test
        void inRichTextItMayCarryAnId() throws Exception {
            String bot = "{'type':'at','atName':'Ops robot','atUserId':'$:LWCP_v1:$fakebot000'}";
            String li = "{'type':'at','atName':'李四','atUserId':'$:LWCP_v1:$fakeuser02'}";
            assertThat(rich(BOT + "," + LI, bot + ",{'text':' hi'}")).isEqualTo("hi");
            assertThat(rich(BOT + "," + LI, "{'text':' '}," + bot + ",{'text':' hi '}," + bot)).isEqualTo("hi @Ops robot");
            assertThat(rich(BOT + "," + LI, li + "," + bot + ",{'text':' hi'}")).isEqualTo("@李四@Ops robot hi");
            assertThat(rich(BOT, li + ",{'text':' hi'}")).isEqualTo("@李四 hi");
            assertThat(rich(BOT, "{'type':'at','atName':'Ops robot'},{'text':' hi'}")).isEqualTo("hi");
        }
    }

    @Nested
    class Kinds {

        private static Attachment attachment(AttachmentKind kind, String fileName, Duration duration, String format) {
            return new Attachment(kind, "dc", fileName, duration, format);
        }

        private static String chinese(String type, String content) throws BadMessageException {
            return CHINESE.parse("main", with("\"msgtype\":\"" + type + "\",\"text\":null,\"content\":" + content)).text();
        }

        @Test
        void richTextGivesItsTextAndPictures() throws Exception {
            InboundMessage message = content("richText", "{\"richText\":[{\"text\":\"@Ops robot\"},{\"text\":\" look at this\\n\"},"
                    + "{\"type\":\"picture\",\"downloadCode\":\"dcFAKE+/==\",\"pictureDownloadCode\":\"pdcFAKE+/==\"}]},\"atUsers\":[" + BOT
                    + "]");
            assertThat(message.text()).isEqualTo("look at this\n[picture]");
            assertThat(message.attachments())
                    .containsExactly(new Attachment(AttachmentKind.PICTURE, "dcFAKE+/==", null, null, null));
        }

        @Test
        void richTextTakesOldAndOtherSpellings() throws Exception {
            assertThat(content("richText", "{\"richTextList\":[{\"text\":\"old\"}]}").text()).isEqualTo("old");
            assertThat(content("richText",
                    "{\"richText\":[{\"msgType\":\"text\",\"content\":\"a\"},{\"msgType\":\"picture\",\"downloadCode\":\"dc\"}]}")
                    .text()).isEqualTo("a[picture]");
            assertThat(content("richText",
                    "{\"richText\":[{\"text\":\"hi \"},{\"type\":\"emoji\",\"name\":\"[微笑]\"},{\"type\":\"hologram\"},{}]}")
                    .text()).isEqualTo("hi [微笑][unknown: hologram]");
            assertThat(content("richText", "{\"richText\":[{\"text\":\"a\"},{\"type\":\"text\"},{\"text\":\" \"},{\"text\":\"b\"}]}")
                    .text())
                    .isEqualTo("a b");
        }

        @Test
        void richTextWithoutItemsIsEmpty() throws Exception {
            assertThat(content("richText", "{\"richText\":[]}").empty()).isTrue();
            assertThat(content("richText", "{}").empty()).isTrue();
        }

        @Test
        void picturesGiveAForm() throws Exception {
            InboundMessage message = content("picture", "{\"downloadCode\":\"dc\",\"pictureDownloadCode\":\"pdc\"}");
            assertThat(message.text()).isEqualTo("[picture]");
            assertThat(message.attachments()).containsExactly(attachment(AttachmentKind.PICTURE, null, null, null));
            assertThat(content("picture", "{\"pictureDownloadCode\":\"dc\"}").attachments()).hasSize(1);
            assertThat(chinese("picture", "{\"downloadCode\":\"dc\"}")).isEqualTo("[图片]");
        }

        @Test
        void speechGivesWhatWasRecognised() throws Exception {
            InboundMessage message = content("audio", "{\"duration\":4000,\"downloadCode\":\"dc\",\"recognition\":\"hello there\"}");
            assertThat(message.text()).isEqualTo("hello there");
            assertThat(message.attachments()).containsExactly(attachment(AttachmentKind.AUDIO, null, Duration.ofSeconds(4), null));
            assertThat(content("audio", "{\"duration\":\"4000\",\"downloadCode\":\"dc\",\"recognition\":\"\"}").text())
                    .isEqualTo("[voice]");
            assertThat(chinese("audio", "{\"downloadCode\":\"dc\"}")).isEqualTo("[语音]");
        }

        @Test
        void videosAndFilesGiveAForm() throws Exception {
            InboundMessage video = content("video", "{\"duration\":\"4000\",\"downloadCode\":\"dc\",\"videoType\":\"mp4\"}");
            assertThat(video.text()).isEqualTo("[video]");
            assertThat(video.attachments()).containsExactly(attachment(AttachmentKind.VIDEO, null, Duration.ofSeconds(4), "mp4"));
            InboundMessage file =
                    content("file", "{\"downloadCode\":\"dc\",\"fileName\":\"report.pdf\",\"spaceId\":\"s\",\"fileId\":\"f\"}");
            assertThat(file.text()).isEqualTo("[file: report.pdf]");
            assertThat(file.attachments()).containsExactly(attachment(AttachmentKind.FILE, "report.pdf", null, null));
            assertThat(content("file", "{\"downloadCode\":\"dc\"}").text()).isEqualTo("[file]");
            assertThat(chinese("video", "{\"downloadCode\":\"dc\"}")).isEqualTo("[视频]");
            assertThat(chinese("file", "{\"downloadCode\":\"dc\",\"fileName\":\"报告.pdf\"}")).isEqualTo("[文件: 报告.pdf]");
        }

        @Test
        void unknownTypesAreNamed() throws Exception {
            assertThat(content("hologram", "{\"x\":1}").text()).isEqualTo("[unknown: hologram]");
            assertThat(content("hologram", "\"a string\"").text()).isEqualTo("[unknown: hologram]");
            assertThat(content("hologram", "null").text()).isEqualTo("[unknown: hologram]");
            assertThat(content("unknownMsgType", "{\"unknownMsgType\":\"redEnvelope\"}").text()).isEqualTo("[unknown: redEnvelope]");
            assertThat(content("unknownMsgType", "{}").text()).isEqualTo("[unknown: unknownMsgType]");
            assertThat(chinese("hologram", "{}")).isEqualTo("[未知消息: hologram]");
        }

        @Test
        void kindsOnlySeenInTheFieldGiveTheirText() throws Exception {
            assertThat(content("interactiveCard", "{\"biz_custom_action_url\":\"https://x.example/?route=previewDentry\"}").text())
                    .isEqualTo("https://x.example/?route=previewDentry");
            assertThat(content("interactiveCard", "{\"title\":\"Plan\"}").text()).isEqualTo("Plan");
            assertThat(content("interactiveCard", "{}").text()).isEqualTo("[unknown: interactiveCard]");
            assertThat(content("chatRecord", "{\"title\":\"Chat\",\"summary\":\"A: hi\",\"chatRecord\":\"[]\"}").text())
                    .isEqualTo("Chat\nA: hi");
            assertThat(content("chatRecord", "{\"summary\":\"A: hi\",\"chatRecord\":[]}").text()).isEqualTo("A: hi");
            assertThat(content("markdown", "{\"title\":\"T\",\"text\":\"# T\"}").text()).isEqualTo("# T");
            assertThat(content("actionCard", "{\"title\":\"T\",\"text\":\"body\",\"actionUrlItemList\":[]}").text()).isEqualTo("body");
            assertThat(parseWith("\"msgtype\":\"reply\"").text()).isEqualTo("restart the build");
        }

        @Test
        void contentThatTheQuotaWithheldIsToldApart() throws Exception {
            InboundMessage documented = parseWith("\"text\":null,\"errorCode\":20001,\"errorMessage\":\"quota used up\"");
            assertThat(documented.empty()).isTrue();
            assertThat(documented.quota().message()).isEqualTo("quota used up");
            InboundMessage other = content("hologram", "null,\"errCode\":\"20001\",\"errMsg\":\"quota used up\"");
            assertThat(other.empty()).isTrue();
            assertThat(other.quota().message()).isEqualTo("quota used up");
            assertThat(parseWith("\"errorCode\":0").quota()).isNull();
            assertThat(parseWith("\"text\":{}").empty()).isTrue();
            assertThat(content("picture", "null").empty()).isTrue();
        }
    }

    @Nested
    class Quotes {

        private static Quote quote(String text) throws BadMessageException {
            return parseWith(("'text':{'content':' what?'," + text + "}").replace('\'', '"')).quote();
        }

        @Test
        void readsTheExampleOfTheProtocol() throws Exception {
            InboundMessage message = parseWith(("'text':{'content':' what does this mean?','isReplyMsg':true,'repliedMsg':{"
                    + "'createdAt':1769599900000,'senderId':'$:LWCP_v1:$fakeuser02','senderNick':'Li','msgType':'text',"
                    + "'msgId':'msgFAKEquoted==','content':{'text':'error 42'}}},'originalMsgId':'msgFAKEquoted=='").replace('\'', '"'));
            assertThat(message.text()).isEqualTo("what does this mean?");
            assertThat(message.quote()).isEqualTo(new Quote("msgFAKEquoted==", "text", "$:LWCP_v1:$fakeuser02", "Li",
                    Instant.ofEpochMilli(1769599900000L), "error 42", List.of(), null, null));
        }

        @Test
        void readsContentThatIsAString() throws Exception {
            assertThat(quote("'repliedMsg':{'msgType':'text','msgId':'q','content':'{\\'text\\':\\'error 42\\'}'}".replace("\\'", "\\\""))
                    .text())
                    .isEqualTo("error 42");
            assertThat(quote("'repliedMsg':{'msgType':'text','msgId':'q','content':'just text'}").text()).isEqualTo("just text");
            assertThat(quote("'repliedMsg':{'msgType':'text','msgId':'q','content':'{not json'}").text()).isEqualTo("{not json");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {
                "picture         | {\"downloadCode\":\"dc\"}                                             | [picture]        | 1",
                "audio           | {\"downloadCode\":\"dc\",\"recognition\":\"hi\"}                      | hi               | 1",
                "video           | {\"downloadCode\":\"dc\"}                                             | [video]          | 1",
                "file            | {\"fileName\":\"a.pdf\"}                                              | [file: a.pdf]    | 0",
                "chatRecord      | {\"summary\":\"s\",\"title\":\"t\"}                                   | t s              | 0",
                "interactiveCard | {\"biz_custom_action_url\":\"https://x.example\"}                     | https://x.example | 0",
                "richText        | {\"richText\":[{\"msgType\":\"text\",\"content\":\"a "
                + "\"},{\"msgType\":\"picture\",\"downloadCode\":\"dc\"},"
                        + "{\"type\":\"at\",\"atName\":\"Li\"}]}                                          | a [picture]@Li   | 1"})
        void readsEveryTypeQuoted(String type, String content, String text, int attachments) throws Exception {
            Quote quote = quote("\"repliedMsg\":{\"msgType\":\"" + type + "\",\"content\":" + content + "}");
            assertThat(quote.text().replace('\n', ' ')).isEqualTo(text);
            assertThat(quote.attachments()).hasSize(attachments);
        }

        @Test
        void takesTheTextOfWhatTheRobotSentFromWhatWasSent() throws Exception {
            MessageParser parser = new MessageParser(Language.EN,
                    new Known(Map.of("pqk", "sent by key", "track", "a card", "webhook-id", "by session"), Map.of()));
            for (String quoted : List.of("'originalProcessQueryKey':'pqk'", "'originalMsgId':'m','originalProcessQueryKey':'pqk'",
                    "'text':{'content':'x','repliedMsg':{'msgType':'interactiveCard','msgId':'m','content':{}}},'originalProcessQueryKey':'pqk'",
                    "'text':{'content':'x','repliedMsg':{'msgType':'interactiveCard','content':{'title':'a "
                    + "summary'}}},'originalProcessQueryKey':'pqk'")) {
                assertThat(parser.parse("main", with(quoted.replace('\'', '"'))).quote().text()).as(quoted).isEqualTo("sent by key");
            }
            for (String quoted : List.of("'repliedMsg':{'msgType':'interactiveCard','content':{'outTrackId':'track'}}",
                    "'repliedMsg':{'msgType':'interactiveCard','content':'{@outTrackId@:@track@}'}",
                    "'repliedMsg':{'outTrackId':'track'}")) {
                Quote quote = parser.parse("main", with(("'text':{'content':'x'," + quoted + "}").replace('\'', '"').replace("@", "\\\"")))
                        .quote();
                assertThat(quote.text()).as(quoted).isEqualTo("a card");
                assertThat(quote.outTrackId()).isEqualTo("track");
            }
            assertThat(parser.parse("main", with("\"originalMsgId\":\"webhook-id\"")).quote().text()).isEqualTo("by session");
            assertThat(parser.parse("main", with("\"originalProcessQueryKey\":\"other\"")).quote().text()).isEmpty();
            assertThat(parser.parse("main",
                    with("\"text\":{\"content\":\"x\",\"repliedMsg\":{\"msgType\":\"interactiveCard\",\"msgId\":\"m\",\"content\":{}}}"))
                    .quote().text()).as("another robot's card").isEqualTo("[unknown: interactiveCard]");
        }

        @Test
        void takesAQuotedMessageThatIsOnlyNamedFromWhatWasReceivedInTheConversation() throws Exception {
            String picture = with("\"msgtype\":\"picture\",\"content\":{\"downloadCode\":\"dc\"}");
            MessageParser parser = new MessageParser(Language.EN,
                    new Known(Map.of(), Map.of("cid q", with("\"text\":{\"content\":\" earlier\"},\"senderNick\":\"Li\""),
                    "cid p", picture, "cid broken", "{")));
            Quote quote = parser.parse("main", inConversation("cid", "\"originalMsgId\":\"q\"")).quote();
            assertThat(quote.text()).isEqualTo("earlier");
            assertThat(quote.senderNick()).isEqualTo("Li");
            assertThat(quote.msgId()).isEqualTo("q");
            assertThat(parser.parse("main", inConversation("cid", "\"originalMsgId\":\"p\"")).quote().attachments()).hasSize(1);
            assertThat(parser.parse("main", inConversation("elsewhere", "\"originalMsgId\":\"q\"")).quote().text()).isEmpty();
            assertThat(parser.parse("main", inConversation("cid", "\"originalMsgId\":\"broken\"")).quote().text()).isEmpty();
            assertThat(parser.parse("main", inConversation("cid",
                    "\"text\":{\"content\":\"x\",\"repliedMsg\":{\"msgId\":\"q\",\"msgType\":\"text\",\"content\":{\"text\":\"told\"}}}"))
                    .quote().text()).isEqualTo("told");
        }

        private static String inConversation(String conversationId, String fields) {
            return with("\"conversationId\":\"" + conversationId + "\"," + fields);
        }

        private record Known(Map<String, String> texts, Map<String, String> messages) implements EarlierMessages {
            @Override
            public Optional<String> sent(String integration, Collection<String> keys) {
                return keys.stream().map(texts::get).filter(Objects::nonNull).findFirst();
            }

            @Override
            public Optional<String> received(String integration, String conversationId, String msgId) {
                return Optional.ofNullable(messages.get(conversationId + " " + msgId));
            }
        }

        @Test
        void readsWhatIsLeftWhenTheContentIsMissing() throws Exception {
            assertThat(parseWith("\"originalMsgId\":\"q\"").quote())
                    .isEqualTo(new Quote("q", null, null, null, null, "", List.of(), null, null));
            assertThat(parseWith("\"originalProcessQueryKey\":\"pqk\"").quote().processQueryKey()).isEqualTo("pqk");
            assertThat(quote("'isReplyMsg':true")).isNull();
        }

        @Test
        void readsTheFlagsOfRichText() throws Exception {
            InboundMessage message = content("richText", "{\"richText\":[{\"text\":\"why\"}],\"isReplyMsg\":true,"
                    + "\"repliedMsg\":{\"msgId\":\"q\",\"msgType\":\"text\",\"content\":{\"text\":\"because\"}}}");
            assertThat(message.text()).isEqualTo("why");
            assertThat(message.quote().text()).isEqualTo("because");
        }

        @Test
        void readsOlderShapes() throws Exception {
            Quote quote = parseWith("\"quoteMessage\":{\"msgId\":\"q\",\"msgtype\":\"text\",\"text\":{\"content\":\"old\"},"
                    + "\"senderNick\":\"Li\",\"senderId\":\"s\"}").quote();
            assertThat(quote).isEqualTo(new Quote("q", "text", "s", "Li", null, "old", List.of(), null, null));
            assertThat(parseWith("\"content\":{\"quoteContent\":\"older\"}").quote().text()).isEqualTo("older");
            assertThat(parseWith("\"content\":{\"quoteContent\":{\"text\":\"older\"}}").quote().text()).isEqualTo("older");
        }

        @ParameterizedTest
        @ValueSource(strings = {"'repliedMsg':5", "'repliedMsg':[]", "'repliedMsg':{}", "'repliedMsg':{'msgId':5,'content':5}",
                "'repliedMsg':{'content':{'text':[]}}", "'repliedMsg':{'msgType':{},'content':[1]}", "'repliedMsg':'x'"})
        void neverRefusesAMessageForItsQuote(String text) throws Exception {
            assertThat(quote(text)).isNull();
        }

        @Test
        void keepsTheIdOfAQuoteItCannotRead() throws Exception {
            Quote quote = quote("'repliedMsg':{'msgId':'q','msgType':'richText','createdAt':'x','content':{'richText':5}}");
            assertThat(quote).isEqualTo(new Quote("q", "richText", null, null, null, "", List.of(), null, null));
        }

        @Test
        void isNotImpressedByDepthWithinAString() throws Exception {
            String deep = "{\"a\":".repeat(10_000);
            Quote quote = parseWith("\"text\":{\"content\":\"x\",\"repliedMsg\":{\"content\":" + quoted(deep) + "}}").quote();
            assertThat(quote.text()).isEqualTo(deep);
        }
    }

    @Nested
    class Limits {

        @Test
        void timesReachToTheYear9999() throws Exception {
            assertThat(parseWith("\"createAt\":0").createdAt()).isEqualTo(Instant.EPOCH);
            assertThat(parseWith("\"createAt\":\"253402300799999\"").createdAt()).isEqualTo(Instant.parse("9999-12-31T23:59:59.999Z"));
            assertThatThrownBy(() -> parseWith("\"createAt\":253402300800000"))
                    .hasMessageStartingWith("the field createAt is a number that is none or out of range; it must be a whole number");
            assertThatThrownBy(() -> parseWith("\"createAt\":\"x\"")).hasMessageStartingWith("the field createAt is a string that is none");
            assertThatThrownBy(() -> parseWith("\"createAt\":[]")).hasMessageStartingWith("the field createAt is an array; it must be");
        }

        @Test
        void tellsAFieldThatIsMissingFromOneThatIsEmpty() {
            assertThatThrownBy(() -> parseWith("\"msgId\":null")).hasMessageStartingWith("the field msgId is missing;");
            assertThatThrownBy(() -> parseWith("\"msgId\":\" \"")).hasMessageStartingWith("the field msgId is empty;");
        }

        @Test
        void aUrlMayHave4096CharactersAndIsHiddenFromThenOn() throws Exception {
            String url = "https://oapi.example/hooks/" + "q7".repeat(2_034) + "z";
            assertThat(url).hasSize(4_096);
            assertThat(parseWith("\"sessionWebhook\":" + quoted(url)).sessionWebhook()).hasToString(url);
            assertThat(parseWith("\"sessionWebhook\":" + quoted(url + "z")).sessionWebhook()).isNull();
            assertThat(KnownSecrets.clean("asked " + url)).isEqualTo("asked ***");
        }

        @Test
        void showsNothingOfWhatPeopleWrite() throws Exception {
            InboundMessage message = parseWith(("'text':{'content':'hush','quoteMessage':{'msgId':'q','msgtype':'text','text':"
                    + "{'content':'hush'}}}").replace('\'', '"'));
            assertThat(message.toString()).doesNotContain("hush").endsWith("quote=true]").contains("characters=4");
            assertThat(parse(GROUP).toString()).endsWith("quote=false]");
            assertThat(message.quote()).hasToString("Quote[msgId=q, type=text, processQueryKey=null]");
            assertThat(content("picture", "{\"downloadCode\":\"hush\"}").attachments()).singleElement()
                    .hasToString("Attachment[PICTURE]");
        }

        @Test
        void aSenderIsNamedByTheStaffIdAndWithoutOneByDingTalksId() throws Exception {
            assertThat(parse(GROUP).sender().userId()).isEqualTo("staff001");
            assertThat(parseWith("\"senderStaffId\":null").sender().userId()).isEqualTo("$:LWCP_v1:$fakeuser01");
        }

        @Test
        void aRichTextsItemWithoutTypeIsTextBeforeItIsAPicture() throws Exception {
            assertThat(content("richText", "{\"richText\":[{\"downloadCode\":\"d\"}]}").attachments()).hasSize(1);
            InboundMessage text = content("richText", "{\"richText\":[{\"text\":\"x\",\"downloadCode\":\"d\"}]}");
            assertThat(text.text()).isEqualTo("x");
            assertThat(text.attachments()).isEmpty();
            assertThat(content("richText", "{\"richText\":[{\"type\":\"text\",\"downloadCode\":\"d\"}]}").empty()).isTrue();
        }

        @Test
        void onlyTextsOfARichTextHoldMentions() throws Exception {
            assertThat(content("richText", "{\"richText\":[{\"text\":\"@Li hi \"},{\"type\":\"emoji\",\"text\":\"@smile\"}]}").text())
                    .as("one mention for two users: Li's, and the robot's was taken off already").isEqualTo("@Li hi @smile");
            assertThat(content("richText", "{\"richText\":[{\"type\":\"emoji\",\"text\":\"@Ops robot\"},{\"text\":\"@Li\"}]}").text())
                    .isEqualTo("@Ops robot@Li");
        }

        @Test
        void aQuoteIsReadAsFarAsItCanBe() throws Exception {
            Quote quote = parseWith("\"quoteMessage\":{\"msgId\":\"q\",\"msgtype\":\"text\",\"senderNick\":5,\"senderId\":{},"
                    + "\"text\":{\"content\":\"old\"}}").quote();
            assertThat(quote).isEqualTo(new Quote("q", "text", null, null, null, "old", List.of(), null, null));
            assertThat(parseWith("\"text\":{\"content\":\"x\",\"quoteContent\":{\"msgId\":\"q\",\"text\":\"said\"}}").quote())
                    .isEqualTo(new Quote("q", null, null, null, null, "said", List.of(), null, null));
            assertThat(parseWith("\"quoteMessage\":{\"msgId\":\"q\",\"msgtype\":\"text\",\"content\":[{\"value\":\"x\"}]}").quote().text())
                    .as("elements that no card holds").isEmpty();
        }
    }
}
