package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

@Timeout(30)
class GroupCommitTest {

    @TempDir
    Path folder;

    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicBoolean unreachable = new AtomicBoolean();
    private SQLiteDataSource file;
    private GroupCommit store;

    @BeforeEach
    void open() throws SQLException {
        file = new SQLiteDataSource();
        file.setUrl("jdbc:sqlite:" + folder.resolve("test.db"));
        try (Connection connection = file.getConnection(); var create = connection.createStatement()) {
            create.execute("pragma journal_mode = wal");
            create.execute("create table line (id integer primary key autoincrement, text varchar(100) not null unique)");
        }
        store = new GroupCommit(counting(file));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatFollowsAWriteIsAttachedBeforeTheWriterCanBeDoneWithIt() throws Exception {
        BlockingQueue<GroupCommit.Pending<?>> slow = new LinkedBlockingQueue<>() {
            @Override
            public boolean offer(GroupCommit.Pending<?> one) {
                super.offer(one);
                // the submitting thread continues only after the commit; join() would let it run what the writer is to run
                Awaitility.await().atMost(Duration.ofSeconds(30)).until(one.future::isDone);
                return true;
            }
        };
        CompletableFuture<String> followed = new CompletableFuture<>();
        try (GroupCommit quick = new GroupCommit(counting(file), connection -> { }, slow)) {
            quick.submit(CommitKey.NONE, connection -> 7, (result, failure) ->
                    followed.complete(result + " by " + Thread.currentThread().getName()));
        }

        assertThat(followed).isCompletedWithValue("7 by dingtalk-store-writer");
    }

    @Test
    void storesRowsInTheOrderOfTheirSubmission() throws Exception {
        List<String> submitted = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        List<CompletableFuture<String>> all = Collections.synchronizedList(new ArrayList<>());
        Object order = new Object();
        for (int t = 0; t < 8; t++) {
            int number = t;
            threads.add(new Thread(() -> {
                for (int i = 0; i < 250; i++) {
                    synchronized (order) {
                        String text = number + "-" + i;
                        submitted.add(text);
                        all.add(store.submit(insert(text)));
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);

        assertThat(lines()).isEqualTo(submitted);
    }

    @Test
    void sharesOneCommitAmongAllThatWait() throws Exception {
        CountDownLatch busy = busy();
        List<CompletableFuture<String>> waiting = submit(100);
        commits.set(0);
        busy.countDown();
        CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);

        // the one that was busy, and one for the hundred
        assertThat(commits).hasValue(2);
        assertThat(lines()).hasSize(100);
    }

    @Test
    void failsOnlyTheFaultyPieceOfACommit() throws Exception {
        CountDownLatch busy = busy();
        CompletableFuture<String> before = store.submit(insert("before"));
        CompletableFuture<String> twice = store.submit(insert("before"));
        CompletableFuture<String> buggy = store.submit(connection -> {
            throw new IllegalStateException("a bug");
        });
        CompletableFuture<String> tooDeep = store.submit(connection -> {
            throw new StackOverflowError();
        });
        CompletableFuture<String> after = store.submit(insert("after"));
        busy.countDown();

        assertThat(before.get(10, TimeUnit.SECONDS)).isEqualTo("before");
        assertThat(after.get(10, TimeUnit.SECONDS)).isEqualTo("after");
        assertThatThrownBy(() -> twice.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(StoreException.class).hasMessageContaining("UNIQUE");
        assertThatThrownBy(() -> buggy.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(StoreException.class).hasMessageContaining("a bug");
        assertThatThrownBy(() -> tooDeep.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(StoreException.class);
        assertThat(lines()).containsExactly("before", "after");
    }

    @Test
    void leavesNothingOfAPieceThatFailsHalfWay() throws Exception {
        CompletableFuture<String> half = store.submit(connection -> {
            insert("half").run(connection);
            throw new SQLException("and then it broke");
        });

        assertThatThrownBy(() -> half.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(StoreException.class);
        store.submit(insert("whole")).get(10, TimeUnit.SECONDS);
        assertThat(lines()).containsExactly("whole");
    }

    @Test
    void completesInOrderAndOnlyWhenTheCommitCanBeSeenByOthers() throws Exception {
        CountDownLatch busy = busy();
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        List<Boolean> durable = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<?>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String text = "line " + i;
            all.add(store.submit(insert(text)).thenAccept(done -> {
                seen.add(text);
                durable.add(lines().contains(text));
            }));
        }
        busy.countDown();
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);

        assertThat(seen).isEqualTo(lines());
        assertThat(durable).hasSize(20).doesNotContain(false);
    }

    @Test
    void goesOnWhenWhatFollowsAWriteFails() throws Exception {
        CompletableFuture<Object> follower = store.submit(insert("one")).thenApply(done -> {
            throw new IllegalStateException("a bug of another caller");
        });

        assertThatThrownBy(() -> follower.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        assertThat(store.submit(insert("two")).get(10, TimeUnit.SECONDS)).isEqualTo("two");
    }

    @Test
    void writesWhatWasSubmittedBeforeItCloses() throws Exception {
        CountDownLatch busy = busy();
        List<CompletableFuture<String>> waiting = submit(1_000);
        Thread closing = new Thread(store::close);
        closing.start();
        busy.countDown();
        closing.join(TimeUnit.SECONDS.toMillis(10));

        assertThat(waiting).allMatch(one -> one.isDone() && !one.isCompletedExceptionally());
        assertThat(lines()).hasSize(1_000);
    }

    @Test
    void refusesWhatComesAfterClosing() {
        store.close();

        assertThat(store.submit(insert("late"))).isCompletedExceptionally();
        assertThatThrownBy(() -> store.submit(insert("later")).join()).hasCauseInstanceOf(StoreException.class)
                .hasMessageContaining("closed");
        assertThat(lines()).isEmpty();
    }

    @Test
    void completesEverySubmissionThatRacesWithClosing() throws Exception {
        List<CompletableFuture<String>> all = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch started = new CountDownLatch(4);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int number = t;
            Thread thread = new Thread(() -> {
                started.countDown();
                for (int i = 0; i < 400; i++) {
                    all.add(store.submit(insert(number + "-" + i)));
                }
            });
            threads.add(thread);
            thread.start();
        }
        started.await();
        store.close();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(all).hasSize(1_600).allMatch(CompletableFuture::isDone);
        assertThat(all.stream().filter(one -> !one.isCompletedExceptionally())).hasSameSizeAs(lines());
    }

    @Test
    void survivesAnInterruptOfItsThreadAndOfTheOneThatCloses() throws Exception {
        CompletableFuture<Thread> writer = store.submit(connection -> Thread.currentThread());
        writer.get(10, TimeUnit.SECONDS).interrupt();
        assertThat(store.submit(insert("after the interrupt")).get(10, TimeUnit.SECONDS)).isEqualTo("after the interrupt");

        Thread.currentThread().interrupt();
        store.submit(insert("before closing"));
        store.close();
        assertThat(Thread.interrupted()).as("the interrupt is kept for the caller").isTrue();
        assertThat(lines()).containsExactly("after the interrupt", "before closing");
    }

    /** Each attempt at an unavailable database takes the pool's whole time-out: no caller may wait for the attempts of all others. */
    @Test
    void failsAllThatWaitAtOnceWhileTheDatabaseIsAway() throws Exception {
        CountDownLatch busy = busy();
        List<CompletableFuture<String>> waiting = submit(50);
        unreachable.set(true);
        connections.set(0);
        busy.countDown();

        assertThat(CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new))).failsWithin(Duration.ofSeconds(10));
        assertThat(waiting).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(connections).hasValue(1);
        assertThat(store.trouble()).contains("unavailable");

        unreachable.set(false);
        assertThat(store.submit(insert("back")).get(10, TimeUnit.SECONDS)).isEqualTo("back");
        assertThat(store.trouble()).isNull();
    }

    /** Holds the writer, so that what is submitted meanwhile waits together. */
    private CountDownLatch busy() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        store.submit(connection -> {
            entered.countDown();
            try {
                release.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return null;
        });
        entered.await();
        return release;
    }

    /** A database to which no connection can be made, which is known only when {@code given} is open. */
    private DataSource away(CountDownLatch trying, CountDownLatch given, AtomicInteger attempts) {
        return (DataSource) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { DataSource.class },
                (self, method, arguments) -> {
                    attempts.incrementAndGet();
                    trying.countDown();
                    given.await();
                    throw new SQLException("no answer");
                });
    }

    @Test
    void whatWaitsWhileAConnectionIsTriedFailsWithIt() throws Exception {
        CountDownLatch trying = new CountDownLatch(1);
        CountDownLatch given = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        try (GroupCommit commits = new GroupCommit(away(trying, given, attempts))) {
            CompletableFuture<String> first = commits.submit(insert("first"));
            trying.await();
            CompletableFuture<String> second = commits.submit(insert("second"));
            given.countDown();

            for (CompletableFuture<String> each : List.of(first, second)) {
                assertThatThrownBy(each::join).hasMessageContaining("no answer");
            }
        }
        assertThat(attempts).hasValue(1);
    }

    @Test
    void endsWhenItIsClosedWhileAConnectionIsTriedThoughTheQueueFillsAtThatMoment() throws Exception {
        CountDownLatch trying = new CountDownLatch(1);
        CountDownLatch given = new CountDownLatch(1);
        AtomicReference<GroupCommit.Pending<String>> late = new AtomicReference<>();
        BlockingQueue<GroupCommit.Pending<?>> full = new LinkedBlockingQueue<>(1) {
            @Override
            public int drainTo(Collection<? super GroupCommit.Pending<?>> all) {
                int count = super.drainTo(all);
                late.set(new GroupCommit.Pending<>(CommitKey.NONE, insert("late")));
                assertThat(offer(late.get())).isTrue();
                return count;
            }
        };
        GroupCommit commits = new GroupCommit(away(trying, given, new AtomicInteger()), connection -> { }, full);
        CompletableFuture<String> first = commits.submit(insert("first"));
        trying.await();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(commits::close);
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> full.size() == 1);
        given.countDown();

        closing.get(30, TimeUnit.SECONDS);
        assertThatThrownBy(() -> first.get(30, TimeUnit.SECONDS)).hasMessageContaining("no answer");
        assertThatThrownBy(() -> late.get().future.get(30, TimeUnit.SECONDS)).hasMessageContaining("The store is closed");
    }

    @Test
    void whatFollowsACommitSeesItAndFailsNoWrite() {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        CommitScope scope = new CommitScope() {
            @Override
            public void mayWrite() {
            }

            @Override
            public void begin(Connection connection, Set<String> conversations) {
            }

            @Override
            public void check(CommitKey key) {
            }

            @Override
            public void end(Connection connection) {
            }

            @Override
            public void committed(Connection connection) throws SQLException {
                try (Connection other = file.getConnection(); var count = other.createStatement().executeQuery("select count(*) from line")) {
                    seen.add(count.getInt(1));
                }
                if (seen.size() == 1) {
                    throw new SQLException("the connection is gone");
                }
                throw new NoClassDefFoundError("of what is told");
            }
        };
        try (GroupCommit commits = new GroupCommit(counting(file), scope)) {
            assertThat(commits.submit(insert("first")).join()).isEqualTo("first");
            assertThat(commits.submit(insert("second")).join()).isEqualTo("second");
            assertThat(commits.trouble()).isNull();
        }
        assertThat(seen).containsExactly(1, 2);
    }

    private List<CompletableFuture<String>> submit(int count) {
        List<CompletableFuture<String>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(store.submit(insert("line " + i)));
        }
        return all;
    }

    private static Store.Work<String> insert(String text) {
        return connection -> {
            try (PreparedStatement insert = connection.prepareStatement("insert into line (text) values (?)")) {
                insert.setString(1, text);
                insert.executeUpdate();
                return text;
            }
        };
    }

    private List<String> lines() {
        try (Connection connection = file.getConnection(); var select = connection.createStatement();
                var rows = select.executeQuery("select text from line order by id")) {
            List<String> lines = new ArrayList<>();
            while (rows.next()) {
                lines.add(rows.getString(1));
            }
            return lines;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private DataSource counting(DataSource real) {
        return (DataSource) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { DataSource.class },
                (proxy, method, arguments) -> {
            if (!method.getName().equals("getConnection")) {
                return invoke(real, method, arguments);
            }
            connections.incrementAndGet();
            if (unreachable.get()) {
                throw new SQLException("the database is unavailable");
            }
            Connection connection = real.getConnection();
            return Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class }, (self, call, values) -> {
                // the latter commits too
                if (call.getName().equals("commit") || call.getName().equals("setAutoCommit") && (boolean) values[0]) {
                    commits.incrementAndGet();
                }
                return invoke(connection, call, values);
            });
        });
    }

    private static Object invoke(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
