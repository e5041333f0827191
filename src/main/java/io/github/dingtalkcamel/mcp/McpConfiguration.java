package io.github.dingtalkcamel.mcp;

import io.github.dingtalkcamel.queue.NonStoppingProcessor;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.tool.ToolConfiguration;
import org.apache.camel.CamelContext;

/** The bean of this package: the processor {@code mcp} of the route {@code tool-mcp}. */
public final class McpConfiguration {

    private McpConfiguration() {
    }

    /** Creates it, and binds what the route names. */
    public static void bind(CamelContext context, Settings settings, ToolConfiguration tool) {
        McpEndpoint endpoint = new McpEndpoint(context, settings, tool.tools(), tool.bodies());
        context.getRegistry().bind("mcp", new NonStoppingProcessor(endpoint));
    }
}
