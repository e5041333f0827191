package io.github.dingtalkcamel.tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

import io.github.dingtalkcamel.component.api.FileException;
import io.github.dingtalkcamel.component.file.FileNames;

/**
 * The directory that files may be sent from, {@code dingtalk.files-dir}. Every path, links included, must lead to a file below
 * the directory, or it is refused. Does not defend against an exchange of directories for links while a file is read: a user who may write
 * there may as well put the file there.
 */
final class FilesDirectory {

    private final Optional<Path> directory;

    FilesDirectory(Optional<Path> directory) {
        this.directory = directory;
    }

    /**
     * The file of a path, relative to the directory or absolute; links resolved.
     *
     * @throws FileException where there is none, or none that may be sent; a path outside does not learn what is there
     */
    Path resolve(String path) throws FileException {
        Path configured = directory.orElseThrow(() -> new FileException("filesDirUnset",
                "Files of this machine can't be sent while dingtalk.files-dir is not set",
                "Set dingtalk.files-dir (DINGTALK_FILES_DIR) to the directory that files may be sent from, or send the file as base64 or"
                        + " by its url"));
        Path base;
        try {
            base = configured.toRealPath();
        } catch (IOException e) {
            throw new FileException("filesDirMissing", "The directory dingtalk.files-dir can't be read",
                    "Create it, or set dingtalk.files-dir to another one");
        }
        try {
            Path asked = FileNames.path(base, path).normalize();
            // what is outside is not even looked at
            if (asked.startsWith(base) || asked.startsWith(configured.toAbsolutePath().normalize())) {
                Path real = asked.toRealPath();
                if (real.startsWith(base) && Files.isRegularFile(real) && Files.isReadable(real)) {
                    return real;
                }
            }
        } catch (IOException | InvalidPathException e) {
            // reported below
        }
        throw new FileException("fileNotFound", "There is no such file below dingtalk.files-dir",
                "Give a path relative to dingtalk.files-dir; links must not lead out of it");
    }
}
