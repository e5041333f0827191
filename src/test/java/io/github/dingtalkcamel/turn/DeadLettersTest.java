package io.github.dingtalkcamel.turn;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.settings.SettingsReader;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.turn.DeadLetters.Letter;
import io.github.dingtalkcamel.turn.DeadLetters.Reason;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Dead letters and their replay, as the store and the queue see them. */
class DeadLettersTest {

    private static final Reason THROTTLED = new Reason("90018", "too fast", "send less");

    @TempDir
    Path folder;

    private Instant now = Instant.ofEpochMilli(1_769_600_000_456L);
    private final InstantSource clock = () -> now;
    private final KeyedQueue queue = new KeyedQueue(40, 15, 5);
    private Store store;
    private Inbox inbox;
    private DeadLetters letters;
    private Messages messages;
    private Replays replays;

    private void open(EachStore kind) throws Exception {
        store = kind.open(folder);
        inbox = new Inbox(store, clock);
        letters = new DeadLetters(store, clock);
        messages = new Messages(new SettingsReader(Map.of(), Map.of("dingtalk.app-key", "dingkey", "dingtalk.app-secret", "sec-0123456789"),
                Map.of(), text -> text, 17).read());
        Resumption nothing = resumption();
        nothing.next();
        replays = new Replays(letters, messages, queue, nothing);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @ParameterizedTest
    @EnumSource
    void saysWhatHappenedAndWhatToDoButNotWhatWasSaid(EachStore kind) throws Exception {
        open(kind);
        long failed = running("cid", "m1");
        store.writeAndWait(inbox.nowFailed(failed, "java.lang.IllegalStateException: no model", null, null));
        now = now.plusSeconds(1);
        long dead = running("cid", "m2");
        letters.add(CommitKey.NONE, dead, "main", "cid", THROTTLED, 9, new Turn.Progress(List.of("a", "b"), 1));

        List<Letter> list = letters.list(Long.MAX_VALUE, 10);
        assertThat(list).containsExactly(
                new Letter(list.get(0).id(), "main-" + dead, "main", "cid", "m2", "reply", "90018", "too fast", "send less", 9, now,
                        "waiting"),
                new Letter(list.get(1).id(), "main-" + failed, "main", "cid", "m1", "turn", "agentFailed",
                        "java.lang.IllegalStateException: no model", list.get(1).remedy(), 1, now.minusSeconds(1), "waiting"));
        assertThat(list.get(1).remedy()).contains("repair the agent").contains("replay");
        assertThat(list.toString()).doesNotContain("text of");
        assertThat(letters.list(list.get(0).id(), 10)).containsExactly(list.get(1));
        assertThat(letters.list(Long.MAX_VALUE, 1)).containsExactly(list.get(0));
        assertThat(letters.count()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void replaysWhatIsNamedOnceHoweverManyAsk(EachStore kind) throws Exception {
        open(kind);
        long one = dead("cid", "m1", null);
        long two = dead("cid", "m2", null);

        List<CompletableFuture<DeadLetters.Requested>> asked = IntStream.range(0, 8)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> letters.replay(Set.of(one)))).toList();
        assertThat(asked.stream().map(CompletableFuture::join).filter(answer -> answer.replayed().equals(List.of(one)))).hasSize(1);
        assertThat(letters.replay(Set.of(one, 999L))).isEqualTo(new DeadLetters.Requested(List.of(), List.of(one), List.of(999L)));
        assertThat(letters.count()).isEqualTo(1);
        assertThat(letters.list(Long.MAX_VALUE, 10)).extracting(Letter::state).containsExactly("waiting", "requested");

        assertThat(next()).containsExactly("m1");
        assertThat(next()).isEmpty();
        assertThat(letters.list(Long.MAX_VALUE, 10)).extracting(Letter::id).containsExactly(two);
        assertThat(letters.replay(Set.of(one)).alreadyReplayed()).containsExactly(one);
        assertThat(letters.replayAll().replayed()).containsExactly(two);
        assertThat(letters.replayAll().replayed()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void sendsWhatWasLeftOfAReplyUnderTheNumbersThatDingTalkKnows(EachStore kind) throws Exception {
        open(kind);
        Mentions mentions = new Mentions(List.of("staff002"), List.of("13800000000"), true);
        long letter = dead("cid", "m1", new Turn.Progress(List.of("one", "two", "three"), 1, List.of(mentions, Mentions.NONE, mentions)));
        letters.replay(Set.of(letter));

        Turn turn = replays.requestedTurns().get(0);
        assertThat(turn.isReplying()).isTrue();
        assertThat(turn.progress().sent()).isEqualTo(1);
        assertThat(turn.progress().chunks().subList(1, 3)).containsExactly("two", "three");
        assertThat(turn.progress().mentions()).containsExactly(Mentions.NONE, Mentions.NONE, mentions);
        assertThat(inbox.unfinished(0, Long.MAX_VALUE, 10)).as("as durable as it was").singleElement()
                .satisfies(row -> assertThat(row.progress()).isEqualTo(turn.progress()));
    }

    @ParameterizedTest
    @EnumSource
    void isTheSameLetterWhenTheReplayFailsAgain(EachStore kind) throws Exception {
        open(kind);
        long letter = dead("cid", "m1", null);
        letters.replay(Set.of(letter));
        Turn turn = replays.requestedTurns().get(0);
        now = now.plusSeconds(60);
        store.writeAndWait(inbox.nowRunning(turn.id(), "echo", "fallback", null));
        letters.add(CommitKey.NONE, turn.id(), "main", "cid", new Reason("other", "another reason", "another remedy"), 3, null);

        assertThat(letters.list(Long.MAX_VALUE, 10)).singleElement().satisfies(again -> {
            assertThat(again.id()).isEqualTo(letter);
            assertThat(again.code()).isEqualTo("other");
            assertThat(again.attempts()).isEqualTo(2 + 3);
            assertThat(again.at()).isEqualTo(now);
        });
        assertThat(letters.replay(Set.of(letter)).replayed()).containsExactly(letter);
    }

    @ParameterizedTest
    @EnumSource
    void survivesACrashBeforeItIsQueuedAndAfter(EachStore kind) throws Exception {
        open(kind);
        long queued = dead("cid", "m1", new Turn.Progress(List.of("a", "b"), 1));
        long asked = dead("cid", "m2", null);
        now = now.plus(Duration.ofDays(3));
        letters.replay(Set.of(queued));
        replays.requestedTurns();
        letters.replay(Set.of(asked));

        // the next process, older messages than max-turn-age notwithstanding
        Resumption resumption = resumption();
        Replays later = new Replays(letters, messages, queue, resumption);
        assertThat(later.requestedTurns()).as("not before what was queued already").isEmpty();
        assertThat(resumption.next()).singleElement().satisfies(turn -> {
            assertThat(turn.message().msgId()).isEqualTo("m1");
            assertThat(turn.progress().sent()).isEqualTo(1);
        });
        assertThat(later.requestedTurns()).extracting(turn -> turn.message().msgId()).containsExactly("m2");
        assertThat(letters.count()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheOrderOfAConversationAndLeavesRoomForThoseWhoTalkNow(EachStore kind) throws Exception {
        open(kind);
        for (int i = 0; i < 30; i++) {
            dead("cid", "a%02d".formatted(i), null);
        }
        for (int i = 0; i < 30; i++) {
            dead("cid" + i, "b%02d".formatted(i), null);
        }
        assertThat(letters.replayAll().replayed()).hasSize(60).isSorted();

        List<String> first = next();
        assertThat(first).as("half of the queue, and ten of a conversation").hasSize(20).startsWith("a00", "a01")
                .contains("a09", "b00", "b09")
                .doesNotContain("a10");
        assertThat(next()).isEmpty();
        List<String> all = new ArrayList<>(first);
        while (all.size() < 60) {
            // what is queued is done
            for (Exchange exchange = queue.poll(); exchange != null; exchange = queue.poll()) {
                done(exchange);
            }
            all.addAll(next());
        }
        assertThat(all.stream().filter(msgId -> msgId.startsWith("a"))).hasSize(30).isSorted();
        assertThat(all).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void givesBackWhatCantBeReplayed(EachStore kind) throws Exception {
        open(kind);
        long unreadable = inbox.add(Spoken.in("cid", "m1"), "{}").join().getAsLong();
        letters.add(CommitKey.NONE, unreadable, "main", "cid", THROTTLED, 1, null);
        long gone = inbox.add(Spoken.in("gone", "cid", "m2"), Spoken.payload("cid", "m2")).join().getAsLong();
        letters.add(CommitKey.NONE, gone, "gone", "cid", THROTTLED, 1, null);
        letters.replayAll();

        assertThat(next()).isEmpty();
        assertThat(letters.list(Long.MAX_VALUE, 10)).extracting(Letter::code, Letter::state)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("unknownIntegration", "waiting"),
                        org.assertj.core.groups.Tuple.tuple("unreadable", "waiting"));
        assertThat(queue.remainingCapacity()).isEqualTo(40);
    }

    @ParameterizedTest
    @EnumSource
    void replaysManyThousandsAtOneWord(EachStore kind) throws Exception {
        open(kind);
        store.writeAndWait(connection -> {
            try (var insert = connection.createStatement()) {
                for (long i = 1; i <= 1_203; i++) {
                    insert.addBatch("insert into message (integration, msg_id, conversation_id, kind, state, payload, received_at) values "
                            + "('main', 'm%d', 'c', 'turn', 'dead', '{}', 1)"
                            .formatted(i));
                    insert.addBatch("insert into dead_letter (message_id, integration, conversation_id, kind, code, reason, remedy, "
                            + "attempts, created_at)"
                            + " values (%d, 'main', 'c', 'turn', 'c', 'r', 'd', 1, 1)".formatted(i));
                }
                return insert.executeBatch();
            }
        });

        assertThat(letters.replayAll().replayed()).containsExactlyElementsOf(LongStream.rangeClosed(1, 1_203).boxed().toList());
    }

    private long running(String conversation, String msgId) {
        long id = inbox.add(Spoken.in(conversation, msgId), Spoken.payload(conversation, msgId)).join().getAsLong();
        store.writeAndWait(inbox.nowRunning(id, "echo", "fallback", null));
        return id;
    }

    /** Its letter's id. */
    private long dead(String conversation, String msgId, Turn.Progress reply) {
        letters.add(CommitKey.NONE, running(conversation, msgId), "main", conversation, THROTTLED, 2, reply);
        return letters.list(Long.MAX_VALUE, 1).get(0).id();
    }

    /** Queues the requested replays, as the route does. */
    private List<String> next() {
        List<Turn> turns = replays.requestedTurns();
        for (Turn turn : turns) {
            Exchange exchange = new DefaultExchange(new DefaultCamelContext());
            exchange.setProperty(Turn.PROPERTY, turn);
            queue.offer(exchange);
        }
        return turns.stream().map(turn -> turn.message().msgId()).toList();
    }

    private static void done(Exchange exchange) {
        exchange.getExchangeExtension().handoverCompletions().forEach(completion -> completion.onComplete(exchange));
    }

    private Resumption resumption() {
        return new Resumption(inbox, queue, queue, messages, letters, new Intake(inbox, queue, queue), Duration.ofHours(1), clock);
    }
}
