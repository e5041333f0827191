package io.github.dingtalkcamel.mcp;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.server.OwnNames;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.tool.CallBody;
import io.github.dingtalkcamel.tool.Tools;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.support.AsyncProcessorSupport;

/**
 * MCP over streamable HTTP, without sessions: each POST is one message of JSON-RPC, answered with JSON. So nothing is kept between two
 * requests, and any node can answer any of them. The server never begins to speak, so it offers no stream to listen to.
 * <p>
 * The route that calls it has checked the token. Requests that are wrong as HTTP get an {@link ApiException}; those that are wrong as MCP
 * an error of JSON-RPC.
 */
public final class McpEndpoint extends AsyncProcessorSupport {

    /** Where a request's exchange is in the context of its transport. */
    static final String EXCHANGE = "exchange";
    /** Where the arguments of a tool's call are; they do not pass the SDK, which would copy a file that is in them. */
    static final String ARGUMENTS = "arguments";

    private static final String PARAMS = "params";
    private static final String METHOD = "method";
    private static final String ID = "id";
    private static final List<String> TO_ARGUMENTS = List.of(PARAMS, ARGUMENTS);

    private final McpTools tools;
    private final CallBody bodies;
    private final OwnNames names;
    private final JacksonMcpJsonMapper json = new JacksonMcpJsonMapper(Json.MAPPER);

    /** @param bodies reads requests by HTTP */
    public McpEndpoint(CamelContext context, Settings settings, Tools tools, CallBody bodies) {
        this.tools = new McpTools(context, tools, json);
        this.bodies = bodies;
        this.names = new OwnNames(settings.webhookHost(), settings.publicUrl().map(URI::getHost).stream().toList());
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            HttpServerRequest http = ((HttpMessage) exchange.getMessage()).getRequest();
            checkHeaders(http);
            ObjectNode message = bodies.read(exchange.getMessage(), TO_ARGUMENTS, call ->
                    tools.isPackaged(call.path(PARAMS).path("name").asText()));
            checkVersion(http);
            return handle(message, exchange, callback);
        } catch (IOException e) {
            answer(exchange, 400, error(ErrorCodes.PARSE_ERROR, "The body must be one message of JSON-RPC: a JSON object, nested at most"
                    + " 64 deep, each name once"));
        } catch (WrongMessage e) {
            answer(exchange, 400, error(ErrorCodes.INVALID_REQUEST, e.getMessage()));
        } catch (ApiException e) {
            exchange.setException(e);
        }
        callback.done(true);
        return true;
    }

    private boolean handle(ObjectNode message, Exchange exchange, AsyncCallback callback) throws WrongMessage {
        JsonNode method = message.get(METHOD);
        if (method == null && (message.has("result") || message.has("error"))) {
            // an answer, although nothing was asked
            answer(exchange, 202, null);
        } else if (!"2.0".equals(message.path("jsonrpc").textValue()) || method == null || !method.isTextual()) {
            throw new WrongMessage("A message has jsonrpc, which is \"2.0\", and a method");
        } else if (message.has(ID)) {
            request(message, exchange, callback);
            return false;
        } else {
            JSONRPCNotification notification = new JSONRPCNotification(method.textValue(), message.get(PARAMS));
            tools.handler().handleNotification(McpTransportContext.EMPTY, notification).onErrorComplete().subscribe();
            answer(exchange, 202, null);
        }
        callback.done(true);
        return true;
    }

    private void request(ObjectNode message, Exchange exchange, AsyncCallback callback) throws WrongMessage {
        JsonNode id = message.get(ID);
        if (!id.isTextual() && !id.isIntegralNumber()) {
            throw new WrongMessage("id must be a text or a whole number");
        }
        Object given = id.isTextual() ? id.textValue() : id.numberValue();
        ObjectNode arguments = arguments(message);
        McpTransportContext context = McpTransportContext.create(Map.of(EXCHANGE, exchange, ARGUMENTS, arguments));
        JSONRPCRequest request = new JSONRPCRequest(message.get(METHOD).textValue(), given, message.get(PARAMS));
        tools.handler().handleRequest(context, request).subscribe(response -> {
            answer(exchange, 200, response);
            callback.done(false);
        }, failure -> {
            // the SDK tells what is wrong with a request in a response: this is a bug
            exchange.setException(failure);
            callback.done(false);
        });
    }

    /** Takes the arguments of a call out of the message. */
    private static ObjectNode arguments(ObjectNode message) throws WrongMessage {
        JsonNode arguments = message.get(PARAMS) instanceof ObjectNode params && params.has(ARGUMENTS) ? params.remove(ARGUMENTS) : null;
        if (arguments == null || arguments.isNull()) {
            return Json.MAPPER.createObjectNode();
        }
        if (arguments instanceof ObjectNode object) {
            return object;
        }
        throw new WrongMessage("params.arguments must be an object");
    }

    private void checkHeaders(HttpServerRequest http) throws ApiException {
        String origin = http.getHeader("Origin");
        if (origin != null && !names.isOwn(origin.replaceFirst("^[a-z]+://", ""))) {
            throw ApiException.forbidden("foreign_origin", "A page of another site may not call this server, see dingtalk.public-url");
        }
        String accepted = http.getHeader("Accept");
        if (accepted != null && !accepted.toLowerCase(Locale.ROOT).matches(".*(application/(json|\\*)|\\*/\\*).*")) {
            throw ApiException.notAcceptable("Accept must name application/json, in which every request is answered");
        }
    }

    private void checkVersion(HttpServerRequest http) throws WrongMessage {
        String version = http.getHeader("MCP-Protocol-Version");
        if (version != null && !tools.versions().contains(version)) {
            throw new WrongMessage("MCP-Protocol-Version must be one of " + String.join(", ", tools.versions()));
        }
    }

    private void answer(Exchange exchange, int status, Object response) {
        try {
            exchange.getMessage().removeHeaders("*");
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
            exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, response == null ? null : "application/json; charset=utf-8");
            exchange.getMessage().setBody(response == null ? null : json.writeValueAsBytes(response));
        } catch (IOException e) {
            exchange.setException(e);
        }
    }

    /** An error of a message whose id is not known, which the SDK's own class does not allow. */
    private static JsonNode error(int code, String message) {
        ObjectNode response = Json.MAPPER.createObjectNode().put("jsonrpc", McpSchema.JSONRPC_VERSION).putNull(ID);
        response.putObject("error").put("code", code).put("message", message);
        return response;
    }

    /** It is JSON, and no message of the protocol. */
    private static final class WrongMessage extends Exception {

        WrongMessage(String message) {
            super(message, null, false, false);
        }
    }
}
