package io.github.dingtalkcamel.settings;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How far a word is from one that was probably meant: letters left out, added, changed or swapped with their neighbour
 * (Damerau-Levenshtein).
 */
public final class EditDistance {

    private EditDistance() {
    }

    /** The word that is near enough to be meant, the nearest one first; case and {@code . - _} do not count. */
    public static Optional<String> nearest(String written, Stream<String> words) {
        record Candidate(String word, int distance) {
        }
        String plain = plain(written);
        // before the costly part: what was written may be long
        return words.filter(word -> Math.abs(plain(word).length() - plain.length()) <= 3)
                .map(word -> new Candidate(word, between(plain, plain(word))))
                .filter(candidate -> candidate.distance() <= Math.max(1, Math.min(3, plain(candidate.word()).length() / 3)))
                .min(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::word))
                .map(Candidate::word);
    }

    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replaceAll("[._-]", "");
    }

    static int between(String one, String other) {
        int[][] distance = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                if (i == 0 || j == 0) {
                    distance[i][j] = i + j;
                    continue;
                }
                int changed = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
                int best = Math.min(Math.min(distance[i - 1][j], distance[i][j - 1]) + 1, distance[i - 1][j - 1] + changed);
                if (i > 1 && j > 1 && one.charAt(i - 1) == other.charAt(j - 2) && one.charAt(i - 2) == other.charAt(j - 1)) {
                    best = Math.min(best, distance[i - 2][j - 2] + 1);
                }
                distance[i][j] = best;
            }
        }
        return distance[one.length()][other.length()];
    }
}
