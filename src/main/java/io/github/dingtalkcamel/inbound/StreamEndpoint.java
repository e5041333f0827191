package io.github.dingtalkcamel.inbound;
import java.util.List;

import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Receives what DingTalk pushes over Stream connections: robot messages, events and clicks on cards, each as a delivery. */
@UriEndpoint(firstVersion = "0.1.0", scheme = "dingtalk-stream", title = "DingTalk Stream", syntax = "dingtalk-stream:integration", consumerOnly = true,
             category = { Category.CHAT })
public class StreamEndpoint extends DefaultEndpoint {

    private static final String ALL = "all";

    @UriPath(description = "Id of an integration, or all for every integration with dingtalk.stream=true. An integration that is named here gets connections"
                           + " whatever its dingtalk.stream says.")
    @Metadata(required = true)
    private final String integration;

    public StreamEndpoint(String uri, StreamComponent component, String integration) {
        super(uri, component);
        this.integration = integration;
    }

    @Override
    public Producer createProducer() {
        throw new UnsupportedOperationException("Nothing can be sent over a Stream connection: reply through the agent's route, or use the tools");
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        StreamConsumer consumer = new StreamConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public StreamComponent getComponent() {
        return (StreamComponent) super.getComponent();
    }

    public String getIntegration() {
        return integration;
    }

    /** The integrations whose connections this endpoint opens. */
    List<Integration> integrations() {
        Settings settings = getComponent().streams().settings();
        if (integration.equals(ALL)) {
            return settings.integrations().stream().filter(Streams::isOn).toList();
        }
        return List.of(settings.integration(integration).filter(Integration::hasApp).orElseThrow(() -> new IllegalArgumentException(
                "dingtalk-stream:" + integration + " names no integration with an app key: set it, or use " + ALL + " or one of "
                + settings.integrations().stream().filter(Integration::hasApp).map(Integration::id).toList())));
    }
}
