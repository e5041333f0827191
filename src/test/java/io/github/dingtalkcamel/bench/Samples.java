package io.github.dingtalkcamel.bench;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** One figure of several rounds. */
final class Samples {

    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    double last() {
        return values.get(values.size() - 1);
    }

    /** The middle one, of an even count the lower one of the two. NaN without any. */
    double median() {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get((sorted.size() - 1) / 2);
    }

    /** As {@code median (least–most)}; a dash without any. */
    String shown(String format) {
        if (values.isEmpty()) {
            return "–";
        }
        String median = String.format(Locale.ROOT, format, median());
        return values.size() == 1 ? median : median + " (" + String.format(Locale.ROOT, format, Collections.min(values)) + "–"
                + String.format(Locale.ROOT, format, Collections.max(values)) + ")";
    }
}
