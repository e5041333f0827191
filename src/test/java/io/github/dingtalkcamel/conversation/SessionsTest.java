package io.github.dingtalkcamel.conversation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.store.CommitKey;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.InboundMessage.Sender;
import io.github.dingtalkcamel.conversation.Session.Usage;
import io.github.dingtalkcamel.settings.AppSettings;
import io.github.dingtalkcamel.store.EachStore;
import io.github.dingtalkcamel.store.Housekeeping;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionsTest {

    private static final Store.Work<Integer> NOTHING = connection -> 0;

    @TempDir
    Path folder;

    private Instant now = Instant.ofEpochMilli(1_769_600_000_456L);
    private Store store;
    private Notifications notifications;
    private long ids;

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsASessionWithItsHistoryOverARestartUntilNewIsSaid(EachStore kind) {
        store = kind.open(folder);
        Sessions sessions = sessions(Map.of());
        InboundMessage message = dm("cid", "li");
        assertThat(sessions.current(message)).isNull();
        assertThat(sessions.lastMessage(message)).isNull();

        Instant began = now;
        String id = talk(sessions, message, "one", "eins \0 \ud800");
        now = now.plusSeconds(10);
        talk(sessions, message, "two", null);
        Sessions later = sessions(Map.of());
        for (Sessions each : List.of(sessions, later)) {
            Session session = each.current(message);
            assertThat(session.id()).isEqualTo(id);
            assertThat(session.startedAt()).isEqualTo(began);
            assertThat(session.lastAt()).isEqualTo(now);
            assertThat(session.usage()).isEqualTo(new Usage(2, 2, 1, 6, 6, 14, 20, 40));
            assertThat(each.lastMessage(message)).isEqualTo(2);
        }
        assertThat(later.current(message).entries()).containsExactly(
                Map.of("role", "user", "text", "one", "at", began.toString(), "senderId", "li"),
                Map.of("role", "assistant", "text", "eins \ufffd \ufffd", "at", began.toString()),
                Map.of("role", "user", "text", "two", "at", now.toString(), "senderId", "li"));
        assertThat(later.current(message)).asString().doesNotContain("eins");
        assertThat(later.latest(10)).singleElement().asString().contains("main, cid: session " + id, "2 turns").doesNotContain("eins");
        assertThat(later.count()).isEqualTo(1);

        Session fresh = later.startFresh(message);
        assertThat(fresh.id()).isNotEqualTo(id);
        assertThat(sessions(Map.of()).current(message)).isEqualTo(fresh);
        assertThat(fresh.entries()).isEmpty();
        assertThat(fresh.usage()).isEqualTo(Usage.NONE);
        assertThat(later.lastMessage(message)).as("/retry still knows it").isEqualTo(2);
        assertThat(rows("history")).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void tellsNoMoreThanTheNewestTurnsAndBytes(EachStore kind) {
        store = kind.open(folder);
        Map<String, String> bounds = Map.of("dingtalk.history-turns", "3", "dingtalk.history-bytes", "20");
        Sessions sessions = sessions(bounds);
        InboundMessage message = dm("cid", "li");
        for (int i = 1; i <= 17; i++) {
            talk(sessions, message, "s" + i, "r" + i);
        }
        assertThat(texts(sessions, message)).containsExactly("s15", "r15", "s16", "r16", "s17", "r17");
        assertThat(texts(sessions(bounds), message)).containsExactly("s15", "r15", "s16", "r16", "s17", "r17");
        assertThat(rows("history")).as("what fell out is deleted now and then").isLessThan(12);

        talk(sessions, message, "long", "答案答案");
        assertThat(texts(sessions, message)).as("16 bytes, and no room for another turn").containsExactly("long", "答案答案");
        talk(sessions, message, "too long", "x".repeat(13));
        assertThat(texts(sessions, message)).as("what is larger alone is left out").containsExactly("long", "答案答案");
        assertThat(texts(sessions(bounds), message)).containsExactly("long", "答案答案");
        assertThat(sessions.current(message).usage().turns()).isEqualTo(19);
    }

    @ParameterizedTest
    @EnumSource
    void startsAFreshOneAfterSilence(EachStore kind) {
        store = kind.open(folder);
        Sessions sessions = sessions(Map.of("dingtalk.session-idle-timeout", "30m"));
        InboundMessage message = dm("cid", "li");
        String first = talk(sessions, message, "one", "eins");
        now = now.plus(Duration.ofMinutes(30));
        assertThat(talk(sessions, message, "two", "zwei")).isEqualTo(first);
        now = now.plus(Duration.ofMinutes(30)).plusMillis(1);
        assertThat(sessions.current(message)).isNull();
        assertThat(talk(sessions, message, "three", "drei")).isNotEqualTo(first);
        assertThat(texts(sessions, message)).containsExactly("three", "drei");
        assertThat(sessions.current(message).usage().turns()).isEqualTo(1);
        assertThat(rows("history")).isEqualTo(1);

        Sessions forEver = sessions(Map.of());
        now = now.plus(Duration.ofDays(60));
        assertThat(forEver.current(message)).isNotNull();
    }

    @ParameterizedTest
    @EnumSource
    void areDeletedWithTheirHistoryWhenNothingHappenedForLong(EachStore kind) {
        store = kind.open(folder);
        Sessions sessions = sessions(Map.of("dingtalk.keep-sessions", "2d"));
        InboundMessage old = dm("old", "li");
        InboundMessage young = dm("young", "li");
        String before = talk(sessions, old, "one", "eins");
        now = now.plus(Duration.ofDays(1));
        String kept = talk(sessions, young, "two", "zwei");
        now = now.plus(Duration.ofDays(1)).plusSeconds(1);

        Housekeeping housekeeping = new Housekeeping(store, () -> now, Sessions.expiries(Duration.ofDays(2)));
        assertThat(housekeeping.deleteSome()).isTrue();
        assertThat(housekeeping.deleteSome()).isFalse();

        assertThat(rows("session")).isEqualTo(1);
        assertThat(rows("history")).isEqualTo(1);
        assertThat(sessions.current(young).id()).isEqualTo(kept);
        assertThat(sessions.current(old)).isNull();
        assertThat(talk(sessions, old, "three", "drei")).isNotEqualTo(before);
        assertThat(sessions.current(old).usage().turns()).isEqualTo(1);
    }

    @Test
    void isSharedByAConversationOrHasOnePersonOnly() {
        store = EachStore.SQLITE.open(folder);
        Sessions shared = sessions(Map.of());
        assertThat(talk(shared, group("g", "li"), "a", "b")).isEqualTo(talk(shared, group("g", "wang"), "c", "d"))
                .isNotEqualTo(talk(shared, dm("dm", "li"), "e", "f"));
        assertThat(shared.isOwn(group("g", "li"))).isFalse();

        Sessions own = sessions(Map.of("dingtalk.session-scope", "sender"));
        String li = talk(own, group("g2", "li"), "a", "b");
        assertThat(talk(own, group("g2", "wang"), "c", "d")).isNotEqualTo(li);
        assertThat(texts(own, group("g2", "li"))).containsExactly("a", "b");
        own.startFresh(group("g2", "wang"));
        assertThat(own.current(group("g2", "li")).id()).isEqualTo(li);
        assertThat(own.isOwn(dm("dm", "li"))).as("a DM has one person anyway").isFalse();
    }

    @Test
    void countsATurnThatEndsAfterNewNowhere() {
        store = EachStore.SQLITE.open(folder);
        Sessions sessions = sessions(Map.of());
        InboundMessage message = dm("cid", "li");
        Session before = sessions.enter(CommitKey.NONE, message, ++ids, NOTHING).join();
        Session fresh = sessions.startFresh(message);
        boolean[] written = new boolean[1];
        sessions.leave(CommitKey.NONE, message, before.id(), ended("late", "answer"), connection -> written[0] = true).join();

        assertThat(written[0]).isTrue();
        assertThat(sessions.current(message)).isEqualTo(fresh);
        assertThat(rows("history")).isZero();
    }

    @Test
    void remembersNothingWhereItShallNot() {
        store = EachStore.SQLITE.open(folder);
        Sessions sessions = sessions(Map.of("dingtalk.history-turns", "0"));
        talk(sessions, dm("cid", "li"), "a", "b");

        assertThat(texts(sessions, dm("cid", "li"))).isEmpty();
        assertThat(rows("history")).isZero();
    }

    /** What comes with it fails, and so does all of it: nothing in memory says otherwise. */
    @Test
    void changesNothingWhereTheStoreDoesNot() {
        store = EachStore.SQLITE.open(folder);
        Sessions sessions = sessions(Map.of());
        InboundMessage message = dm("cid", "li");
        String id = talk(sessions, message, "a", "b");

        assertThatThrownBy(() -> sessions.leave(CommitKey.NONE, message, id, ended("c", "d"), connection -> {
            throw new java.sql.SQLException("broken");
        }).join()).hasCauseInstanceOf(StoreException.class);
        assertThat(texts(sessions, message)).containsExactly("a", "b");
        assertThat(sessions.current(message).usage().turns()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void saysInAGroupWhoSpoke(EachStore kind) {
        store = kind.open(folder);
        Sessions sessions = sessions(Map.of());
        talk(sessions, group("g", "li", "Li Lei"), "restart it", "done");
        talk(sessions, group("g", "wang", null), "who was that?", null);
        talk(sessions, new InboundMessage("main", "m", "text", ConversationType.GROUP, "g", null,
                new Sender("$:x", null, null, "Guest", false), null, null, true, false, null, "hello", List.of(), null, null, null,
                List.of(), null), "me", null);
        String at = now.toString();
        for (Sessions each : List.of(sessions, sessions(Map.of()))) {
            assertThat(each.current(group("g", "li")).entries()).containsExactly(
                    Map.of("role", "user", "text", "restart it", "at", at, "senderId", "li", "senderNick", "Li Lei"),
                    Map.of("role", "assistant", "text", "done", "at", at),
                    Map.of("role", "user", "text", "who was that?", "at", at, "senderId", "wang"),
                    Map.of("role", "user", "text", "me", "at", at, "senderNick", "Guest"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsWhatToolsSentInItsPlace(EachStore kind) {
        store = kind.open(folder);
        Sessions sessions = sessions(Map.of());
        InboundMessage message = dm("cid", "li");
        received("cid");
        talk(sessions, message, "one", "eins");
        tool("user:li", "between");
        received("cid");
        now = now.plusSeconds(1);
        Session running = sessions.enter(CommitKey.NONE, message, ++ids, NOTHING).join();
        assertThat(texts(running)).containsExactly("one", "eins", "between");
        tool("user:li", "meanwhile");
        tool("user:wang", "to another person");
        now = now.plusSeconds(1);
        sessions.leave(CommitKey.NONE, message, running.id(), ended("two", "zwei"), NOTHING).join();
        now = now.plusSeconds(1);
        tool("user:li", "after");

        for (Sessions each : List.of(sessions, sessions(Map.of()))) {
            notifications.forgetAll();
            received("cid");
            Session session = each.enter(CommitKey.NONE, message, ids + 1, NOTHING).join();
            assertThat(session.id()).isEqualTo(running.id());
            assertThat(texts(session)).containsExactly("one", "eins", "between", "two", "meanwhile", "zwei", "after");
            assertThat(session.entries().get(2))
                    .isEqualTo(Map.of("role", "assistant", "text", "between", "at", session.entries().get(2).get("at")));
            assertThat(session).asString().doesNotContain("between");
        }
    }

    @ParameterizedTest
    @EnumSource
    void beginsWithWhatAToolSentWhereThereIsNone(EachStore kind) {
        store = kind.open(folder);
        Sessions sessions = sessions(Map.of("dingtalk.session-idle-timeout", "30m"));
        tool("g", "long ago");
        now = now.plus(Duration.ofMinutes(31));
        Instant began = now;
        tool("g", "the disk is full");
        now = now.plus(Duration.ofMinutes(20));
        assertThat(sessions.current(group("g", "li"))).isNull();

        Session session = sessions.enter(CommitKey.NONE, group("g", "li"), ++ids, NOTHING).join();
        assertThat(texts(session)).containsExactly("the disk is full");
        assertThat(session.startedAt()).isEqualTo(began);
        sessions.leave(CommitKey.NONE, group("g", "li"), session.id(), ended("which?", "sda"), NOTHING).join();

        now = now.plus(Duration.ofMinutes(20));
        tool("g", "and another");
        now = now.plus(Duration.ofMinutes(20));
        assertThat(sessions.current(group("g", "li")).id()).as("what a tool sends is no silence").isEqualTo(session.id());
        assertThat(texts(sessions.enter(CommitKey.NONE, group("g", "li"), ++ids, NOTHING).join()))
                .containsExactly("the disk is full", "which?", "sda", "and another");

        sessions.startFresh(group("g", "li"));
        now = now.plusSeconds(1);
        assertThat(texts(sessions.enter(CommitKey.NONE, group("g", "li"), ++ids, NOTHING).join())).as("after /new").isEmpty();
    }

    @Test
    void tellsEachPersonWithASessionOfTheirOwnWhatWasSentToTheGroup() {
        store = EachStore.SQLITE.open(folder);
        Sessions own = sessions(Map.of("dingtalk.session-scope", "sender"));
        tool("g", "to all");
        for (String who : List.of("li", "wang")) {
            Session session = own.enter(CommitKey.NONE, group("g", who), ++ids, NOTHING).join();
            assertThat(texts(session)).containsExactly("to all");
            own.leave(CommitKey.NONE, group("g", who), session.id(), ended("ok", null), NOTHING).join();
            assertThat(texts(own.enter(CommitKey.NONE, group("g", who), ++ids, NOTHING).join())).containsExactly("to all", "ok");
        }
    }

    @Test
    void boundsWhatToolsSentTogetherWithTheTurns() {
        store = EachStore.SQLITE.open(folder);
        Sessions sessions = sessions(Map.of("dingtalk.history-turns", "3", "dingtalk.history-bytes", "20"));
        InboundMessage message = dm("cid", "li");
        received("cid");
        talk(sessions, message, "s1", "r1");
        now = now.plusSeconds(1);
        for (int i = 1; i <= 4; i++) {
            tool("user:li", "n" + i);
        }
        assertThat(texts(sessions.enter(CommitKey.NONE, message, ++ids, NOTHING).join())).containsExactly("n2", "n3", "n4");
        tool("user:li", "x".repeat(18));
        assertThat(texts(sessions.enter(CommitKey.NONE, message, ++ids, NOTHING).join())).containsExactly("n4", "x".repeat(18));

        tool("user:" + "l".repeat(2_000), "an id that no person has");
        assertThat(rows("sent_to")).isEqualTo(5);
        Housekeeping housekeeping = new Housekeeping(store, () -> now.plus(Duration.ofDays(8)),
                List.of(Notifications.expiry(Duration.ofDays(7))));
        housekeeping.deleteSome();
        assertThat(rows("sent_to")).isZero();
    }

    /** Puts on record what a tool sent. */
    private void tool(String place, String text) {
        store.writeAndWait(connection -> {
            String id = "sent" + now.toEpochMilli() + text;
            try (var insert = connection.prepareStatement("""
                    insert into sent_message (integration, message_id, kind, place, recipients, message_keys, state, sent_at, text)
                    values ('main', ?, 'people', '[]', '[]', '[]', 'sent', ?, ?)""")) {
                insert.setString(1, id);
                insert.setLong(2, now.toEpochMilli());
                insert.setString(3, text);
                insert.executeUpdate();
            }
            Notifications.sent(connection, "main", List.of(place), id, now.toEpochMilli());
            return 1;
        });
        notifications.forget("main", List.of(place));
    }

    /** A message is in the inbox, with the next row's number. */
    private void received(String conversation) {
        store.writeAndWait(connection -> {
            try (var insert = connection.prepareStatement("""
                    insert into message (integration, msg_id, conversation_id, sender_id, kind, state, payload, received_at)
                    values ('main', ?, ?, 'li', 'turn', 'done', '{}', ?)""")) {
                insert.setString(1, "m" + System.nanoTime());
                insert.setString(2, conversation);
                insert.setLong(3, now.toEpochMilli());
                return insert.executeUpdate();
            }
        });
    }

    private static List<Object> texts(Session session) {
        return session.entries().stream().map(entry -> entry.get("text")).toList();
    }

    private String talk(Sessions sessions, InboundMessage message, String said, String reply) {
        Session session = sessions.enter(CommitKey.NONE, message, ++ids, NOTHING).join();
        sessions.leave(CommitKey.NONE, message, session.id(), ended(said, reply), NOTHING).join();
        return session.id();
    }

    private Sessions.Ended ended(String said, String reply) {
        return new Sessions.Ended(ids, now, said, reply,
                new Usage(1, 1, reply == null ? 0 : 1, said.length(), reply == null ? 0 : 6, 7, 10, 20));
    }

    private static List<Object> texts(Sessions sessions, InboundMessage message) {
        return sessions.current(message).entries().stream().map(entry -> entry.get("text")).toList();
    }

    private long rows(String table) {
        return store.read(connection -> {
            try (var select = connection.createStatement(); var row = select.executeQuery("select count(*) from " + table)) {
                row.next();
                return row.getLong(1);
            }
        });
    }

    private Sessions sessions(Map<String, String> settings) {
        notifications = new Notifications(store);
        return new Sessions(store, AppSettings.with(settings), notifications, () -> now);
    }

    private static InboundMessage dm(String conversation, String who) {
        return message(ConversationType.DM, conversation, who, null);
    }

    private static InboundMessage group(String conversation, String who) {
        return group(conversation, who, null);
    }

    private static InboundMessage group(String conversation, String who, String nick) {
        return message(ConversationType.GROUP, conversation, who, nick);
    }

    private static InboundMessage message(ConversationType type, String conversation, String who, String nick) {
        return new InboundMessage("main", "m", "text", type, conversation, null, new Sender("$:LWCP_v1:$" + who, who, null, nick, false),
                null, null, true, false, null, "hello", List.of(), null, null, null, List.of(), null);
    }
}
