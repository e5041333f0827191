package io.github.dingtalkcamel.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.file.FileNames;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.encoding.NotUtf8Exception;
import io.github.dingtalkcamel.encoding.Utf8;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code send}: turns its options into calls of tools, which {@link Send} makes one after the other. */
@Command(name = SendCommand.NAME, sortOptions = false, customSynopsis = "send [OPTION]... [TEXT | -]",
        footer = "Status: 0 all was sent, 1 something was not, 2 wrong use or settings")
final class SendCommand implements Callable<Integer> {

    static final String NAME = "send";

    private static final int MOST_TEXT_BYTES = 800_000;
    private static final int MOST_FILE_BYTES = 20 << 20;
    private static final int MOST_SECONDS = 600;

    private static final TypeReference<Map<String, Object>> ARGUMENTS = new TypeReference<>() {
    };

    private final Program.Work work;
    private final InputStream in;
    private final PrintStream out;
    private final PrintStream errors;

    @Mixin
    private HelpOption help;
    @Option(names = "--to", paramLabel = "TYPE:ID",
            description = "user_id:staff001, union_id:…, mobile:…, open_id:…, chat_id:cid…; can be repeated."
                    + " Without it: the default recipient")
    private List<String> to = List.of();
    @Option(names = "--webhook", description = "sends to the custom robot of the settings")
    private boolean webhook;
    @Option(names = "--markdown", description = "the text is markdown")
    private boolean markdown;
    @Option(names = "--title", paramLabel = "TEXT", description = "of a markdown text: what lists of messages show")
    private String title;
    @Option(names = "--file", paramLabel = "PATH", description = "sends this file, after the text where there is one")
    private String file;
    @Option(names = "--at", paramLabel = "WHOM",
            description = "mentions user_id:staff001, mobile:13800000000 or all, where the channel can (--webhook); can be repeated")
    private List<String> at = List.of();
    @Option(names = "--tool", paramLabel = "NAME",
            description = "calls this tool, such as one of a route of yours; the text is its arguments, a JSON object (none)")
    private String tool;
    @Option(names = "--integration", paramLabel = "ID", description = "the app to send as (main)")
    private String integration;
    @Option(names = "--timeout", paramLabel = "SECONDS", description = "how long to try, 1 to 600 seconds (60)")
    private String timeout = "60";
    @Parameters(arity = "0..*", paramLabel = "TEXT", description = "the text to send; - or no text reads it from standard input")
    private List<String> texts = List.of();
    @Spec
    private CommandSpec spec;

    /** A call of a tool. */
    record Call(String tool, Map<String, Object> arguments) {
    }

    SendCommand(Program.Work work, InputStream in, PrintStream out, PrintStream errors) {
        this.work = work;
        this.in = in;
        this.out = out;
        this.errors = errors;
    }

