package io.github.dingtalkcamel.component.chunk;

/** Where a reply may be cut, the best first (docs/promises.md 5, "Chunks"). */
enum BreakKind {
    /** Between two blocks of markdown. */
    PARAGRAPH,
    /** Between two lines of one block. */
    LINE,
    SENTENCE,
    /** After white space, or beside a character of a script that writes without spaces. */
    WORD,
    GRAPHEME
}
