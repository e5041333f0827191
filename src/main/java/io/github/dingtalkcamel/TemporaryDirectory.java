package io.github.dingtalkcamel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.github.dingtalkcamel.settings.StartException;

/** The temp directory of the Java virtual machine: uploads and downloads, the console's files and SQLite's library use it. */
final class TemporaryDirectory {

    private TemporaryDirectory() {
    }

    /**
     * Checks that files can be created there.
     *
     * @throws StartException if they can't; the message says what to do
     */
    static void check(Path directory) throws StartException {
        try {
            Files.delete(Files.createTempFile(directory, "dingtalk-camel-", null));
        } catch (IOException e) {
            throw new StartException("The temp directory " + directory + " (java.io.tmpdir) "
                    + (Files.isDirectory(directory) ? "can't be written" : "does not exist")
                    + ". Create it and let this process write it, or choose another with java -Djava.io.tmpdir=DIRECTORY -jar …", e);
        }
    }
}
