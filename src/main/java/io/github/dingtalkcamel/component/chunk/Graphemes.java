package io.github.dingtalkcamel.component.chunk;
import java.util.BitSet;
import java.util.Locale;

import com.ibm.icu.text.BreakIterator;

/**
 * What a reader takes for one character: Unicode's extended grapheme clusters, with emoji families, flags,
 * skin tones and combining marks.
 */
final class Graphemes {

    /** So many characters after a place tell whether it is inside a grapheme. */
    static final int LOOK_AHEAD = 16;

    private Graphemes() {
    }

    /** The offsets in the text, 0 and its length included, that are not inside a grapheme. */
    static BitSet boundaries(String text) {
        return boundaries(text, BreakIterator.getCharacterInstance(Locale.ROOT));
    }

    /** The offsets at which these rules of Unicode let a text be divided. */
    static BitSet boundaries(String text, BreakIterator rules) {
        rules.setText(text);
        BitSet boundaries = new BitSet();
        for (int at = rules.first(); at != BreakIterator.DONE; at = rules.next()) {
            boundaries.set(at);
        }
        return boundaries;
    }

    /** The beginning of the text, whole graphemes of it, of at most this many characters (UTF-16 units). */
    static String beginning(String text, int maxCharacters) {
        if (text.length() <= maxCharacters) {
            return text;
        }
        String window = text.substring(0, Math.min(text.length(), maxCharacters + LOOK_AHEAD));
        return text.substring(0, boundaries(window).previousSetBit(maxCharacters));
    }
}
