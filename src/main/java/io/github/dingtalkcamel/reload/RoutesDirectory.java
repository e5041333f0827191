package io.github.dingtalkcamel.reload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.file.FileNames;
import io.github.dingtalkcamel.encoding.TextFile;

/**
 * The routes directory: every non-hidden {@code *.yaml} and {@code *.yml} directly in it. Links are followed, so a file that is
 * swapped by a link, as in a mounted ConfigMap, is seen as changed. A directory that does not exist counts as empty.
 */
final class RoutesDirectory {

    private static final int MAX_FILES = 1_000;

    private final Path directory;

    RoutesDirectory(Path directory) {
        this.directory = directory;
    }

    Path path() {
        return directory;
    }

    /**
     * The files by name.
     *
     * @throws BadRoutesException when something can't be read, is not UTF-8 or larger than 1 MiB, or there are more than 1,000 files
     */
    Map<String, RouteFile> read() {
        Map<String, RouteFile> files = new TreeMap<>();
        for (Path file : list()) {
            files.put(FileNames.name(file), RouteFile.own(file, text(file)));
        }
        return files;
    }

    private List<Path> list() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> found = files.filter(file -> file.getFileName().toString().matches("[^.].*\\.ya?ml")).filter(Files::isRegularFile)
                    .limit(MAX_FILES + 1L).toList();
            if (found.size() > MAX_FILES) {
                throw new BadRoutesException("The routes directory " + directory + " has more than " + MAX_FILES
                        + " files. See dingtalk.routes-dir", null);
            }
            return found;
        } catch (IOException | RuntimeException e) {
            throw e instanceof BadRoutesException bad ? bad
                    : new BadRoutesException("The routes directory " + directory + " can't be read: " + e.getMessage()
                            + ". See dingtalk.routes-dir", e);
        }
    }

    private static String text(Path file) {
        try {
            return TextFile.read(file);
        } catch (IOException e) {
            throw new BadRoutesException(e.getMessage(), e);
        }
    }
}
