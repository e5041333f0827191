package io.github.dingtalkcamel.component.chunk;
import java.util.Objects;

/**
 * One piece of a reply (docs/promises.md 5, "Chunks").
 *
 * @param text   what is sent: the source, plus the code fences or the table header that make it readable alone.
 *               Blank if the source holds nothing but white space and code fences; such a chunk need not be sent
 * @param source the slice of the reply that it shows; the sources of all chunks, joined, are the reply
 */
public record Chunk(String text, String source) {

    public Chunk {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(source, "source");
    }
}
