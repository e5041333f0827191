package io.github.dingtalkcamel.store;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.dingtalkcamel.log.OutOfMemoryExit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that writes: it takes what waits, does it in one transaction, and commits once. So the cost of a sync is shared by all who
 * wait for it, and the order of submissions is the order of rows.
 * <p>
 * When one piece of work fails, the transaction is undone and each piece is tried in a transaction of its own, so that only the faulty one
 * fails.
 */
final class GroupCommit implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

    private static final int WAITING = 100_000;
    private static final int IN_A_COMMIT = 512;
    /** PostgreSQL's state of a transaction that may not write. */
    private static final String READ_ONLY = "25006";

    /** Keeps a process from writing that may not. */
    @FunctionalInterface
    interface Fence {
        void check(Connection connection) throws SQLException;
    }

    private final DataSource dataSource;
    private final Fence fence;
    /** Null where no other node shares the store. */
    private final CommitScope scope;
    private final BlockingQueue<Pending<?>> pending;
    private final Pending<Void> stop = new Pending<>(CommitKey.NONE, connection -> null);
    private final KeptStatements statements = new KeptStatements();
    private final Thread thread;
    /** Nothing is taken from the queue any more. Only the thread that writes uses it. */
    private boolean last;
    private volatile LongConsumer committed = nanos -> { };
    private volatile boolean closed;
    private volatile String trouble;
    /** Why nothing more is written, or null. */
    private volatile String refusal;

    /** Is told how long each transaction took, its commit included. */
    void onCommit(LongConsumer listener) {
        committed = listener;
    }

    GroupCommit(DataSource dataSource) {
        this(dataSource, connection -> {
        });
    }

    /** @param fence asked at the begin of each transaction whether it may be made */
    GroupCommit(DataSource dataSource, Fence fence) {
        this(dataSource, fence, new LinkedBlockingQueue<>(WAITING));
    }

    /** @param scope what is done at the edges of each transaction, since other nodes share the store */
    GroupCommit(DataSource dataSource, CommitScope scope) {
        this(dataSource, connection -> {
        }, scope, new LinkedBlockingQueue<>(WAITING));
    }

    /** @param pending what waits for the next commit */
    GroupCommit(DataSource dataSource, Fence fence, BlockingQueue<Pending<?>> pending) {
        this(dataSource, fence, null, pending);
    }

    private GroupCommit(DataSource dataSource, Fence fence, CommitScope scope, BlockingQueue<Pending<?>> pending) {
        this.pending = pending;
        this.dataSource = dataSource;
        this.fence = fence;
        this.scope = scope;
        this.thread = new Thread(this::run, "dingtalk-store-writer");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    <T> CompletableFuture<T> submit(Store.Work<T> work) {
        return submit(CommitKey.NONE, work);
    }

    <T> CompletableFuture<T> submit(CommitKey key, Store.Work<T> work) {
        return submit(new Pending<>(key, work));
    }

    /** @param then what follows, attached before the work is queued: so it follows in the order of rows, independent of thread timing */
    <T> void submit(CommitKey key, Store.Work<T> work, BiConsumer<? super T, ? super Throwable> then) {
        Pending<T> one = new Pending<>(key, work);
        one.future.whenComplete(then);
        submit(one);
    }

    private <T> CompletableFuture<T> submit(Pending<T> one) {
        if (closed) {
            one.fail(new StoreException("The store is closed", null));
        } else if (refusal != null) {
            one.fail(new StoreException(refusal, null));
        } else if (!pending.offer(one)) {
            one.fail(new StoreException("The store can't keep up: " + WAITING + " writes wait", null));
        } else if (closed && pending.remove(one)) {
            one.fail(new StoreException("The store is closed", null));
        }
        return one.future;
    }

    /** False once the thread that writes has ended. */
    boolean isAlive() {
        return closed || thread.isAlive();
    }

    String trouble() {
        return refusal != null ? refusal : trouble;
    }

    /** Writes nothing more until the next start: what is damaged or gone must not be made worse, nor what is written be lost. */
    void refuse(String why) {
        if (refusal == null) {
            LOG.error("The store takes nothing more: {}", why);
            refusal = why;
        }
    }

    /** Writes what was submitted before, then ends. Later work fails. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean interrupted = false;
        boolean logged = false;
        while (thread.isAlive()) {
            try {
                if (!logged) {
                    pending.put(stop);
                    logged = true;
                }
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        List<Pending<?>> batch = new ArrayList<>(IN_A_COMMIT);
        while (!last) {
            try {
                batch.add(pending.take());
            } catch (InterruptedException e) {
                // only close() ends this thread, by an entry in the queue
                continue;
            }
            pending.drainTo(batch, IN_A_COMMIT - 1);
            last = batch.remove(stop);
            if (!batch.isEmpty()) {
                commit(batch);
            }
            batch.clear();
        }
        for (Pending<?> late = pending.poll(); late != null; late = pending.poll()) {
            late.fail(new StoreException("The store is closed", null));
        }
    }

    private void commit(List<Pending<?>> batch) {
        try {
            transaction(batch);
        } catch (UnreachableException e) {
            unreachable(batch, e);
            return;
        } catch (SQLException | RuntimeException | Error first) {
            oneByOne(batch, first);
            return;
        }
        batch.forEach(Pending::complete);
    }

    private void oneByOne(List<Pending<?>> batch, Throwable first) {
        if (batch.size() == 1) {
            failed(batch, first);
            return;
        }
        for (int i = 0; i < batch.size(); i++) {
            List<Pending<?>> one = batch.subList(i, i + 1);
            try {
                transaction(one);
                one.get(0).complete();
            } catch (UnreachableException e) {
                unreachable(batch.subList(i, batch.size()), e);
                return;
            } catch (SQLException | RuntimeException | Error e) {
                failed(one, e);
            }
        }
    }

    private void transaction(List<Pending<?>> batch) throws SQLException {
        if (refusal != null) {
            throw new StoreException(refusal, null);
        }
        try (Connection connection = connect(batch)) {
            long begin = System.nanoTime();
            statements.begin(connection);
            try {
                for (Pending<?> one : batch) {
                    if (scope != null) {
                        scope.check(one.key);
                    }
                    one.run(connection);
                }
                if (scope != null) {
                    scope.end(connection);
                }
                // commits, and spares SQLite the empty transaction that its driver begins after a commit()
                connection.setAutoCommit(true);
            } catch (SQLException | RuntimeException | Error e) {
                rollback(connection, e);
                throw e;
            } finally {
                statements.end();
            }
            afterCommit(connection, System.nanoTime() - begin);
        }
        if (trouble != null) {
            LOG.info("The store is written again");
            trouble = null;
        }
    }

    /** The writes are done, whatever happens here: they must not be made again. */
    private void afterCommit(Connection connection, long nanos) {
        try {
            committed.accept(nanos);
            if (scope != null) {
                scope.committed(connection);
            }
        } catch (SQLException | RuntimeException | Error e) {
            OutOfMemoryExit.check(e);
            LOG.debug("What follows a commit failed", e);
        }
    }

    /**
     * SQLite undoes by itself what a full disk stops. Its driver then fails to undo it again, and to begin the next transaction: each
     * statement would commit by itself on that connection, so it is used no more. Nor is one to a PostgreSQL that became read-only, as a
     * primary does that another server replaced.
     */
    private void rollback(Connection connection, Throwable cause) {
        boolean usable = !(cause instanceof SQLException sql && READ_ONLY.equals(sql.getSQLState()));
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
            usable = false;
        }
        if (!usable && dataSource instanceof HikariDataSource pool) {
            pool.evictConnection(connection);
        }
    }

    private Connection connect(List<Pending<?>> batch) throws UnreachableException {
        try {
            if (scope != null) {
                scope.mayWrite();
            }
            Connection connection = dataSource.getConnection();
            try {
                connection.setAutoCommit(false);
                fence.check(connection);
                if (scope != null) {
                    scope.begin(connection, conversations(batch));
                }
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
            return connection;
        } catch (SQLException e) {
            throw new UnreachableException(e);
        }
    }

    private static Set<String> conversations(List<Pending<?>> batch) {
        return batch.stream().map(one -> one.key.conversation()).filter(Objects::nonNull).collect(Collectors.toSet());
    }

    /**
     * What was submitted during the attempt, which may take seconds, fails with it: what comes by a webhook must not wait for one attempt
     * more.
     */
    private void unreachable(List<Pending<?>> batch, UnreachableException e) {
        List<Pending<?>> all = new ArrayList<>(batch);
        pending.drainTo(all);
        if (all.remove(stop)) {
            // not queued again: others may have filled the queue meanwhile
            last = true;
        }
        failed(all, e.getCause());
    }

    /** There is no connection, or none that may write. */
    private static final class UnreachableException extends SQLException {
        UnreachableException(SQLException cause) {
            super(cause);
        }
    }

    private void failed(List<Pending<?>> batch, Throwable cause) {
        OutOfMemoryExit.check(cause);
        if (cause instanceof LeaseLostException) {
            // the store works; it is this write that comes too late
            batch.forEach(one -> one.fail(new StoreException(cause.getMessage(), cause)));
            return;
        }
        if (trouble == null) {
            LOG.error("The store could not be written: {}", cause.toString());
        }
        trouble = cause.toString();
        if (Damage.is(cause)) {
            refuse(Store.damaged(cause));
        }
        batch.forEach(one -> one.fail(new StoreException("The store could not be written: " + cause, cause)));
    }

    /** Work that waits for the next commit. */
    static final class Pending<T> {

        final CompletableFuture<T> future = new CompletableFuture<>();
        private final CommitKey key;
        private final Store.Work<T> work;
        private T result;

        Pending(CommitKey key, Store.Work<T> work) {
            this.key = key;
            this.work = work;
        }

        void run(Connection connection) throws SQLException {
            result = work.run(connection);
        }

        void complete() {
            try {
                future.complete(result);
            } catch (RuntimeException | Error e) {
                OutOfMemoryExit.check(e);
                // a dependent's own fault must not stop the writer
                LOG.warn("What follows a write failed", e);
            }
        }

        void fail(StoreException e) {
            future.completeExceptionally(e);
        }
    }
}
