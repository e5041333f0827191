package io.github.dingtalkcamel.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

import io.github.dingtalkcamel.settings.Settings;

/** The JVM, its locale and directories, the disk and the store. */
final class MachineChecks {

    private static final int OLDEST_JAVA = 17;
    private static final long LEAST_HEAP = 100L << 20;
    private static final long LEAST_DISK = 200L << 20;
    private static final int STORE_SECONDS = 5;
    private static final String SQLITE = "jdbc:sqlite:";
    private static final String SQLITE_HEAD = "SQLite format 3";

    private final Machine machine;

    MachineChecks(Machine machine) {
        this.machine = machine;
    }

    List<Finding> of(Settings settings) {
        return List.of(java(), locale(), directory("temp directory", machine.temp(),
                "Set -Djava.io.tmpdir= to a directory that this user may write"),
                directory("data directory", settings.dataDir(), "Set DINGTALK_DATA_DIR to a directory that this user may write"),
                disk(settings.dataDir()), store(settings));
    }

    private Finding java() {
        if (machine.java() < OLDEST_JAVA) {
            return Finding.wrong("java", "Java " + machine.java() + " is too old", "Install Java " + OLDEST_JAVA + " or newer");
        }
        String found = "Java " + machine.java() + ", " + (machine.maxHeap() >> 20) + " MB of heap at most";
        return machine.maxHeap() < LEAST_HEAP ? Finding.wrong("java", found, "Give it more: -Xmx256m") : Finding.ok("java", found);
    }

    private Finding locale() {
        return machine.names().equals(StandardCharsets.UTF_8) ? Finding.ok("locale", "Names of files are UTF-8")
                : Finding.wrong("locale", "Names of files are " + machine.names()
                        + ": those with other characters than ASCII can't be used", "Set LANG=C.UTF-8");
    }

    private static Finding directory(String check, Path directory, String remedy) {
        try {
            Path there = directory.toAbsolutePath();
            while (!Files.exists(there) && there.getParent() != null) {
                // what is not there yet is made at the start
                there = there.getParent();
            }
            Files.delete(Files.createTempFile(there, "dingtalk-doctor", ".tmp"));
            return Finding.ok(check, directory + " can be written");
        } catch (IOException | SecurityException e) {
            return Finding.wrong(check, directory + " can't be written: " + e.getClass().getSimpleName(), remedy);
        }
    }

    private static Finding disk(Path directory) {
        try {
            Path there = directory.toAbsolutePath();
            while (!Files.exists(there) && there.getParent() != null) {
                there = there.getParent();
            }
            long free = Files.getFileStore(there).getUsableSpace();
            String found = (free >> 20) + " MB are free for the data directory";
            return free < LEAST_DISK ? Finding.wrong("disk", found, "Free at least " + (LEAST_DISK >> 20) + " MB")
                    : Finding.ok("disk", found);
        } catch (IOException e) {
            return Finding.unknown("disk", "Its free space can't be read: " + e.getMessage(), null);
        }
    }

    private static Finding store(Settings settings) {
        if (settings.storeUrl().isSqlite()) {
            return sqlite(Path.of(settings.storeUrl().reveal().substring(SQLITE.length()).replaceFirst("\\?.*", "")));
        }
        DriverManager.setLoginTimeout(STORE_SECONDS);
        try (Connection connection = DriverManager.getConnection(settings.storeUrl().reveal(), settings.storeUser().orElse(null),
                settings.storePassword().isSet() ? settings.storePassword().reveal() : null)) {
            if (!connection.isValid(STORE_SECONDS)) {
                throw new SQLException("it does not answer");
            }
            return Finding.ok("store", settings.storeUrl() + " answers");
        } catch (SQLException e) {
            return Finding.wrong("store", settings.storeUrl() + " can't be opened: " + e.getMessage(),
                    "Look at DINGTALK_STORE_URL, DINGTALK_STORE_USER and DINGTALK_STORE_PASSWORD");
        }
    }

    /** Not opened: that would make files beside it, as the user that asks, which the program's own user could not write. */
    private static Finding sqlite(Path file) {
        if (!Files.exists(file)) {
            return Finding.ok("store", "SQLite; " + file.getFileName() + " is made at the first start");
        }
        try (InputStream in = Files.newInputStream(file)) {
            String head = new String(in.readNBytes(SQLITE_HEAD.length()), StandardCharsets.ISO_8859_1);
            if (!head.isEmpty() && !head.equals(SQLITE_HEAD)) {
                return Finding.wrong("store", file + " is no SQLite database", "Restore it from a backup, or move it away to begin anew");
            }
            return Files.isWritable(file) ? Finding.ok("store", "SQLite; " + file.getFileName() + " is there")
                    : Finding.wrong("store", file + " can't be written", "Give this user the right to, or run as the user that made it");
        } catch (IOException e) {
            return Finding.wrong("store", file + " can't be read: " + e.getClass().getSimpleName(),
                    "Give this user the right to, or run as the user that made it");
        }
    }
}
