package io.github.dingtalkcamel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What code, routes and documents cite is in the repository: each section of docs/protocol.md and docs/promises.md, and each file. */
class CitationsTest {

    private static final List<String> TEXTS = List.of(".java", ".yaml", ".yml", ".js", ".xml", ".md", ".properties");
    private static final String NUMBER = "(?:\\d+(?:\\.\\d+)*|A\\.\\d)";
    private static final String NUMBERS = NUMBER + "(?:(?:, | and | to )" + NUMBER + "(?![\\w-]))*";

    @Test
    void citedSectionsExist() throws IOException {
        assertThat(missingSections("protocol")).isEmpty();
        assertThat(missingSections("promises")).isEmpty();
    }

    @Test
    void citedDocumentsExist() throws IOException {
        assertThat(found("docs/([a-z-]+\\.md)").map(match -> "docs/" + match.group(1)).distinct()
                .filter(file -> !Files.exists(Path.of(file))))
                .isEmpty();
    }

    @Test
    void nothingIsCitedThatIsNotInTheRepository() throws IOException {
        assertThat(found("\\b(?:[Pp]rotocol|[Cc]ontract) \\d[\\d.]*|camel-notes|field-lessons|contract\\.md|dingtalk-protocol\\.md")
                .map(MatchResult::group)).isEmpty();
    }

    private static TreeSet<String> missingSections(String document) throws IOException {
        Matcher heading = Pattern.compile("(?m)^#+ (" + NUMBER + ") ").matcher(Files.readString(Path.of("docs", document + ".md")));
        TreeSet<String> cited = found("docs/" + document + "\\.md (" + NUMBERS + ")")
                .flatMap(match -> Arrays.stream(match.group(1).split(", | and | to "))).collect(Collectors.toCollection(TreeSet::new));
        assertThat(cited).isNotEmpty();
        heading.results().forEach(match -> cited.remove(match.group(1)));
        return cited;
    }

    /** The matches in all texts; a citation may be split over two lines of a comment. */
    private static Stream<MatchResult> found(String regex) throws IOException {
        Pattern pattern = Pattern.compile(regex);
        try (Stream<Path> src = Files.walk(Path.of("src")); Stream<Path> docs = Files.walk(Path.of("docs"))) {
            return Stream.of(src, docs, Stream.of(Path.of("README.md"))).flatMap(files -> files)
                    .filter(file -> TEXTS.stream().anyMatch(file.getFileName().toString()::endsWith)
                            && !file.endsWith("CitationsTest.java"))
                    .flatMap(file -> pattern.matcher(oneLine(file)).results()).toList().stream();
        }
    }

    private static String oneLine(Path file) {
        try {
            return Files.readString(file).replaceAll("\\R[ \\t]*(?:\\*|//|#)?[ \\t]+", " ");
        } catch (IOException e) {
            throw new IllegalStateException(file + " cannot be read as UTF-8", e);
        }
    }
}
