package io.github.dingtalkcamel.mcp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.server.Refusals;
import io.github.dingtalkcamel.tool.Tool;
import io.github.dingtalkcamel.tool.ToolSchema;
import io.github.dingtalkcamel.tool.Tools;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.schema.JsonSchemaValidator;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.AsyncToolSpecification;
import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.ExchangeHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * The tools as the SDK's server offers them, users' own included. A call runs the route {@code direct:tool}, as one by HTTP does: so pace,
 * {@code requestId} and bounds are the same.
 */
final class McpTools {

    /** The log bounds the lines of this logger. */
    private static final Logger LOG = LoggerFactory.getLogger("dingtalk.unexpected");
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {
    };
    private static final String DEFINITIONS = "#/$defs/";
    private static final String INSTRUCTIONS = "Tools that send messages in DingTalk, an enterprise messenger, and list its users. Find"
            + " the user id of a person with dingtalk_list_users, then send with recipient_type user_id. A result tells for each recipient"
            + " whether the message was taken; give a requestId to each call, and the same one to repeat it: nothing is sent twice.";

    private final CamelContext context;
    private final Tools tools;
    private final McpJsonMapper json;
    private final ToolSchema schema = new ToolSchema(DEFINITIONS);
    private final Refusals refusals = new Refusals();
    private final Transport transport = new Transport();
    private ProducerTemplate producer;
    private List<Described> offered = List.of();

    /** What a client sees of a tool: where this changes, the SDK's server is made anew. */
    private record Described(String name, String summary) {
        static Described of(Tool tool) {
            return new Described(tool.wireName(), tool.summary());
        }
    }

    McpTools(CamelContext context, Tools tools, McpJsonMapper json) {
        this.context = context;
        this.tools = tools;
        this.json = json;
    }

    /** Whether it is a tool of this program, which takes a file in its body as it is. */
    boolean isPackaged(String name) {
        return tools.all().stream().anyMatch(tool -> tool.wireName().equals(name) && !tool.isAdded());
    }

    /** The versions of the protocol that are understood. */
    List<String> versions() {
        return transport.protocolVersions();
    }

    /** What handles a message now. Tools come and go with the routes of users. */
    synchronized McpStatelessServerHandler handler() {
        List<Tool> now = tools.all();
        List<Described> described = now.stream().map(Described::of).toList();
        if (!described.equals(offered)) {
            // at first use only: an application that no MCP client calls loads none of the SDK's classes
            serve(now);
            offered = described;
        }
        return transport.handler;
    }

    private void serve(List<Tool> now) {
        String version = getClass().getPackage().getImplementationVersion();
        ObjectNode schemas = definitions();
        if (producer == null) {
            producer = context.createProducerTemplate();
        }
        McpServer.async(transport).serverInfo("dingtalk-camel", version == null ? "unknown" : version).instructions(INSTRUCTIONS)
                .capabilities(ServerCapabilities.builder().tools(false).build()).jsonMapper(json).jsonSchemaValidator(new Unchecked())
                .validateToolInputs(false).strictToolNameValidation(false)
                .tools(now.stream().map(tool -> offered(tool, schemas)).toList()).build();
    }

    private AsyncToolSpecification offered(Tool tool, ObjectNode schemas) {
        ObjectNode input = schema.of(tool);
        if (input.toString().contains(DEFINITIONS)) {
            input.set("$defs", schemas.deepCopy().without(List.of("ToolResult", "Problem", "Error")));
        }
        ObjectNode output = schemas.path("ToolResult").deepCopy();
        output.putObject("$defs").set("Problem", schemas.path("Problem"));
        ToolAnnotations annotations = tool.isAdded() ? null : ToolAnnotations.builder().readOnlyHint(tool.isReadOnly())
                .destructiveHint(tool.isDestructive()).idempotentHint(tool.isReadOnly()).openWorldHint(true).build();
        String description = tool.summary() + ". " + tool.description() + (tool.example() == null ? "" : "\nExample: " + tool.example());
        return new AsyncToolSpecification(McpSchema.Tool.builder(tool.wireName(), map(input)).title(tool.summary()).description(description)
                .outputSchema(map(output)).annotations(annotations).build(),
                (transportContext, request) -> call(transportContext, request.name()));
    }

    /** OpenAPI's schemas that the tools need, with references as a schema that stands alone has them. */
    private static ObjectNode definitions() {
        ObjectNode needed = ToolSchema.schemas().retain(List.of("At", "Card", "Button", "ToolResult", "Problem"));
        try {
            return (ObjectNode) Json.MAPPER.readTree(needed.toString().replace("#/components/schemas/", DEFINITIONS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> map(ObjectNode schema) {
        return Json.MAPPER.convertValue(schema, MAP);
    }

    private Mono<CallToolResult> call(McpTransportContext transportContext, String tool) {
        Exchange caller = (Exchange) transportContext.get(McpEndpoint.EXCHANGE);
        Exchange call = ExchangeHelper.createCorrelatedCopy(caller, false);
        call.getMessage().removeHeaders("*");
        call.setVariable("tool", tool);
        call.getMessage().setBody(transportContext.get(McpEndpoint.ARGUMENTS));
        return Mono.fromFuture(() -> producer.asyncSend("direct:tool", call)).map(this::result);
    }

    private CallToolResult result(Exchange done) {
        if (done.isFailed()) {
            if (refusals.status(done) == 500) {
                LOG.error("A tool failed unexpectedly", Failure.of(done, Exception.class));
            }
            return CallToolResult.builder().isError(true).addTextContent(refusals.json(done)).build();
        }
        JsonNode result = Json.MAPPER.valueToTree(done.getMessage().getBody());
        boolean failed = result.path("successCount").asInt() == 0 && result.path("failureCount").asInt() > 0;
        return CallToolResult.builder().isError(failed).structuredContent(Json.MAPPER.convertValue(result, MAP))
                .addTextContent(result.toString()).build();
    }

    /** The SDK's server knows it as its transport; requests come by the route. */
    private static final class Transport implements McpStatelessServerTransport {

        private McpStatelessServerHandler handler;

        @Override
        public void setMcpHandler(McpStatelessServerHandler mcpHandler) {
            handler = mcpHandler;
        }

        @Override
        public Mono<Void> closeGracefully() {
            return Mono.empty();
        }
    }

    /** Arguments are checked where they are read, with an error that says what to do; results are made as described. */
    private static final class Unchecked implements JsonSchemaValidator {

        @Override
        public ValidationResponse validate(Map<String, Object> schema, Object structuredContent) {
            return ValidationResponse.asValid(null);
        }
    }
}
