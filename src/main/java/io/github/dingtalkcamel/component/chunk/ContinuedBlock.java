package io.github.dingtalkcamel.component.chunk;

/**
 * A code fence or a table: a block whose later lines mean something only under its first ones. If it is cut, the chunk
 * before gets an end of the block and the chunk after a new beginning. All positions are offsets in the reply.
 *
 * <pre>
 * start     ```java          | name | size |
 *                            |------|------|
 * body      code             | a    | 1    |
 *           code             | b    | 2    |
 * bodyEnd   ```
 * end                        (for a table, and a fence never closed: bodyEnd = end)
 * </pre>
 *
 * @param start      beginning of the first line
 * @param body       beginning of the first line of code, or of the first row
 * @param bodyEnd    end of the code or the rows
 * @param end        end of the last line, before its line break
 * @param opening    the line or lines that begin the block anew, without the last line break
 * @param closing    the line that ends the block; empty if the block needs none
 * @param linePrefix what a line of this block begins with: quote marks, indentation of lists
 * @param newline    the line break of this block
 * @param table      whether a line means something only as a whole, so that the rest of a cut one is just text
 */
record ContinuedBlock(int start, int body, int bodyEnd, int end, String opening, String closing, String linePrefix,
                      String newline, boolean table) {

    /** Whether a cut here divides the block. */
    boolean divides(int position) {
        return start < position && position < end;
    }

    /** What the chunk before needs at its end if the reply is cut here. */
    String before(int position, String reply) {
        if (closing.isEmpty() || position < body) {
            return "";
        }
        return Lines.isStart(reply, position) ? closing : newline + closing;
    }

    /** What the chunk after needs at its beginning if the reply is cut here. */
    String after(int position, String reply) {
        if (position < body) {
            return "";
        }
        if (Lines.isStart(reply, position)) {
            return opening + newline;
        }
        if (Lines.isEnd(reply, position)) {
            return opening;
        }
        return table ? "" : opening + newline + linePrefix;
    }
}
