package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

/** Links between the documents of this repository, as GitHub resolves them. */
class DocumentLinksTest {

    private static final Pattern LINK = Pattern.compile("(?:\\]\\(|src=\")([^)\"\\s]+)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.+?) *$");

    private static List<Path> documents() throws IOException {
        try (Stream<Path> top = Files.list(Path.of("")); Stream<Path> docs = Files.walk(Path.of("docs"))) {
            return Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).toList();
        }
    }

    @Test
    void leadToFilesAndHeadingsThatExist() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path document : documents()) {
            Matcher link = LINK.matcher(Files.readString(document).replaceAll("(?s)```.*?```", "").replaceAll("`[^`\n]*`", ""));
            while (link.find()) {
                if (!link.group(1).matches("[a-z]+:.*")) {
                    links++;
                    if (!exists(document, link.group(1))) {
                        broken.add(document + ": " + link.group(1));
                    }
                }
            }
        }
        assertThat(links).isGreaterThan(50);
        assertThat(broken).isEmpty();
    }

    private static boolean exists(Path document, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
        return Files.exists(target) && (parts.length == 1 || headings(target).contains(parts[1]));
    }

    private static List<String> headings(Path document) throws IOException {
        return HEADING.matcher(Files.readString(document)).results().map(match -> match.group(1).toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-')).toList();
    }

    @Test
    void theReadmeIsShortAndTheChineseOneHasTheSameSections() throws IOException {
        List<String> english = Files.readAllLines(Path.of("README.md"));
        List<String> chinese = Files.readAllLines(Path.of("README_zh.md"));

        assertThat(english).hasSizeLessThan(200);
        assertThat(chinese).hasSizeLessThan(200);
        assertThat(chinese.stream().filter(line -> line.startsWith("## "))).hasSameSizeAs(english.stream()
                .filter(line -> line.startsWith("## ")).toList());
        assertThat(links(chinese)).containsExactlyElementsOf(links(english));
    }

    private static List<String> links(List<String> lines) {
        return LINK.matcher(String.join("\n", lines)).results().map(match -> match.group(1)).filter(link -> link.startsWith("docs/"))
                .distinct().toList();
    }
}
