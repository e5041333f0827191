package io.github.dingtalkcamel.turn;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.settings.SettingsReader;
import io.github.dingtalkcamel.store.Store;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResumptionTest {

    @TempDir
    Path folder;

    private Instant now = Instant.ofEpochMilli(1_769_600_000_456L);
    private final InstantSource clock = () -> now;
    private Store store;
    private Inbox inbox;
    private DeadLetters deadLetters;
    private final KeyedQueue queue = new KeyedQueue(10, 2, 5);
    private final KeyedQueue commands = new KeyedQueue(10, 2, 5);
    private Intake intake;

    @BeforeEach
    void open() {
        store = Store.open("jdbc:sqlite:" + folder.resolve("test.db"), null, null);
        inbox = new Inbox(store, clock);
        deadLetters = new DeadLetters(store, clock);
        intake = new Intake(inbox, queue, commands);
    }

    @AfterEach
    void close() {
        intake.close();
        store.close();
    }

    @Test
    void resumesTurnsInOrderOfArrivalBeyondThePageAndTheBoundsOfTheQueue() throws Exception {
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 1_203; i++) {
            all.add(inbox.add(Spoken.in("cid" + i % 7, "m" + i), Spoken.payload("cid" + i % 7, "m" + i)));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
        store.writeAndWait(inbox.nowRunning(3, "echo", "fallback", null));
        store.writeAndWait(inbox.nowDone(3, null, null));

        List<Turn> turns = drain(resumption());
        assertThat(turns).hasSize(1_202).extracting(Turn::id).isSorted().doesNotContain(3L);
        assertThat(turns.get(0).message()).satisfies(message -> {
            assertThat(message.text()).isEqualTo("text of m0");
            assertThat(message.integration()).isEqualTo("main");
            assertThat(message.conversationId()).isEqualTo("cid0");
        });
        assertThat(turns).extracting(Turn::slot).doesNotContainNull();
        assertThat(queue.reserve("new one", 0)).as("they fill the queue").isNull();
    }

    @Test
    void leavesAloneWhatCameInSinceTheStart() throws Exception {
        add("old");
        Resumption resumption = resumption();
        add("new");

        assertThat(drain(resumption)).extracting(turn -> turn.message().msgId()).containsExactly("old");
        assertThat(drain(resumption)).isEmpty();
    }

    @Test
    void givesUpAfterThreeAttempts() throws Exception {
        long twice = add("twice");
        long thrice = add("thrice");
        for (int i = 0; i < 3; i++) {
            if (i < 2) {
                store.writeAndWait(inbox.nowRunning(twice, "echo", "fallback", null));
            }
            store.writeAndWait(inbox.nowRunning(thrice, "echo", "fallback", null));
        }

        assertThat(drain(resumption())).extracting(Turn::id).containsExactly(twice);
        assertThat(letters()).singleElement()
                .satisfies(letter -> assertThat(letter).startsWith(thrice, "tooManyAttempts").contains("turn"));
    }

    @ParameterizedTest
    @CsvSource({ "0,1 s", "20,21 s", "58,59 s", "59,1 min", "60,1 min" })
    void saysTheAgeOfWhatIsTooOldInSecondsUpToAMinute(int limit, String shown) throws Exception {
        add("old");
        now = now.plus(Duration.ofSeconds(limit + 1));

        assertThat(drain(resumption(Duration.ofSeconds(limit)))).isEmpty();

        assertThat(letters()).singleElement()
                .satisfies(letter -> assertThat((String) letter.get(2)).endsWith("dingtalk.max-turn-age: " + shown));
    }

    @Test
    void givesUpWhatIsTooOld() throws Exception {
        long old = add("old");
        now = now.plusMillis(1);
        long young = add("young");
        now = now.plus(Duration.ofHours(1));

        assertThat(drain(resumption())).extracting(Turn::id).containsExactly(young);
        assertThat(letters()).singleElement().satisfies(letter -> {
            assertThat(letter).startsWith(old, "tooOld");
            assertThat((String) letter.get(2)).contains("dingtalk.max-turn-age: 60 min");
        });
    }

    @Test
    void givesUpWhatItCantMakeATurnOf() throws Exception {
        long unknown = inbox.add(Spoken.in("gone", "cid", "m1"), Spoken.payload("cid", "m1")).join().getAsLong();
        long garbage = inbox.add(Spoken.in("cid", "m2"), "this is not JSON").join().getAsLong();
        long fieldless = inbox.add(Spoken.in("cid", "m3"), "{}").join().getAsLong();
        long fine = add("fine");

        assertThat(drain(resumption())).extracting(Turn::id).containsExactly(fine);
        assertThat(letters()).extracting(letter -> letter.get(0), letter -> letter.get(1)).containsExactly(
                org.assertj.core.groups.Tuple.tuple(unknown, "unknownIntegration"),
                org.assertj.core.groups.Tuple.tuple(garbage, "unreadable"), org.assertj.core.groups.Tuple.tuple(fieldless, "unreadable"));
        assertThat(letters()).allSatisfy(letter -> assertThat(letter.get(5)).as("found by its conversation").isEqualTo("cid"));
        assertThat(drain(resumption())).as("given up once").extracting(Turn::id).containsExactly(fine);
    }

    @Test
    void resumesAnInterruptedReply() throws Exception {
        long id = add("long");
        store.writeAndWait(inbox.nowRunning(id, "echo", "fallback", null));
        List<Mentions> mentions = List.of(Mentions.NONE, Mentions.NONE, new Mentions(List.of("staff002"), List.of("13800000000"), true));
        inbox.replying(CommitKey.NONE, id, List.of("a", "b", "c"), mentions, List.of());
        inbox.replied(CommitKey.NONE, id, 2);

        assertThat(drain(resumption())).singleElement().satisfies(turn -> {
            assertThat(turn.isReplying()).isTrue();
            assertThat(turn.progress()).isEqualTo(new Turn.Progress(List.of("a", "b", "c"), 2, mentions));
        });
    }

    @Test
    void keepsTheChunksOfAReplyThatItGivesUp() throws Exception {
        long id = add("long");
        store.writeAndWait(inbox.nowRunning(id, "echo", "fallback", null));
        inbox.replying(CommitKey.NONE, id, List.of("a", "b", "c"), List.of(), List.of());
        inbox.replied(CommitKey.NONE, id, 1);
        now = now.plus(Duration.ofHours(2));

        assertThat(drain(resumption())).isEmpty();
        assertThat(letters()).singleElement()
                .satisfies(letter -> assertThat(letter).startsWith(id, "tooOld").contains("reply", "[\"b\",\"c\"]"));
    }

    @Test
    void opensTheIntakeWhenAllAreQueued() throws Exception {
        Resumption resumption = resumption();
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        var exchange = new org.apache.camel.support.DefaultExchange(new org.apache.camel.impl.DefaultCamelContext());
        exchange.setProperty("CamelDingTalkMessage", Spoken.in("cid", "new"));
        exchange.setProperty("CamelDingTalkDelivery", Spoken.delivery("cid", "new"));
        intake.turns().process(exchange, sync -> waiting.complete(null));
        drain(resumption);
        assertThat(waiting).isNotDone();

        resumption.admitNewMessages();
        assertThat(waiting).succeedsWithin(Duration.ofSeconds(10));
    }

    private long add(String msgId) {
        return inbox.add(Spoken.in("cid", msgId), Spoken.payload("cid", msgId)).join().getAsLong();
    }

    private Resumption resumption() throws Exception {
        return resumption(Duration.ofHours(1));
    }

    private Resumption resumption(Duration maxAge) throws Exception {
        Messages messages = new Messages(new SettingsReader(Map.of(),
                Map.of("dingtalk.app-key", "dingkey", "dingtalk.app-secret", "sec-0123456789"), Map.of(),
                text -> text, 17).read());
        return new Resumption(inbox, queue, commands, messages, deadLetters, intake, maxAge, clock);
    }

    private static List<Turn> drain(Resumption resumption) {
        List<Turn> turns = new ArrayList<>();
        while (resumption.isUnfinished()) {
            turns.addAll(resumption.next());
        }
        turns.addAll(resumption.next());
        return turns;
    }

    private List<List<Object>> letters() {
        return store.read(connection -> {
            try (var select = connection.createStatement();
                    var rows = select.executeQuery(
                            "select message_id, code, reason, kind, chunks, conversation_id from dead_letter order by id")) {
                List<List<Object>> letters = new ArrayList<>();
                while (rows.next()) {
                    List<Object> letter = new ArrayList<>();
                    letter.add(rows.getLong(1));
                    for (int i = 2; i <= 6; i++) {
                        letter.add(rows.getString(i));
                    }
                    letters.add(letter);
                }
                return letters;
            }
        });
    }
}
