package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.chunk.Chunk;
import io.github.dingtalkcamel.component.chunk.Chunker;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A third of a megabyte of what parsers and regular expressions stumble over: the time must grow with the length, not faster. */
class HostileReplyTest {

    private static final int LENGTH = 300_000;

    /** CPU seconds of the one thread, since other work on the machine must not count. The bound is for what would take minutes. */
    private static final long MOST_CPU_SECONDS = 20;

    @ParameterizedTest(name = "{0}, {1} characters")
    @MethodSource("replies")
    void takesLittleTime(String name, int maxCharacters, String reply) throws Exception {
        FutureTask<List<Chunk>> chunking = new FutureTask<>(() -> new Chunker(maxCharacters).chunks(reply));
        Thread thread = new Thread(chunking, "hostile reply");
        thread.setDaemon(true);
        thread.start();
        while (!done(chunking)) {
            long cpu = TimeUnit.NANOSECONDS.toSeconds(ManagementFactory.getThreadMXBean().getThreadCpuTime(thread.getId()));
            assertThat(cpu).as("seconds of CPU").isLessThan(MOST_CPU_SECONDS);
        }
        List<Chunk> chunks = chunking.get();
        assertThat(String.join("", chunks.stream().map(Chunk::source).toList())).isEqualTo(reply);
        assertThat(chunks).allMatch(chunk -> chunk.text().length() <= maxCharacters);
    }

    private static boolean done(FutureTask<?> task) throws Exception {
        try {
            task.get(1, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    static Stream<Arguments> replies() {
        return Stream.of(
                Arguments.of("short lines", 6000, fill("a line\n")),
                Arguments.of("short lines, small chunks", 100, fill("a line\n")),
                Arguments.of("one paragraph of digits", 6000, fill("1\n")),
                Arguments.of("one word", 100, fill("a")),
                Arguments.of("one grapheme", 100, "a" + fill("\u0301")),
                Arguments.of("families", 100, fill("👨‍👩‍👧‍👦")),
                Arguments.of("Thai", 6000, fill("สวัสดี")),
                Arguments.of("spaces", 100, "a" + fill(" ") + "b"),
                Arguments.of("blank lines", 100, "a" + fill("\n") + "b"),
                Arguments.of("blank code", 100, "```\n" + fill("\r\n") + "```"),
                Arguments.of("quotes in quotes", 100, fill("> ")),
                Arguments.of("10,000 quotes in quotes on many lines", 6000, fill(">".repeat(10_000) + "\n")),
                Arguments.of("lists in lists", 6000, fill("- ")),
                Arguments.of("many lines in many lists", 6000, "- ".repeat(90) + "a\n" + fill("\n")),
                Arguments.of("lazy lines in many quotes", 6000, "> ".repeat(90) + "a\n" + fill("b\n")),
                Arguments.of("brackets", 6000, fill("[")),
                Arguments.of("definitions never finished", 6000, fill("[a]: <b\n")),
                Arguments.of("emphasis", 6000, fill("*a **b ")),
                Arguments.of("backticks", 100, fill("`")),
                Arguments.of("empty fences", 100, fill("```\n```\n")),
                Arguments.of("fences never closed", 100, fill("```java\n> ~~~\n- a\n")),
                Arguments.of("attributes of one tag", 6000, "<a" + fill(" b")),
                Arguments.of("comments", 6000, fill("<!-- ")),
                Arguments.of("rows of a wide table", 6000, "|" + "a|".repeat(10_000) + "\n|" + "-|".repeat(10_000) + "\n" + fill("|b\n")),
                Arguments.of("rows of a narrow table", 100, "|a|b|\n|-|-|\n" + fill("|c|d|\n")),
                Arguments.of("one endless row", 100, "|a|b|\n|-|-|\n" + fill("|c")),
                Arguments.of("tables", 100, fill("|a|\n|-|\n|b|\n\n")),
                Arguments.of("control characters", 20_000, fill("\u0001")),
                Arguments.of("lone surrogates", 100, fill("\uDE00a\uD83D")));
    }

    private static String fill(String part) {
        return part.repeat(LENGTH / part.length());
    }
}
