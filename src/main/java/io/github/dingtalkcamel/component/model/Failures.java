package io.github.dingtalkcamel.component.model;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.Locale;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.langchain4j.exception.HttpException;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.model.ModelException.Kind;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.text.LogSafe;

/**
 * What a failed call means. Servers have few status codes and many words: what they say about the context's length has no code of its
 * own.
 */
final class Failures {

    private static final int SHOWN = 200;
    private static final Pattern TOO_LONG = Pattern.compile("context[ _]length|context window|maximum context|too many tokens"
            + "|prompt is too long|input is too long|range of input length|reduce the length|exceed\\w* .{0,40}(context|tokens)");
    private static final Pattern FILTERED = Pattern.compile("content[ _]filter|data_?inspection|content_policy|responsibleai|sensitive");
    private static final Pattern NO_MODEL = Pattern.compile("model[ _]not[ _]found"
            + "|model .{0,80}(does not exist|not found|not exist)|no such model|invalid model|unknown model");

    private Failures() {
    }

    static ModelException of(Throwable failure, ModelOptions options) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ModelException known) {
                return known;
            }
            if (cause instanceof HttpException refusal) {
                return refused(refusal, options);
            }
            if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException
                    || cause instanceof UnresolvedAddressException) {
                return new ModelException(Kind.UNREACHABLE, "No connection to " + options.shown() + ": " + shown(cause.toString()));
            }
        }
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return new ModelException(Kind.BROKEN_OFF, "The answer of " + options.shown() + " broke off: "
                + shown(root instanceof IOException && root.getMessage() != null ? root.getMessage() : root.toString()));
    }

    private static ModelException refused(HttpException refusal, ModelOptions options) {
        int status = refusal.statusCode();
        String body = String.valueOf(refusal.getMessage());
        String said = " answered " + status + (body.isBlank() ? "" : ": " + shown(words(body)));
        return new ModelException(kind(status, body.toLowerCase(Locale.ROOT)), capital(options.shown()) + said,
                refusal instanceof HttpRefusal ours ? ours.retryAfter() : null);
    }

    private static Kind kind(int status, String body) {
        return switch (status) {
            case 401, 403 -> FILTERED.matcher(body).find() ? Kind.FILTERED : Kind.REJECTED_KEY;
            case 402, 429 -> Kind.THROTTLED;
            case 404 -> Kind.UNKNOWN_MODEL;
            case 413 -> Kind.TOO_LONG;
            default -> status >= 500 ? Kind.BROKEN_DOWN
                    : TOO_LONG.matcher(body).find() ? Kind.TOO_LONG
                    : FILTERED.matcher(body).find() ? Kind.FILTERED
                    : NO_MODEL.matcher(body).find() ? Kind.UNKNOWN_MODEL
                    : Kind.REFUSED;
        };
    }

    /** The message of an error in JSON, else all of the body. */
    private static String words(String body) {
        try {
            String message = Json.MAPPER.readTree(body).at("/error/message").asText("");
            return message.isBlank() ? body : message;
        } catch (JsonProcessingException e) {
            return body;
        }
    }

    /** The beginning of a text from outside, fit for a log. */
    static String shown(String text) {
        return LogSafe.of(KnownSecrets.clean(text, SHOWN));
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
