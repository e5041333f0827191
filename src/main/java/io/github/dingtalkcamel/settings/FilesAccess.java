package io.github.dingtalkcamel.settings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Where files may come from: those that tools send, and those that people attached to their messages.
 *
 * @param directory       tools' files are below it, as it was set; empty for none
 * @param privateUrls     whether tools may fetch files from addresses that are not public
 * @param attachmentHosts further hosts, in lower case, that attachments may be fetched from
 */
public record FilesAccess(Optional<Path> directory, boolean privateUrls, Set<String> attachmentHosts) {
}