    @Override
    public Integer call() throws Exception {
        List<Call> calls = calls();
        Send send = work.send(out, errors);
        return send.run(calls);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private List<Call> calls() throws IOException {
        Map<String, Object> common = new LinkedHashMap<>();
        common.put("timeoutMs", seconds() * 1_000);
        if (integration != null) {
            common.put("integrationId", integration);
        }
        if (tool != null) {
            return List.of(new Call(tool, toolArguments(common)));
        }
        Map<String, List<String>> recipients = recipients();
        mentions(common);
        String text = text();
        List<Map<String, Object>> messages = new ArrayList<>();
        if (text != null) {
            messages.add(markdown ? markdown(text) : Map.of("tool", "dingtalk_send_text_notification", "content", text));
        }
        if (file != null) {
            messages.add(file(file));
        }
        return calls(recipients, common, messages);
    }

    private Map<String, Object> toolArguments(Map<String, Object> common) throws IOException {
        if (!to.isEmpty() || webhook || markdown || title != null || file != null || !at.isEmpty()) {
            throw wrong("--tool goes with --integration and --timeout only: what else the tool takes is in its arguments, a JSON object");
        }
        String json = texts.isEmpty() ? "{}" : givenText();
        Map<String, Object> arguments = new LinkedHashMap<>(common);
        try {
            arguments.putAll(Json.MAPPER.readValue(json, ARGUMENTS));
        } catch (JsonProcessingException | NullPointerException e) {
            throw wrong("The arguments of --tool are a JSON object, such as '{\"order\": \"A-17\"}'");
        }
        return arguments;
    }

    private Map<String, List<String>> recipients() {
        Map<String, List<String>> recipients = new LinkedHashMap<>();
        for (String each : to) {
            String[] typeAndId = each.split(":", 2);
            if (typeAndId.length < 2 || typeAndId[1].isBlank()) {
                throw wrong("--to wants a type and an id, such as user_id:staff001");
            }
            recipients.computeIfAbsent(typeAndId[0], type -> new ArrayList<>()).add(typeAndId[1]);
        }
        return recipients;
    }

    private void mentions(Map<String, Object> common) {
        List<String> userIds = new ArrayList<>();
        List<String> mobiles = new ArrayList<>();
        boolean all = false;
        for (String words : at) {
            for (String word : words.split(",")) {
                all |= mention(word.strip(), userIds, mobiles);
            }
        }
        if (!userIds.isEmpty() || !mobiles.isEmpty() || all) {
            common.put("at", Map.of("atUserIds", userIds, "atMobiles", mobiles, "isAtAll", all));
        }
    }

    /**
     * Without a type, {@code all} means all members and 11 digits that begin with 1 are a mobile number, anything else is a user id. True
     * for all.
     */
    private boolean mention(String word, List<String> userIds, List<String> mobiles) {
        String whom = word.startsWith("@") ? word.substring(1) : word;
        boolean mobile = whom.startsWith("mobile:") || whom.matches("1\\d{10}");
        String id = whom.replaceFirst("^(mobile|user_id):", "");
        if (!Mentions.isId(id) || id.contains(":")) {
            throw wrong("--at wants user_id:staff001, mobile:13800000000 or all");
        }
        if (whom.equals("all")) {
            return true;
        }
        (mobile ? mobiles : userIds).add(id);
        return false;
    }

    private int seconds() {
        if (!timeout.matches("[1-9]\\d{0,2}") || Integer.parseInt(timeout) > MOST_SECONDS) {
            throw wrong("--timeout is 1 to " + MOST_SECONDS + " seconds");
        }
        return Integer.parseInt(timeout);
    }

    /** The text to send; null where only a file is. */
    private String text() throws IOException {
        return texts.isEmpty() && file != null ? null : givenText();
    }

    /** The one text of the command, or standard input. */
    private String givenText() throws IOException {
        for (String text : texts) {
            if (text.startsWith("--") && !text.contains(" ")) {
                throw wrong("There is no " + text);
            }
        }
        if (texts.size() > 1) {
            throw wrong("More than one text: put quotes around it");
        }
        return texts.isEmpty() || texts.get(0).equals("-") ? standardInput() : texts.get(0);
    }

    private List<Call> calls(Map<String, List<String>> recipients, Map<String, Object> common, List<Map<String, Object>> messages) {
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

    private Map<String, Object> markdown(String content) {
        Map<String, Object> message = new LinkedHashMap<>(
                Map.of("tool", "dingtalk_send_rich_notification", "mode", "markdown", "markdown", content));
        if (title != null) {
            message.put("title", title);
        }
        return message;
    }

    private String standardInput() throws IOException {
        byte[] bytes = in.readNBytes(MOST_TEXT_BYTES + 1);
        if (bytes.length > MOST_TEXT_BYTES) {
            throw wrong("Standard input is longer than " + MOST_TEXT_BYTES + " bytes: send it as a file, with --file");
        }
        String read;
        try {
            read = Utf8.decode(bytes, "Standard input").strip();
        } catch (NotUtf8Exception e) {
            throw wrong(e.getMessage() + ", such as with iconv -t UTF-8. Nothing was sent");
        }
        if (read.isEmpty()) {
            throw wrong("There is no text: give it as an argument, or write it to standard input");
        }
        return read;
    }

    /** The file's own bytes. Unlike the tools over HTTP, the command sends any file that its user may read. */
    private Map<String, Object> file(String name) {
        try {
            Path path = FileNames.path(null, name);
            if (!Files.isRegularFile(path)) {
                throw wrong("There is no file " + name);
            }
            if (Files.size(path) > MOST_FILE_BYTES) {
                throw wrong(name + " is larger than the 20 MB that DingTalk takes");
            }
            return Map.of("tool", "dingtalk_send_file", "base64", Base64.getEncoder().encodeToString(Files.readAllBytes(path)),
                    "name", FileNames.name(path));
        } catch (IOException | InvalidPathException e) {
            throw wrong(name + " can't be read: " + e.getClass().getSimpleName());
        }
    }
}
