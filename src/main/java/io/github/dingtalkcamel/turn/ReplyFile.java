package io.github.dingtalkcamel.turn;

import java.net.URI;
import java.util.List;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.dingtalkcamel.component.file.SafeFileName;
import org.apache.camel.Exchange;

/**
 * A file that an agent sends with its reply, as the agent named it: by exactly one of path, url and base64, unless there is a problem.
 *
 * @param path    below {@code dingtalk.files-dir}
 * @param url     a public address
 * @param base64  its bytes
 * @param name    as people see it; null for the one that path or url has
 * @param problem null, or the code of why it can't be sent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ReplyFile(String path, String url, String base64, String name, String problem) {

    /** Exchange property that holds those of a reply, a list. */
    public static final String LIST = "CamelDingTalkReplyFiles";
    /** Exchange property that holds the one that is sent just now. */
    public static final String PROPERTY = "CamelDingTalkReplyFile";

    /** Those of the exchange's reply; may be empty. */
    @SuppressWarnings("unchecked")
    public static List<ReplyFile> of(Exchange exchange) {
        return exchange.getProperty(LIST) instanceof List<?> files ? (List<ReplyFile>) files : List.of();
    }

    /** It can't be had as it was named. */
    static ReplyFile withProblem(String name, String problem) {
        return new ReplyFile(null, null, null, name, problem);
    }

    /** Its name as people see it: without directories, and without what an address has behind its path. Empty where there is none. */
    public String shownName() {
        if (name != null && !name.isBlank()) {
            return SafeFileName.shown(name);
        }
        return SafeFileName.shown(path != null ? path : url == null ? null : pathOf(url));
    }

    private static String pathOf(String url) {
        try {
            return URI.create(url.strip()).getPath();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** What it holds in memory, by estimate. */
    public long bytes() {
        return 200 + 2L * length(path) + 2L * length(url) + length(base64);
    }

    private static int length(String text) {
        return text == null ? 0 : text.length();
    }

    /** Without what is in it, and where it is: an address may hold a secret. */
    @Override
    public String toString() {
        return "ReplyFile[" + (path != null ? "path" : url != null ? "url" : base64 != null ? "base64" : problem) + "]";
    }
}
