package io.github.dingtalkcamel.inbound;

import static org.assertj.core.api.Assertions.assertThat;
import io.github.dingtalkcamel.component.message.BadMessageException;
import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.component.message.MessageParser;
import io.github.dingtalkcamel.inbound.MessageFilter.DropReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MessageFilterTest {

    private static final String QUOTA = "'errorCode':20001,'errorMessage':'used up'";
    private static final String TEXT = "'text':{'content':'hi'}";

    private static DropReason dropReason(String conversationType, String fields) throws BadMessageException {
        String json = "{'msgId':'m','msgtype':'text','conversationType':'" + conversationType
                + "','conversationId':'c','senderId':'s','chatbotUserId':'bot'," + fields + "}";
        return new MessageFilter().dropReason(new MessageParser(Language.EN).parse("main", json.replace('\'', '"')));
    }

    @Test
    void admitsEveryDmWithTextOrAttachment() throws Exception {
        assertThat(dropReason("1", TEXT)).isNull();
        assertThat(dropReason("1", "'msgtype':'picture','content':{'downloadCode':'c'}")).isNull();
    }

    @Test
    void admitsGroupMessagesOnlyWithTheMention() throws Exception {
        assertThat(dropReason("2", TEXT + ",'isInAtList':true")).isNull();
        assertThat(dropReason("2", TEXT + ",'atUsers':[{'dingtalkId':'bot'}]")).isNull();
        assertThat(dropReason("2", TEXT)).isEqualTo(DropReason.NOT_MENTIONED);
        assertThat(dropReason("2", TEXT + ",'isInAtList':false")).isEqualTo(DropReason.NOT_MENTIONED);
    }

    @Test
    void dropsTheRobotsOwnMessages() throws Exception {
        assertThat(dropReason("1", TEXT + ",'senderId':'bot'")).isEqualTo(DropReason.OWN_MESSAGE);
    }

    @Test
    void dropsWhatIsEmpty() throws Exception {
        assertThat(dropReason("1", "'text':{'content':' \u200B'}")).isEqualTo(DropReason.EMPTY);
        assertThat(dropReason("2", "'text':{'content':' '},'isInAtList':true")).isEqualTo(DropReason.EMPTY);
    }

    @Test
    void tellsTheQuotaApartAlsoWhereTheMentionIsWithheld() throws Exception {
        assertThat(dropReason("1", QUOTA)).isEqualTo(DropReason.QUOTA_EXCEEDED);
        assertThat(dropReason("2", QUOTA)).isEqualTo(DropReason.QUOTA_EXCEEDED);
        assertThat(dropReason("1", QUOTA + "," + TEXT)).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void everyReasonHasItsSentence(DropReason reason) {
        assertThat(reason.sentence()).isNotBlank();
    }
}
