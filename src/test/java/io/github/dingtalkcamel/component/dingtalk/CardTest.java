package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Person;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code dingtalk:card}: creates, updates and streams. */
class CardTest {

    private static final String CREATE = "dingtalk:card?cardTemplateId=tpl.schema&recipientId=staff001";

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    @Test
    void createsACardAndSaysItsId() {
        Exchange sent = bare.send(CREATE, Map.of("title", "Deploy", "count", 3, "list", List.of("a", "b")));

        String id = sent.getMessage().getHeader("CamelDingTalkSentMessageId", String.class);
        assertThat(bare.simulator().card(id).params()).containsEntry("title", "Deploy").containsEntry("count", "3").containsEntry("list",
                "[\"a\",\"b\"]");
        assertThat(bare.simulator().card(id).conversationIds()).containsExactly(bare.dm("staff001"));
    }

    @Test
    void createsACardInAGroupWithTheIdOfTheOption() {
        bare.send("dingtalk:card?cardTemplateId=tpl.schema&recipientType=chat_id&outTrackId=mine", "{\"title\":\"T\"}",
                Map.of("CamelDingTalkRecipientId", BareContext.GROUP));

        assertThat(bare.simulator().card("mine").conversationIds()).containsExactly(BareContext.GROUP);
    }

    @Test
    void oneCardForSeveralPeopleNamesThoseWhoDidNotGetIt() {
        bare.simulator().addPerson(Person.of("ghost", "Ghost").with(Person.Reach.UNKNOWN));
        Exchange sent = bare.send(CREATE, Map.of("title", "T"), Map.of("CamelDingTalkRecipientId", List.of("staff001", "ghost",
                "staff002")));

        assertThat(sent.getException()).isNull();
        assertThat(sent.getMessage().getHeader("CamelDingTalkFailedRecipients")).isEqualTo(List.of("ghost"));
        assertThat(bare.simulator().card(sent.getMessage().getHeader("CamelDingTalkSentMessageId", String.class)).conversationIds())
                .containsExactly(bare.dm("staff001"), bare.dm("staff002"));
        assertThat(bare.send(CREATE, Map.of("title", "T"), Map.of("CamelDingTalkRecipientId", "ghost")).getException())
                .isInstanceOfSatisfying(DingTalkException.class, e -> assertThat(e.code()).isEqualTo("cardNotDelivered"));
    }

    @Test
    void updatesSomeVariablesAndLeavesTheOthers() {
        bare.send(CREATE + "&outTrackId=ot", Map.of("title", "T", "status", "open"));
        Exchange sent = bare.send("dingtalk:card?operation=update&outTrackId=ot", Map.of("status", "closed"));

        assertThat(sent.getException()).isNull();
        assertThat(bare.simulator().card("ot").params()).containsEntry("status", "closed").containsEntry("title", "T");
        assertThat(sent.getMessage().getHeader("CamelDingTalkSentMessageId")).isEqualTo("ot");
    }

    @Test
    void updatesTheCardThatTheExchangeHasJustCreated() {
        Exchange created = bare.send(CREATE, Map.of("status", "open"));
        bare.send("dingtalk:card?operation=update", Map.of("status", "closed"), created.getMessage().getHeaders());

        assertThat(bare.simulator().card(created.getMessage().getHeader("CamelDingTalkSentMessageId", String.class)).params())
                .containsEntry("status", "closed");
    }

    @Test
    void streamsATextUntilItIsFinished() {
        bare.send(CREATE + "&outTrackId=ot", Map.of("content", ""));
        bare.send("dingtalk:card?operation=stream&outTrackId=ot", "Hello **wor");
        assertThat(bare.simulator().card("ot").params()).containsEntry("content", "Hello **wor");
        assertThat(bare.simulator().card("ot").finished()).isFalse();

        bare.send("dingtalk:card?operation=stream&outTrackId=ot", "Hello **world**", Map.of("CamelDingTalkStreamFinished", true));
        assertThat(bare.simulator().card("ot").params()).containsEntry("content", "Hello **world**");
        assertThat(bare.simulator().card("ot").finished()).isTrue();
    }

    @Test
    void aRepeatAfterALostAnswerMakesNoSecondCard() {
        bare.simulator().faults().on(ApiFamily.CARD).dropAfter();
        Exchange first = bare.send(CREATE, Map.of("title", "T"));
        assertThat(first.getException()).isInstanceOfSatisfying(DingTalkException.class,
                e -> assertThat(e.outcome()).isEqualTo(DingTalkException.Outcome.UNKNOWN));

        first.setException(null);
        Exchange second = bare.producer().send(CREATE, first);

        assertThat(second.getException()).isInstanceOfSatisfying(DingTalkException.class,
                e -> assertThat(e.outcome()).isEqualTo(DingTalkException.Outcome.UNKNOWN));
        assertThat(bare.simulator().deliveriesTo(bare.dm("staff001"))).hasSize(1);
    }

    @Test
    void saysWhichOptionIsMissing() {
        assertThat(bare.send("dingtalk:card?recipientId=staff001", Map.of("a", "b")).getException()).hasMessageContaining("cardTemplateId");
        assertThat(bare.send("dingtalk:card?operation=update", Map.of("a", "b")).getException()).hasMessageContaining("outTrackId");
        assertThat(bare.send(CREATE, "no map").getException()).hasMessageContaining("variables");
    }
}
