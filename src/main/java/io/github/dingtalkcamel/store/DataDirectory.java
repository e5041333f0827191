package io.github.dingtalkcamel.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The data directory, held by one process at a time (contract 2). The lock goes with the process, however it ends. */
public final class DataDirectory implements AutoCloseable {

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
            Files.createDirectories(directory);
            channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
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
                + " is in use by another dingtalk-camel. Stop that one, or give this one a directory of its own with dingtalk.data-dir (DINGTALK_DATA_DIR)",
                null);
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
