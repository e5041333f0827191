package io.github.dingtalkcamel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A fenced block of a document.
 *
 * @param file     the document
 * @param line     where the block begins
 * @param language what its fence says, such as {@code sh}
 * @param text     its lines, without the indentation of the fence
 */
record DocumentBlock(Path file, int line, String language, String text) {

    private static final Pattern BLOCK = Pattern.compile("(?sm)^( *)```(\\w*)\\n(.*?)^ *```");

    /** All blocks of README.md, README_zh.md, CONTRIBUTING.md and docs/*.md. */
    static List<DocumentBlock> all() throws IOException {
        List<DocumentBlock> blocks = new ArrayList<>();
        for (Path file : documents()) {
            String document = Files.readString(file);
            for (Matcher block = BLOCK.matcher(document); block.find();) {
                blocks.add(new DocumentBlock(file, (int) document.substring(0, block.start()).lines().count() + 1, block.group(2),
                        block.group(3).replaceAll("(?m)^" + block.group(1), "")));
            }
        }
        return blocks;
    }

    static List<DocumentBlock> in(String... languages) throws IOException {
        return all().stream().filter(block -> List.of(languages).contains(block.language())).toList();
    }

    static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.list(Path.of("docs"))) {
            return Stream.concat(Stream.of("README.md", "README_zh.md", "CONTRIBUTING.md").map(Path::of),
                    docs.filter(file -> file.toString().endsWith(".md")).sorted()).toList();
        }
    }

    @Override
    public String toString() {
        return file + ":" + line;
    }
}
