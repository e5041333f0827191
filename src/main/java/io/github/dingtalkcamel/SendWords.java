package io.github.dingtalkcamel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.file.FileNames;
import io.github.dingtalkcamel.encoding.NotUtf8Exception;
import io.github.dingtalkcamel.encoding.Utf8;

/**
 * What the words after {@code send} mean: calls of tools (contract 7), one after the other.
 *
 * @param calls arguments of each call, under the tool's name
 */
record SendWords(List<Call> calls) {

    static final String USAGE = """
            Usage: send [--to TYPE:ID]... [--webhook] [--markdown] [--title TEXT] [--file PATH] [--at WHOM]... [--integration ID] [--timeout SECONDS] [TEXT | -]
              --to           user_id:staff001, union_id:…, mobile:…, open_id:…, chat_id:cid…; several times for several. Without: the default recipient
              --webhook      to the custom robot of the settings
              --markdown     the text is markdown; --title says what lists show of it
              --file         sends this file, after the text where there is one
              --at           mentions user_id:staff001, mobile:13800000000 or all, where the channel can (--webhook); several times for several
              --integration  as which app (main)
              --timeout      how long to try, in seconds (60)
              TEXT           what to say; - or nothing reads it from standard input
            Status: 0 all was sent, 1 something was not, 2 wrong use or settings""";

    private static final int MOST_TEXT_BYTES = 800_000;
    private static final int MOST_FILE_BYTES = 20 << 20;

    /** A tool's call. */
    record Call(String tool, Map<String, Object> arguments) {
    }

    /** Words that say nothing that can be done. */
    static final class WrongUseException extends Exception {
        WrongUseException(String message) {
            super(message);
        }
    }

    static SendWords read(List<String> words, InputStream standardInput) throws WrongUseException, IOException {
        Map<String, List<String>> recipients = new LinkedHashMap<>();
        Map<String, Object> common = new LinkedHashMap<>();
        common.put("timeoutMs", 60_000);
        List<String> atUserIds = new ArrayList<>();
        List<String> atMobiles = new ArrayList<>();
        boolean webhook = false;
        boolean markdown = false;
        String title = null;
        String file = null;
        String text = null;
        for (Iterator<String> rest = words.iterator(); rest.hasNext();) {
            String word = rest.next();
            switch (word) {
                case "--to" -> {
                    String[] to = value(word, rest).split(":", 2);
                    if (to.length < 2 || to[1].isBlank()) {
                        throw new WrongUseException("--to wants a type and an id, such as user_id:staff001");
                    }
                    recipients.computeIfAbsent(to[0], type -> new ArrayList<>()).add(to[1]);
                }
                case "--webhook" -> webhook = true;
                case "--markdown" -> markdown = true;
                case "--title" -> title = value(word, rest);
                case "--file" -> file = value(word, rest);
                case "--at" -> at(value(word, rest), atUserIds, atMobiles, common);
                case "--integration" -> common.put("integrationId", value(word, rest));
                case "--timeout" -> common.put("timeoutMs", seconds(value(word, rest)) * 1_000);
                default -> {
                    if (word.startsWith("--") && !word.contains(" ")) {
                        throw new WrongUseException("There is no " + word);
                    }
                    if (text != null) {
                        throw new WrongUseException("More than one text: put quotes around it");
                    }
                    text = word;
                }
            }
        }
        if (text == null && file == null || "-".equals(text)) {
            text = text(standardInput);
        }
        if (!atUserIds.isEmpty() || !atMobiles.isEmpty() || common.containsKey("at")) {
            common.put("at", Map.of("atUserIds", atUserIds, "atMobiles", atMobiles, "isAtAll", common.containsKey("at")));
        }
        List<Map<String, Object>> messages = new ArrayList<>();
        if (text != null) {
            messages.add(markdown ? markdown(text, title) : Map.of("tool", "dingtalk_send_text_notification", "content", text));
        }
        if (file != null) {
            messages.add(file(file));
        }
        return new SendWords(calls(recipients, webhook, common, messages));
    }

