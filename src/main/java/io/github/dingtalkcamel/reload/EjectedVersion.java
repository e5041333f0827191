package io.github.dingtalkcamel.reload;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first line of an ejected file: of which packaged text it is a copy.
 *
 * @param version     the version of the program that wrote it
 * @param fingerprint of the packaged text, without this line
 */
record EjectedVersion(String version, String fingerprint) {

    private static final Pattern LINE = Pattern.compile("\\A\\uFEFF?# ejected from dingtalk-camel (\\S{1,40}), ([0-9a-f]{16})\\b");

    static EjectedVersion of(String version, String packaged) {
        return new EjectedVersion(version, RouteFile.fingerprint(packaged));
    }

    /** Reads it from a file's text; empty if the file was not ejected. */
    static Optional<EjectedVersion> of(String text) {
        Matcher line = LINE.matcher(text);
        return line.find() ? Optional.of(new EjectedVersion(line.group(1), line.group(2))) : Optional.empty();
    }

    /** Whether the packaged file is unchanged since. */
    boolean isOf(String packaged) {
        return fingerprint.equals(RouteFile.fingerprint(packaged));
    }

    String line() {
        return "# ejected from dingtalk-camel " + version + ", " + fingerprint
                + ": keep this line to get a warning when the packaged file changes";
    }
}
