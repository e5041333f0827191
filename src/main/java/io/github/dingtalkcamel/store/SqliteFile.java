package io.github.dingtalkcamel.store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of an SQLite store, looked at before it is used: a file that is empty, cut short, damaged, or robbed of its {@code -wal} is met
 * with words,
 * never with a fresh start that hides a loss.
 * <p>
 * What was committed last is in {@code <file>-wal} while a process runs, and after one that was killed. So while one runs there is a {@code
 * <file>-open}
 * beside it: where that is left and the {@code -wal} is not, something is missing.
 */
final class SqliteFile {

    private static final Logger LOG = LoggerFactory.getLogger(SqliteFile.class);

    /** Looked through from end to end at a start: measured at 1.5 GB/s from memory, so a second or two from a slow disk. */
    private static final long LOOKED_THROUGH_BYTES = 512L << 20;
    private static final long REBUILT_BYTES = 64L << 20;
    private static final int INCREMENTAL = 2;
    private static final List<String> BESIDE = List.of("", "-wal", "-shm", "-open");

    private final Path file;
    private final Object identity;

    private SqliteFile(Path file) throws IOException {
        this.file = file;
        this.identity = identity();
    }

    /**
     * Makes the file where there is none, and looks at one that is there.
     *
     * @throws StoreException when it can't be used as it is, with what to do
     */
    static SqliteFile open(Path file) throws StoreException, IOException, SQLException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            OwnerOnly.directory(folder);
        }
        boolean unclean = Files.exists(beside(file, "-open"));
        if (!Files.exists(file)) {
            if (unclean) {
                throw new StoreException(file + " is missing, though a store was in use here: put it back, with its -wal if there is one."
                        + " To begin with an empty store, delete " + beside(file, "-open"), null);
            }
            create(file);
            LOG.info("Made a new store: {}", file);
        } else if (Files.size(file) == 0) {
            throw new StoreException(file
                    + " is empty, which no store ever is: restore it from a backup, or delete it to begin with an empty store", null);
        } else if (unclean && !Files.exists(beside(file, "-wal"))) {
            throw new StoreException(file
                    + "-wal is missing: the last process did not end by itself, and what it wrote last is in there. Put it back."
                    + " If " + file + " is a backup that was restored, or to continue without it, delete " + beside(file, "-open"), null);
        }
        restrictRights(file);
        look(file);
        return new SqliteFile(file);
    }

    private static void restrictRights(Path file) {
        for (String suffix : BESIDE) {
            try {
                if (OwnerOnly.restrict(beside(file, suffix))) {
                    LOG.info("{} could be read by other users; now only its owner may", beside(file, suffix));
                }
            } catch (IOException e) {
                LOG.warn("The rights of {} can't be changed, others may read it: {}", beside(file, suffix), e.toString());
            }
        }
    }

    private static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** Whole or not at all, since an empty file would be met with a refusal at the next start. */
    private static void create(Path file) throws IOException, SQLException {
        Path whole = beside(file, "-new");
        Files.deleteIfExists(whole);
        // SQLite takes an empty file for a new one, and gives what it puts beside it the same rights
        OwnerOnly.file(whole);
        try (Connection connection = connect(whole); Statement statement = connection.createStatement()) {
            // free pages can be given back in small steps only if that is said before the first table
            statement.execute("pragma auto_vacuum = incremental");
            statement.execute("pragma journal_mode = wal");
        }
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void look(Path file) throws StoreException, IOException, SQLException {
        try (Connection connection = connect(file); Statement statement = connection.createStatement()) {
            // what a killed process left in the -wal becomes part of the file
            number(statement, "pragma wal_checkpoint(truncate)");
            long pages = number(statement, "pragma page_count");
            long size = pages * number(statement, "pragma page_size");
            if (size <= LOOKED_THROUGH_BYTES) {
                try (ResultSet found = statement.executeQuery("pragma quick_check(1)")) {
                    if (found.next() && !"ok".equals(found.getString(1))) {
                        throw damaged(file, found.getString(1));
                    }
                }
            }
            if (number(statement, "pragma auto_vacuum") != INCREMENTAL) {
                letItShrink(file, size, statement);
            }
        } catch (SQLException e) {
            if (Damage.is(e)) {
                throw damaged(file, e.getMessage());
            }
            throw e;
        }
        // all is in the file itself
        Files.deleteIfExists(beside(file, "-open"));
    }

    private static void letItShrink(Path file, long size, Statement statement) {
        if (size > REBUILT_BYTES) {
            LOG.info("{} was made by a version that did not let it shrink: its free space is used again, but not given back. To change"
                    + " that, stop this process"
                    + " and run: sqlite3 {} 'pragma auto_vacuum = incremental; vacuum'", file, file);
            return;
        }
        try {
            statement.execute("pragma auto_vacuum = incremental");
            statement.execute("vacuum");
        } catch (SQLException e) {
            LOG.warn("{} can't be made to shrink now, perhaps for want of space; the next start tries again: {}", file, e.getMessage());
        }
    }

    private static StoreException damaged(Path file, String how) {
        return new StoreException(file + " is damaged: " + how.strip().replaceAll("\\s+", " ")
                + ". Restore it from a backup, or save what can be read: sqlite3 " + file
                + " .recover | sqlite3 recovered.db; or choose another file with dingtalk.store-url"
                + " or dingtalk.data-dir", null);
    }

    private static Connection connect(Path file) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file);
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : 0;
        }
    }

    /** A process uses it from now on; the {@code -wal} is there. */
    void begin() throws IOException {
        if (Files.exists(beside(file, "-wal"))) {
            OwnerOnly.file(beside(file, "-open"));
            Files.writeString(beside(file, "-open"),
                    "A process uses the store, or was killed while it did: dingtalk.db and dingtalk.db-wal belong together.\n");
        }
    }

    /** It is about to be closed as it should be. */
    void end() {
        try {
            Files.deleteIfExists(beside(file, "-open"));
        } catch (IOException e) {
            LOG.warn("{} can't be deleted: {}", beside(file, "-open"), e.toString());
        }
    }

    /** What happened to the file behind our back, or null. */
    String trouble() {
        try {
            return identity.equals(identity()) ? null : gone("was replaced");
        } catch (IOException e) {
            return gone("is gone");
        }
    }

    private String gone(String what) {
        return file + " " + what
                + " while it was in use: what is written now would be lost. Stop this process, put the right file there, and start again";
    }

    private Object identity() throws IOException {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        return key == null ? file : key;
    }
}
