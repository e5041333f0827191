package io.github.dingtalkcamel.encoding;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

import io.github.dingtalkcamel.component.file.FileNames;

/**
 * What the process was started with: arguments, environment, {@code -D}. The Java virtual machine decodes them by the locale, and where
 * there is none (cron, a slim container) it puts U+FFFD in the place of each byte that is not ASCII. On Linux the bytes are still in
 * {@code /proc/self}, and are read again here as UTF-8.
 * <p>
 * What can't be had whole is named in {@link #lost}, and must not be used. Of the environment, only {@code DINGTALK_*} is named there: the
 * program may not need the other variables. See {@link LostVariables} for them.
 *
 * @param arguments        words behind the jar's name
 * @param environment      by name
 * @param systemProperties only those that the virtual machine lost and that were recovered
 * @param lost             one line for each that is lost, with the remedy; never its value
 */
public record ProcessInput(List<String> arguments, Map<String, String> environment, Map<String, String> systemProperties,
        List<String> lost) {

    /** What to do where the locale loses characters. */
    public static final String REMEDY = "set LANG=C.UTF-8 in the environment of the process, and LC_ALL as well where that is set";

    private static final char REPLACEMENT = '\uFFFD';
    private static final String TEMPORARY_DIRECTORY = "java.io.tmpdir";

    /** Of this process. */
    public static ProcessInput ofThisProcess(String[] arguments) {
        String encoding = System.getProperty("sun.jnu.encoding", Charset.defaultCharset().name());
        return of(List.of(arguments), System.getenv(), System.getProperties(), bytes("cmdline"), bytes("environ"),
                Charset.isSupported(encoding) ? Charset.forName(encoding) : StandardCharsets.US_ASCII);
    }

    private static List<byte[]> bytes(String name) {
        try {
            byte[] all = Files.readAllBytes(Path.of("/proc/self", name));
            List<byte[]> parts = new ArrayList<>();
            int start = 0;
            for (int i = 0; i < all.length; i++) {
                if (all[i] == 0) {
                    parts.add(Arrays.copyOfRange(all, start, i));
                    start = i + 1;
                }
            }
            return parts;
        } catch (IOException | RuntimeException e) {
            // not Linux: what the virtual machine lost stays lost
            return List.of();
        }
    }

    /**
     * @param command  bytes of the whole command line: the program, its options, the words
     * @param environ  bytes of {@code NAME=value}
     * @param encoding by which the virtual machine decoded both
     */
    static ProcessInput of(List<String> arguments, Map<String, String> environment, Properties properties, List<byte[]> command,
            List<byte[]> environ, Charset encoding) {
        List<String> lost = new ArrayList<>();
        List<String> words = new ArrayList<>();
        int before = command.size() - arguments.size();
        for (int i = 0; i < arguments.size(); i++) {
            Optional<String> whole = whole(arguments.get(i), before < 0 ? null : command.get(before + i), encoding);
            if (whole.isEmpty()) {
                lost.add("Argument " + (i + 1) + unreadable(encoding));
            }
            words.add(whole.orElse(arguments.get(i)));
        }
        Map<String, String> recovered = new TreeMap<>();
        Map<String, byte[]> options = options(command.subList(0, Math.max(0, before)), encoding);
        for (String name : properties.stringPropertyNames()) {
            String value = properties.getProperty(name);
            if (value.indexOf(REPLACEMENT) >= 0 && isOption(name)) {
                Optional<String> whole = whole(value, options.get(name), encoding)
                        .filter(text -> !name.equals(TEMPORARY_DIRECTORY) || FileNames.isKnown(text));
                whole.ifPresentOrElse(text -> recovered.put(name, text), () -> lost.add(name + " (-D)" + unreadable(encoding)));
            }
        }
        if (properties.getProperty("user.dir", "").indexOf(REPLACEMENT) >= 0) {
            lost.add("The working directory" + unreadable(encoding));
        }
        Map<String, String> whole = environment(environment, environ, encoding, lost);
        return new ProcessInput(List.copyOf(words), whole, Map.copyOf(recovered), List.copyOf(lost));
    }

    private static Map<String, String> environment(Map<String, String> environment, List<byte[]> environ, Charset encoding,
            List<String> lost) {
        Map<String, byte[]> bytes = new HashMap<>();
        environ.forEach(each -> put(bytes, each, 0, encoding));
        Map<String, String> whole = new TreeMap<>();
        new TreeMap<>(environment).forEach((name, value) -> {
            Optional<String> text = whole(value, bytes.get(name), encoding);
            if (text.isEmpty() && name.startsWith("DINGTALK_")) {
                lost.add(name + unreadable(encoding));
            }
            whole.put(name, text.orElse(value));
        });
        return Map.copyOf(whole);
    }

    /** What an operator sets; the others are of the virtual machine's own making, such as the user's name. */
    private static boolean isOption(String name) {
        return name.equals(TEMPORARY_DIRECTORY) || !name.matches("(java|sun|user|jdk|os)\\..*");
    }

    private static Map<String, byte[]> options(List<byte[]> command, Charset encoding) {
        Map<String, byte[]> options = new HashMap<>();
        command.stream().filter(word -> word.length > 2 && word[0] == '-' && word[1] == 'D')
                .forEach(word -> put(options, word, 2, encoding));
        return options;
    }

    private static void put(Map<String, byte[]> values, byte[] assignment, int start, Charset encoding) {
        for (int i = start; i < assignment.length; i++) {
            if (assignment[i] == '=') {
                values.put(new String(assignment, start, i - start, encoding), Arrays.copyOfRange(assignment, i + 1, assignment.length));
                return;
            }
        }
    }

    /**
     * The text as it was written, or empty where that can't be known.
     *
     * @param bytes null where they are not known
     */
    private static Optional<String> whole(String decoded, byte[] bytes, Charset encoding) {
        if (bytes != null && new String(bytes, encoding).equals(decoded)) {
            Optional<String> utf8 = Utf8.strictly(bytes);
            // several bytes that are UTF-8 by chance are no text in an encoding of one byte a character; in others they may be, as GBK
            if (utf8.isPresent() && (decoded.indexOf(REPLACEMENT) >= 0 || encoding.newEncoder().maxBytesPerChar() == 1)) {
                return utf8;
            }
        }
        return decoded.indexOf(REPLACEMENT) >= 0 ? Optional.empty() : Optional.of(decoded);
    }

    private static String unreadable(Charset encoding) {
        return encoding.equals(StandardCharsets.UTF_8) ? " holds bytes that are not UTF-8; write it as UTF-8"
                : " holds characters that the locale (" + encoding.name() + ") does not know; " + REMEDY;
    }
}
