package io.github.dingtalkcamel.admin;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.component.message.Body;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.turn.DeadLetters;
import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.MessageTrace;
import io.github.dingtalkcamel.turn.Spoken;
import io.github.dingtalkcamel.turn.Turn;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What admin reads, on each kind of store. */
class ListsOnEachStoreTest {

    private static final Instant NOW = Instant.parse("2026-02-01T08:00:00.120Z");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void tellsWaysConversationsAndBindings(EachStore kind) throws Exception {
        try (Store store = kind.open(folder)) {
            Inbox inbox = new Inbox(store, () -> NOW);
            Bindings bindings = new Bindings(store, () -> NOW);
            Delivery delivery = Delivery.streamedMessage("main", Body.read("{\"msgId\":\"m1\"}"));

            long answered = inbox.add(Turn.Kind.TURN, Spoken.in("cidB", "m1"), "{}", delivery).join().getAsLong();
            store.writeAndWait(inbox.nowRunning(answered, "echo", "fallback", 3L));
            inbox.replying(CommitKey.NONE, answered, List.of("a", "b"), List.of(), List.of());
            inbox.replied(CommitKey.NONE, answered, inbox.sentNow(1, 2, "sessionWebhook"));
            inbox.replied(CommitKey.NONE, answered, inbox.sentNow(2, 2, "robotApi"));
            store.writeAndWait(inbox.nowDone(answered, 12L, null));
            long dead = inbox.add(Spoken.in("cidB", "m2"), "{}").join().getAsLong();
            store.writeAndWait(inbox.nowRunning(dead, "echo", "fallback", null));
            new DeadLetters(store, () -> NOW).add(CommitKey.NONE, dead, "main", "cidB", new DeadLetters.Reason("310000", "no", "grant"), 1,
                    new io.github.dingtalkcamel.turn.Turn.Progress(List.of("a"), 0));
            inbox.add(Spoken.in("cidA", "m3"), "{}").join();
            inbox.add(Spoken.in("zeta", "cidA", "m3"), "{}").join();
            bindings.bind("main", "cidA", "echo", "api");
            bindings.bind("zeta", "cid0", "other", null);

            MessageTrace traces = new MessageTrace(store);
            assertThat(new ObjectMapper().readTree(traces.json("main", "m1").orElseThrow())).isEqualTo(new ObjectMapper().readTree("""
                    {"integrationId":"main","msgId":"m1","conversationId":"cidB","senderId":"staff001","kind":"turn","state":"done","by":"stream","proof":"stream",
                     "receivedAt":"2026-02-01T08:00:00.120Z","storedMs":3,"node":null,"attempts":1,"agent":"echo","boundBy":"fallback","startedAt":"2026-02-01T08:00:00.120Z",
                     "agentMs":12,"finishedAt":"2026-02-01T08:00:00.120Z","error":null,
                     "replies":[{"chunk":1,"of":2,"channel":"sessionWebhook","at":"2026-02-01T08:00:00.120Z"},
                                {"chunk":2,"of":2,"channel":"robotApi","at":"2026-02-01T08:00:00.120Z"}],"deadLetters":[]}"""));
            JsonNode way = traces.of("main", "m2").orElseThrow();
            assertThat(way.get("state").textValue()).isEqualTo("dead");
            assertThat(way.at("/deadLetters/0/code").textValue()).isEqualTo("310000");
            assertThat(List.of(way.get("by").isNull(), way.get("storedMs").isNull(), way.get("agentMs").isNull())).containsOnly(true);
            assertThat(traces.json("other", "m1")).isEmpty();

            Map<String, Object> first = new ConversationsApi(store).list(call("limit", "2"));
            assertThat(first.get("conversations").toString()).isEqualTo("[{integrationId=main, conversationId=cidA, type=dm, title=null,"
                    + " lastMessage={msgId=m3, receivedAt=2026-02-01T08:00:00.120Z, state=received}, waiting=1, running=0, binding=echo, "
                    + "session=null},"
                    + " {integrationId=main, conversationId=cidB, type=dm, title=null,"
                    + " lastMessage={msgId=m2, receivedAt=2026-02-01T08:00:00.120Z, state=dead}, waiting=0, running=0, binding=null, "
                    + "session=null}]");
            Map<String, Object> rest = new ConversationsApi(store).list(call("cursor", (String) first.get("nextCursor")));
            assertThat(rest.get("conversations").toString()).startsWith("[{integrationId=zeta, conversationId=cidA,");
            assertThat(rest.get("nextCursor")).isNull();

            assertThat(bindings.after("main", "", 10)).extracting(Bindings.Binding::conversationId).containsExactly("cidA", "cid0");
            assertThat(bindings.after("main", "cidA", 10)).extracting(Bindings.Binding::integration).containsExactly("zeta");
            assertThat(bindings.of("main", "cidA"))
                    .contains(new Bindings.Binding("main", "cidA", "echo", "api", Instant.parse("2026-02-01T08:00:00.120Z")));
            assertThat(bindings.unbind("main", "cidA", "api")).isTrue();
            assertThat(bindings.unbind("main", "cidA", "api")).isFalse();
            assertThat(bindings.of("main", "cidA")).isEmpty();
        }
    }

    private static ApiCall call(String parameter, String value) {
        return new ApiCall("GET", List.of("conversations"), Map.of(parameter, value));
    }
}
