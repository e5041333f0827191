package io.github.dingtalkcamel.component.dingtalk;

import java.util.Locale;
import java.util.Set;

/**
 * Names of files that others chose, made fit to be written by: no directory, no control character, nothing that an operating system takes
 * for something else.
 */
final class SafeFileName {

    private static final int LONGEST = 200;
    private static final Set<String> DEVICES = Set.of("con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7",
            "com8", "com9",
            "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9");

    private SafeFileName() {
    }

    /** @param otherwise the name where nothing of the given one is left */
    static String of(String name, String otherwise) {
        String last = name == null ? "" : name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        String plain = last.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Cs}<>:\"|?*]", "").strip().replaceAll("^[.\\s]+|[.\\s]+$", "");
        if (plain.length() > LONGEST) {
            plain = plain.substring(plain.length() - LONGEST).replaceAll("^[.\\s]+", "");
        }
        String stem = plain.replaceFirst("\\..*$", "").toLowerCase(Locale.ROOT);
        return plain.isEmpty() ? otherwise : DEVICES.contains(stem) ? "_" + plain : plain;
    }
}
