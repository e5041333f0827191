package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.api.DingTalkException.Outcome;
import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.Person;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code dingtalk:send} reaches people and groups, and says whom it did not reach. */
class SendTest {

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    @Test
    void sendsMarkdownToAPersonAndSaysTheIdOfTheMessage() {
        Exchange sent = bare.send("dingtalk:send?recipientId=staff001", "# Build\n\nall **green**");

        assertThat(sent.getException()).isNull();
        Delivery delivery = bare.simulator().deliveriesTo(bare.dm("staff001")).get(0);
        assertThat(delivery.type()).isEqualTo("sampleMarkdown");
        assertThat(delivery.title()).isEqualTo("Build");
        assertThat(delivery.text()).isEqualTo("# Build\n\nall **green**");
        assertThat(sent.getMessage().getHeader("CamelDingTalkSentMessageId")).isEqualTo(delivery.processQueryKey());
        assertThat(sent.getMessage().getHeader("CamelDingTalkFailedRecipients")).isNull();
        assertThat(sent.getMessage().getBody(Map.class)).containsEntry("processQueryKey", delivery.processQueryKey());
    }

    @Test
    void sendsPlainTextToAGroup() {
        bare.send("dingtalk:send?recipientType=chat_id&recipientId=RAW(" + BareContext.GROUP + ")&format=text", "hello");

        Delivery delivery = bare.simulator().deliveriesTo(BareContext.GROUP).get(0);
        assertThat(delivery.type()).isEqualTo("sampleText");
        assertThat(delivery.text()).isEqualTo("hello");
    }

    @Test
    void sendsAMessageTemplateWithTheBodyAsItsParameters() {
        bare.send("dingtalk:send?recipientId=staff001&format=sampleLink",
                Map.of("title", "T", "text", "look", "messageUrl", "https://e.invalid/x", "picUrl", "https://e.invalid/p.png"));

        assertThat(bare.simulator().deliveriesTo(bare.dm("staff001"))).singleElement().satisfies(delivery -> {
            assertThat(delivery.type()).isEqualTo("sampleLink");
            assertThat(delivery.title()).isEqualTo("T");
        });
    }

    @Test
    void headersWinOverTheUri() {
        bare.send("dingtalk:send?recipientId=staff001&title=from-uri&format=text", "hello", Map.of("CamelDingTalkRecipientId",
                List.of("staff002", "staff003"),
                "CamelDingTalkFormat", "markdown", "CamelDingTalkTitle", "from header"));

        assertThat(bare.simulator().deliveriesTo(bare.dm("staff001"))).isEmpty();
        assertThat(bare.simulator().deliveriesTo(bare.dm("staff002"))).singleElement().satisfies(it -> assertThat(it.title())
                .isEqualTo("from header"));
        assertThat(bare.texts(bare.dm("staff003"))).containsExactly("hello");
    }

    @Test
    void headersNeverChangeCredentialsOrAddresses() {
        Exchange sent = bare.send("dingtalk:send?recipientId=staff001", "hello", Map.of("CamelDingTalkAppKey", "dingother",
                "CamelDingTalkAppSecret", "other",
                "CamelDingTalkApiBaseUrl", "http://127.0.0.1:9", "CamelDingTalkIntegration", "other", "CamelDingTalkRobotCode", "other"));

        assertThat(sent.getException()).isNull();
        assertThat(bare.texts(bare.dm("staff001"))).containsExactly("hello");
    }

    @Test
    void looksUpPeopleByUnionIdAndByMobileNumber() {
        bare.simulator().mobile("13800000000", "staff002");
        String unionId = bare.simulator().person("staff003").unionId();

        bare.send("dingtalk:send?recipientType=mobile&recipientId=138 0000 0000", "by mobile");
        bare.send("dingtalk:send?recipientType=union_id", "by union id", Map.of("CamelDingTalkRecipientId", unionId));

        assertThat(bare.texts(bare.dm("staff002"))).containsExactly("by mobile");
        assertThat(bare.texts(bare.dm("staff003"))).containsExactly("by union id");
    }

