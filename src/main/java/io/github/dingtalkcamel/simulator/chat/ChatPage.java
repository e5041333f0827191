package io.github.dingtalkcamel.simulator.chat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;

/**
 * The files of the chat page: {@code simulator/} on the class path, read once. The page itself is at {@code /}. Its policy lets it load
 * scripts, styles and pictures from here only, send to here only, and can't be framed.
 */
public final class ChatPage {

    public static final String PATH = "/";

    private static final String FILES = ControlApi.ROOT + "/page/";
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public void register(Router router) {
        serve(router, PATH, "index.html");
        for (String name : List.of("chat.css", "icon.svg", "main.js", "pane.js", "composer.js", "bubbles.js", "shown.js", "cards.js",
                "markdown.js", "traces.js", "faults.js", "commands.js", "dom.js", "words.js")) {
            serve(router, FILES + name, name);
        }
    }

    private static void serve(Router router, String path, String name) {
        Buffer content = read(name);
        String type = name.endsWith(".html") ? "text/html;charset=utf-8"
                : name.endsWith(".css") ? "text/css;charset=utf-8"
                : name.endsWith(".svg") ? "image/svg+xml"
                : "text/javascript;charset=utf-8";
        router.route(HttpMethod.GET, path).handler(context -> secured(context.response())
                .putHeader("Content-Type", type)
                .putHeader("Cache-Control", "no-cache")
                .end(content));
    }

    /** What keeps everything that is served to the page's browser inert. */
    static HttpServerResponse secured(HttpServerResponse response) {
        return response.putHeader("Content-Security-Policy", POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Referrer-Policy", "no-referrer");
    }

    private static Buffer read(String name) {
        try (InputStream file = ChatPage.class.getResourceAsStream("/simulator/" + name)) {
            if (file == null) {
                throw new IllegalStateException("simulator/" + name + " is missing on the class path");
            }
            return Buffer.buffer(file.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
