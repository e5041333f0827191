package io.github.dingtalkcamel.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

import io.github.dingtalkcamel.turn.Inbox;
import io.github.dingtalkcamel.turn.Spoken;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code -wal} of an SQLite store: how large it becomes, and that nothing in it is lost. */
class CheckpointTest {

    private static final int MEGABYTE = 1 << 20;

    @TempDir
    Path folder;

    private Path file;
    private Store store;

    @BeforeEach
    void open() {
        file = folder.resolve("dingtalk.db");
        store = Store.open("jdbc:sqlite:" + file, null, null);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void keepsTheWalBounded() throws Exception {
        List<Long> sizes = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            add(i);
            sizes.add(Files.size(wal()));
        }

        assertThat(sizes).as("bytes of the -wal").allMatch(size -> size <= 18 * MEGABYTE)
                .as("few checkpoints, since each writes pages again that many messages change").anyMatch(size -> size > 14 * MEGABYTE);
        assertThat(Files.size(file)).as("what is in the file itself").isGreaterThan(28L * MEGABYTE);
    }

    @Test
    void losesNothingOfALargeWalWhereTheProcessIsKilled() throws Exception {
        for (int i = 0; i < 12; i++) {
            add(i);
        }
        assertThat(Files.size(file)).as("all of it is in the -wal alone").isLessThan(MEGABYTE);
        Path killed = Files.createDirectory(folder.resolve("killed"));
        for (String suffix : new String[] { "", "-wal", "-open" }) {
            Files.copy(Path.of(file + suffix), killed.resolve("dingtalk.db" + suffix));
        }
        store.close();

        store = Store.open("jdbc:sqlite:" + killed.resolve("dingtalk.db"), null, null);
        assertThat(store.<List<Integer>>read(connection -> Sql.list(connection, "select length(payload) from message order by id",
                row -> row.getInt(1)))).hasSize(12).containsOnly(MEGABYTE);
    }

    private void add(int number) {
        assertThat(new Inbox(store, InstantSource.system()).add(Spoken.in("cid", "m" + number), "x".repeat(MEGABYTE)).join()).isPresent();
    }

    private Path wal() {
        return Path.of(file + "-wal");
    }
}