    @Test
    void namesTheRecipientsThatDidNotGetIt() {
        bare.simulator().addPerson(Person.of("ghost", "Ghost").with(Person.Reach.UNKNOWN));
        Exchange sent = bare.send("dingtalk:send?recipientId=staff001,ghost,staff002", "hello");

        assertThat(sent.getException()).isNull();
        assertThat(sent.getMessage().getHeader("CamelDingTalkFailedRecipients")).isEqualTo(List.of("ghost"));
        assertThat(sent.getMessage().getHeader("CamelDingTalkFailureReasons", Map.class).get("ghost")).asString()
                .startsWith("invalidStaffId: ");
        assertThat(bare.texts(bare.dm("staff002"))).containsExactly("hello");
    }

    @Test
    void failsWhereNoRecipientGotIt() {
        bare.simulator().addPerson(Person.of("ghost", "Ghost").with(Person.Reach.UNKNOWN));
        Exchange sent = bare.send("dingtalk:send?recipientId=ghost", "hello");

        assertThat(sent.getException()).isInstanceOfSatisfying(DingTalkException.class, e -> {
            assertThat(e.code()).isEqualTo("invalidStaffId");
            assertThat(e.outcome()).isEqualTo(Outcome.NOT_POSSIBLE);
            assertThat(e.remedy()).contains("visible range");
        });
    }

    @Test
    void namesAllRecipientsWithTheirReasonsWhereNoneGotIt() {
        bare.simulator().addPerson(Person.of("ghost", "Ghost").with(Person.Reach.UNKNOWN));
        bare.simulator().addPerson(Person.of("flooded", "Flooded").with(Person.Reach.FLOW_CONTROLLED));
        Exchange sent = bare.send("dingtalk:send?recipientId=ghost,flooded", "hello");

        assertThat(sent.getException()).isInstanceOf(DingTalkException.class);
        assertThat(sent.getMessage().getHeader("CamelDingTalkFailedRecipients")).isEqualTo(List.of("ghost", "flooded"));
        assertThat(sent.getMessage().getHeader("CamelDingTalkFailureReasons", Map.class).get("flooded")).asString()
                .startsWith("flowControlled: ");
        assertThat(RecipientFailures.of(sent)).hasSize(2).hasEntrySatisfying("ghost",
                why -> assertThat(why.code()).isEqualTo("invalidStaffId"))
                .hasEntrySatisfying("flooded", why -> assertThat(why.code()).isEqualTo("flowControlled"));
    }

    @Test
    void sendsToManyPeopleByTwentiesAndReturnsAListOfIds() {
        List<String> people = IntStream.rangeClosed(1, 45).mapToObj(i -> "many" + i).toList();
        Exchange sent = bare.send("dingtalk:send", "hello", Map.of("CamelDingTalkRecipientId", people));

        assertThat(bare.requests("/v1.0/robot/oToMessages/batchSend")).hasSize(3);
        assertThat(sent.getMessage().getHeader("CamelDingTalkSentMessageId", List.class)).hasSize(3).doesNotHaveDuplicates();
        assertThat(sent.getMessage().getBody(List.class)).hasSize(3);
        people.forEach(person -> assertThat(bare.texts(bare.dm(person))).containsExactly("hello"));
    }

    @Test
    void oneGroupThatIsGoneDoesNotKeepTheOthersFromTheirMessage() {
        Exchange sent = bare.send("dingtalk:send?recipientType=chat_id", "hello",
                Map.of("CamelDingTalkRecipientId", List.of("cidGone==", BareContext.GROUP)));

        assertThat(sent.getMessage().getHeader("CamelDingTalkFailedRecipients")).isEqualTo(List.of("cidGone=="));
        assertThat(bare.texts(BareContext.GROUP)).containsExactly("hello");
    }

    @Test
    void anAnswerWithoutAKeyIsNoSuccess() {
        bare.simulator().faults().on("/v1.0/robot/oToMessages/batchSend").answer(200, "{}");
        Exchange sent = bare.send("dingtalk:send?recipientId=staff001", "hello");

        assertThat(sent.getException()).isInstanceOfSatisfying(DingTalkException.class, e -> assertThat(e.outcome())
                .isEqualTo(Outcome.UNKNOWN));
    }

    @Test
    void saysWhichOptionIsMissing() {
        assertThat(bare.send("dingtalk:send", "hello").getException()).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("recipientId").hasMessageContaining("CamelDingTalkRecipientId");
        assertThat(bare.send("dingtalk:send?recipientId=staff001", " ").getException()).hasMessageContaining("empty");
    }
}
