package io.github.dingtalkcamel.store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data directory, held by one process at a time. The lock goes with the process, however it ends. The directory and this program's
 * files in it are for the process's user alone, also where an older version made them otherwise.
 */
public final class DataDirectory implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DataDirectory.class);

    /** The lock, the store with what SQLite puts beside it, archives of classes. */
    private static final Pattern OWN_FILES = Pattern.compile("lock|dingtalk\\.db.*|.*\\.jsa");
    private static final Set<String> OWN_DIRECTORIES = Set.of("spool", "files");
    private static final int OWN_DEPTH = 4;

    private final FileChannel channel;
    private final FileLock lock;

    private DataDirectory(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Makes the directory where it is missing and takes its lock.
     *
     * @throws StoreException when another process has it, or it can't be written; the message says what to do
     */
    public static DataDirectory hold(Path directory) throws StoreException {
        FileChannel channel = null;
        try {
            OwnerOnly.directory(directory);
            OwnerOnly.file(directory.resolve("lock"));
            channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                restrictRights(directory);
                return new DataDirectory(channel, lock);
            }
        } catch (OverlappingFileLockException e) {
            // held in this very process: same answer
        } catch (IOException e) {
            throw new StoreException("The data directory " + directory.toAbsolutePath()
                    + " can't be used: " + e + ". Make it writable, or choose another with dingtalk.data-dir (DINGTALK_DATA_DIR)", e);
        }
        close(channel);
        throw new StoreException("The data directory " + directory.toAbsolutePath()
                + " is in use by another dingtalk-camel. Stop that one, or give this one a directory of its own with dingtalk.data-dir"
                + " (DINGTALK_DATA_DIR)",
                null);
    }

    /**
     * What an older version left readable by others is theirs no longer. Only names that this program gives are touched: the directory may
     * hold others.
     */
    private static void restrictRights(Path directory) {
        try {
            if (OwnerOnly.isShared(directory)) {
                LOG.warn("The data directory {} is shared by all users of this machine, who see the names of the files in it. Choose one"
                        + " of its own with"
                        + " dingtalk.data-dir (DINGTALK_DATA_DIR)", directory.toAbsolutePath());
            } else if (OwnerOnly.restrict(directory)) {
                LOG.info("The data directory {} could be read by other users; now only its owner may", directory.toAbsolutePath());
            }
        } catch (IOException e) {
            LOG.warn("The data directory {} belongs to another user, so its rights can't be changed; the files in it are for this"
                    + " process's user alone."
                    + " Its owner can run: chmod 700", directory.toAbsolutePath());
        }
        List<Path> restricted = new ArrayList<>();
        try (Stream<Path> files = Files.find(directory, OWN_DEPTH, (path, attributes) -> isOwn(directory.relativize(path)))) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (OwnerOnly.restrict(file)) {
                    restricted.add(file.getFileName());
                }
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("The rights of a file in the data directory {} can't be changed: {}. Run there: chmod -R go=",
                    directory.toAbsolutePath(), e.toString());
        }
        if (!restricted.isEmpty()) {
            LOG.info("{} files in {} could be read by other users; now only their owner may: {}", restricted.size(),
                    directory.toAbsolutePath(), restricted.stream().limit(10).toList());
        }
    }

    private static boolean isOwn(Path path) {
        String first = path.getName(0).toString();
        return OWN_DIRECTORIES.contains(first) || path.getNameCount() == 1 && OWN_FILES.matcher(first).matches();
    }

    @Override
    public void close() {
        try {
            lock.release();
        } catch (IOException e) {
            // the process ends, and the lock with it
        }
        close(channel);
    }

    private static void close(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // nothing was written to it
        }
    }
}