    private static List<Call> calls(Map<String, List<String>> recipients, boolean webhook, Map<String, Object> common, List<Map<String, Object>> messages) {
        List<Map<String, Object>> places = new ArrayList<>();
        recipients.forEach((type, ids) -> places.add(Map.of("recipient_type", type, "recipient_id", ids)));
        if (webhook) {
            places.add(Map.of("recipient_type", "webhook"));
        }
        if (places.isEmpty()) {
            places.add(Map.of());
        }
        List<Call> calls = new ArrayList<>();
        for (Map<String, Object> message : messages) {
            for (Map<String, Object> place : places) {
                Map<String, Object> arguments = new LinkedHashMap<>(message);
                String tool = (String) arguments.remove("tool");
                arguments.putAll(place);
                arguments.putAll(common);
                calls.add(new Call(tool, arguments));
            }
        }
        return List.copyOf(calls);
    }

    /** Without a type, {@code all} is everyone and 11 digits that begin with 1 are a mobile number, anything else is a user id. */
    private static void at(String words, List<String> userIds, List<String> mobiles, Map<String, Object> common) throws WrongUseException {
        for (String word : words.split(",")) {
            String whom = word.strip();
            whom = whom.startsWith("@") ? whom.substring(1) : whom;
            boolean mobile = whom.startsWith("mobile:") || whom.matches("1\\d{10}");
            String id = whom.replaceFirst("^(mobile|user_id):", "");
            if (!Mentions.isId(id) || id.contains(":")) {
                throw new WrongUseException("--at wants user_id:staff001, mobile:13800000000 or all");
            }
            if (whom.equals("all")) {
                common.put("at", Map.of("isAtAll", true));
            } else {
                (mobile ? mobiles : userIds).add(id);
            }
        }
    }

    private static String value(String option, Iterator<String> rest) throws WrongUseException {
        if (!rest.hasNext()) {
            throw new WrongUseException(option + " wants something after it");
        }
        return rest.next();
    }

    private static int seconds(String text) throws WrongUseException {
        if (!text.matches("[1-9]\\d{0,2}") || Integer.parseInt(text) > 600) {
            throw new WrongUseException("--timeout is 1 to 600 seconds");
        }
        return Integer.parseInt(text);
    }

    private static Map<String, Object> markdown(String text, String title) {
        Map<String, Object> message = new LinkedHashMap<>(Map.of("tool", "dingtalk_send_rich_notification", "mode", "markdown", "markdown", text));
        if (title != null) {
            message.put("title", title);
        }
        return message;
    }

    private static String text(InputStream standardInput) throws WrongUseException, IOException {
        byte[] bytes = standardInput.readNBytes(MOST_TEXT_BYTES + 1);
        if (bytes.length > MOST_TEXT_BYTES) {
            throw new WrongUseException("Standard input is longer than " + MOST_TEXT_BYTES + " bytes: send it as a file, with --file");
        }
        String text;
        try {
            text = Utf8.decode(bytes, "Standard input").strip();
        } catch (NotUtf8Exception e) {
            throw new WrongUseException(e.getMessage() + ", such as with iconv -t UTF-8. Nothing was sent");
        }
        if (text.isEmpty()) {
            throw new WrongUseException("There is no text: say it, or write it to standard input");
        }
        return text;
    }

    /** The file's own bytes: whoever runs this may read it, wherever it is. */
    private static Map<String, Object> file(String name) throws WrongUseException {
        try {
            Path path = FileNames.path(null, name);
            if (!Files.isRegularFile(path)) {
                throw new WrongUseException("There is no file " + name);
            }
            if (Files.size(path) > MOST_FILE_BYTES) {
                throw new WrongUseException(name + " is larger than the 20 MB that DingTalk takes");
            }
            return Map.of("tool", "dingtalk_send_file", "base64", Base64.getEncoder().encodeToString(Files.readAllBytes(path)),
                    "name", FileNames.name(path));
        } catch (IOException | InvalidPathException e) {
            throw new WrongUseException(name + " can't be read: " + e.getClass().getSimpleName());
        }
    }

    /** Without what is said. */
    @Override
    public String toString() {
        return "SendWords[" + calls.size() + " calls]";
    }
}
