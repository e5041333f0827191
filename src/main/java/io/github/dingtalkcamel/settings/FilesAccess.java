package io.github.dingtalkcamel.settings;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where files that tools send may come from.
 *
 * @param directory   those below it, as it was set; empty for none
 * @param privateUrls whether addresses that are not public may be asked for files
 */
public record FilesAccess(Optional<Path> directory, boolean privateUrls) {
}
