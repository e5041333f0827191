package io.github.dingtalkcamel.observe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.admin.DeadLettersApi;
import io.github.dingtalkcamel.admin.IntegrationsApi;
import io.github.dingtalkcamel.admin.MessagesApi;
import io.github.dingtalkcamel.component.http.HttpError;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.server.Refusal;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A page at {@code /dingtalk/} of the management server: integrations with their connections, the queue, dead letters with their replay,
 * and the trace of a message. It shows what the admin API tells, no text of any message, and no secret; who may see it is the management
 * server's login, as for Hawtio.
 */
final class OperatorPage {

    private static final Logger LOG = LoggerFactory.getLogger(OperatorPage.class);

    private static final String PATH = "/dingtalk";
    private static final int SHOWN = 100;

    private final IntegrationsApi integrations;
    private final DeadLettersApi deadLetters;
    private final MessagesApi messages;
    private final Supplier<Map<String, Object>> queue;

    OperatorPage(IntegrationsApi integrations, DeadLettersApi deadLetters, MessagesApi messages, Supplier<Map<String, Object>> queue) {
        this.integrations = integrations;
        this.deadLetters = deadLetters;
        this.messages = messages;
        this.queue = queue;
    }

    void open(Router router) {
        router.get(PATH).handler(OperatorPage::withSlash);
        router.get(PATH + "/data").handler(request -> answer(request, this::data));
        router.get(PATH + "/message").handler(request -> answer(request, () -> messages.trace(call("messages",
                request.request().getParam("integration", ""), request.request().getParam("msgId", "")))));
        // ids are in the query, so no body is read; a page of another site could send this, and the guard refuses it by Host, Origin
        // and Sec-Fetch-Site
        router.post(PATH + "/replay").handler(request -> answer(request, () -> deadLetters.replay(ids(request))));
        router.get(PATH + "/*").handler(StaticHandler.create("operator").setCachingEnabled(false)).failureHandler(Refusal::failed);
    }

    /** The route takes both. */
    private static void withSlash(RoutingContext request) {
        if (request.normalizedPath().equals(PATH)) {
            request.redirect(PATH + "/");
        } else {
            request.next();
        }
    }

    private Map<String, Object> data() throws ApiException {
        Map<String, Object> data = new LinkedHashMap<>();
        add(data, integrations.list(call("integrations")), "moreIntegrations");
        data.put("queue", queue.get());
        add(data, deadLetters.list(call("dead-letters")), "moreDeadLetters");
        return data;
    }

    /** The first of a list, and whether there are more, which the page says. */
    static void add(Map<String, Object> data, Map<String, Object> list, String more) {
        data.putAll(list);
        data.put(more, data.remove("nextCursor") != null);
    }

    private static ApiCall call(String... path) {
        return new ApiCall("GET", List.of(path), Map.of("limit", String.valueOf(SHOWN)));
    }

    private static byte[] ids(RoutingContext request) throws JsonProcessingException, ApiException {
        String ids = request.request().getParam("ids", "");
        if (!ids.matches("\\d{1,18}(,\\d{1,18}){0,199}")) {
            throw ApiException.badRequest("bad_ids", "ids must be the numbers of dead letters, with commas between them");
        }
        return Json.MAPPER.writeValueAsBytes(Map.of("ids", Json.MAPPER.readTree("[" + ids.replaceAll("(?<=^|,)0+(?=\\d)", "") + "]")));
    }

    private static void answer(RoutingContext request, Callable<Object> work) {
        request.response().putHeader("Cache-Control", "no-store");
        // the store is read meanwhile
        request.vertx().executeBlocking(() -> Json.MAPPER.<JsonNode>valueToTree(work.call()).toString(), false).onComplete(done -> {
            if (done.succeeded()) {
                request.response().putHeader("Content-Type", "application/json; charset=utf-8").end(done.result());
            } else if (done.cause() instanceof HttpError error) {
                Refusal.send(request, error.httpStatus(), error.errorCode(), error.errorMessage());
            } else {
                LOG.warn("A request of the page {} failed", PATH, done.cause());
                Refusal.send(request, 500, "internal", "It could not be done. The log says why");
            }
        });
    }
}
