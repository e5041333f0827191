package io.github.dingtalkcamel.component.chunk;
import java.util.Optional;

import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.Heading;
import org.commonmark.node.Node;
import org.commonmark.node.SourceSpan;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;

/**
 * The title of a markdown message, which lists of conversations and notifications show in place of the text (docs/promises.md 5,
 * docs/protocol.md 7.4): the text's first heading, else its first line that says something, without the marks of markdown.
 * At most {@value #MAX_CHARACTERS} characters, without control characters, never blank.
 */
public final class MarkdownTitle {

    /** Most characters (UTF-16 units) of a title, the ellipsis of a shortened one included. */
    public static final int MAX_CHARACTERS = 64;

    /** Most bytes that a title takes in a request's body: control characters, which take more, are not in a title. */
    static final int MAX_BYTES = EncodedSize.MOST_BYTES * MAX_CHARACTERS;

    private static final String ELLIPSIS = "…";
    /** Punctuation that means nothing to markdown within a line that begins with a letter. */
    private static final String PLAIN = ",.?;:'\"()%/，。？；：！、（）“”";
    /** More of a line is not looked at: emphasis and links in a hostile line may take the parser very long. */
    private static final int MAX_LINE = 500;
    private static final Parser LINE_PARSER = Parser.builder().build();

    private MarkdownTitle() {
    }

    /** The title for this text; an ellipsis if the text is blank. */
    public static String of(String text) {
        int plain = plainBeginning(text);
        if (plain > 0) {
            return shorten(text.substring(0, plain));
        }
        return parsed(text);
    }

    /** The same, for every text. */
    static String parsed(String text) {
        return heading(text)
                .or(() -> text.lines().map(MarkdownTitle::plain).filter(line -> !line.isBlank()).findFirst())
                .or(() -> text.lines().map(MarkdownTitle::clean).filter(line -> !line.isBlank()).findFirst())
                .map(MarkdownTitle::shorten)
                .orElse(ELLIPSIS);
    }

    /**
     * The length of the first line where it is its own title: words without marks of markdown, and no heading can follow. 0 where it takes
     * a parser to tell, which costs as much as all else that is done with a short reply.
     */
    static int plainBeginning(String text) {
        if (text.isEmpty() || !Character.isLetter(text.charAt(0))) {
            return 0;
        }
        int end = 0;
        while (end < text.length() && isPlain(text, end)) {
            end++;
        }
        boolean wholeLine = end > 0 && end <= MAX_LINE && (end == text.length() || text.charAt(end) == '\n');
        return wholeLine && text.charAt(end - 1) != ' ' && !mayHaveHeading(text, end) ? end : 0;
    }

    private static boolean isPlain(String text, int index) {
        char c = text.charAt(index);
        return Character.isLetterOrDigit(c) || c == ' ' && text.charAt(index - 1) != ' ' || PLAIN.indexOf(c) >= 0;
    }

    private static boolean mayHaveHeading(String text, int from) {
        return text.indexOf('#', from) >= 0 || text.indexOf('=', from) >= 0 || text.indexOf('-', from) >= 0;
    }

    private static Optional<String> heading(String text) {
        return BoundedParser.parse(text)
                .flatMap(MarkdownTitle::firstHeading)
                .map(heading -> {
                    SourceSpan line = heading.getSourceSpans().get(0);
                    return plain(text.substring(line.getInputIndex(), line.getInputIndex() + line.getLength()));
                })
                .filter(title -> !title.isBlank());
    }

    private static Optional<Heading> firstHeading(Node parent) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNext()) {
            if (node instanceof Heading heading) {
                return Optional.of(heading);
            }
            Optional<Heading> inside = firstHeading(node);
            if (inside.isPresent()) {
                return inside;
            }
        }
        return Optional.empty();
    }

    /** What a reader sees of a line of markdown. */
    private static String plain(String line) {
        StringBuilder seen = new StringBuilder();
        LINE_PARSER.parse(Graphemes.beginning(clean(line), MAX_LINE)).accept(new AbstractVisitor() {
            @Override
            public void visit(Text text) {
                seen.append(text.getLiteral());
            }

            @Override
            public void visit(Code code) {
                seen.append(code.getLiteral());
            }
        });
        // again, since it may have been written as &#7;
        return clean(seen.toString());
    }

    private static String clean(String line) {
        return line.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    }

    private static String shorten(String title) {
        if (title.length() <= MAX_CHARACTERS) {
            return title;
        }
        return Graphemes.beginning(title, MAX_CHARACTERS - ELLIPSIS.length()).stripTrailing() + ELLIPSIS;
    }
}
