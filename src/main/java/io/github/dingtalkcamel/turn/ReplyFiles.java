package io.github.dingtalkcamel.turn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.type.TypeReference;
import io.github.dingtalkcamel.component.json.Json;
import org.apache.camel.Message;

/**
 * Reads the files of an agent's reply from the header that the agent left, {@value AgentConstants#REPLY_FILES}, and keeps them in a column
 * of the store. At most {@value #MOST} files, and 8 MiB of base64 together: further files have a problem, which the conversation
 * gets as a line.
 */
final class ReplyFiles {

    /** Of one reply. */
    static final int MOST = 20;
    private static final int MOST_BASE64 = 8 << 20;
    private static final TypeReference<List<ReplyFile>> LIST = new TypeReference<>() {
    };

    private ReplyFiles() {
    }

    /** The files; the header is gone afterwards. */
    static List<ReplyFile> take(Message message) {
        Object header = message.removeHeader(AgentConstants.REPLY_FILES);
        List<ReplyFile> files = new ArrayList<>();
        int base64 = 0;
        for (Object each : entries(header)) {
            if (files.size() == MOST) {
                files.add(ReplyFile.withProblem(null, "tooManyFiles"));
                break;
            }
            ReplyFile file = file(each);
            if (file.base64() != null && base64 + file.base64().length() > MOST_BASE64) {
                file = ReplyFile.withProblem(file.name(), "tooMuchBase64");
            }
            base64 += file.base64() == null ? 0 : file.base64().length();
            files.add(file);
        }
        return List.copyOf(files);
    }

    private static Collection<?> entries(Object header) {
        if (header instanceof Collection<?> list) {
            return list;
        }
        return header == null ? List.of() : header instanceof Object[] array ? Arrays.asList(array) : List.of(header);
    }

    private static ReplyFile file(Object entry) {
        if (!(entry instanceof Map<?, ?> fields)) {
            return ReplyFile.withProblem(null, "badFile");
        }
        String name = text(fields, "name");
        String path = text(fields, "path");
        String url = text(fields, "url");
        String base64 = text(fields, "base64");
        return Stream.of(path, url, base64).filter(Objects::nonNull).count() == 1 ? new ReplyFile(path, url, base64, name, null)
                : ReplyFile.withProblem(name, "badFile");
    }

    private static String text(Map<?, ?> fields, String name) {
        Object value = fields.get(name);
        return value == null || value.toString().isBlank() ? null : value.toString();
    }

    /** For the store; null for none. */
    static String write(List<ReplyFile> files) {
        try {
            return files.isEmpty() ? null : Json.MAPPER.writeValueAsString(files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<ReplyFile> read(String json) {
        try {
            return json == null ? List.of() : List.copyOf(Json.MAPPER.readValue(json, LIST));
        } catch (IOException e) {
            throw new UncheckedIOException("A list of files in the store is damaged", e);
        }
    }
}
