package io.github.dingtalkcamel.assistant;

import java.time.Clock;
import java.util.Optional;
import java.util.Properties;

import io.github.dingtalkcamel.settings.ModelSettings;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.CamelContext;

/**
 * The beans of this package: key and prompt for the kamelet of the route {@code turn-agent-assistant}, and the state of its model.
 *
 * @param status empty where no model is set
 */
public record AssistantConfiguration(Optional<ModelStatus> status) {

    /** Creates them, and binds what the route and the kamelet look up. */
    public static AssistantConfiguration bind(CamelContext context, Settings settings, Clock clock) {
        settings.model().ifPresent(model -> {
            context.getRegistry().bind("assistantApiKey", model.apiKey().reveal());
            context.getRegistry().bind("assistantPrompt", model.prompt());
        });
        Optional<ModelStatus> status = settings.model().map(model -> new ModelStatus(context, model, clock));
        status.ifPresent(known -> context.getRegistry().bind("modelStatus", known));
        return new AssistantConfiguration(status);
    }

    /** What the route's placeholders and precondition read. */
    public static Properties properties(Settings settings) {
        Properties properties = new Properties();
        properties.setProperty("assistant.on", String.valueOf(settings.model().isPresent()));
        properties.setProperty("assistant.base-url", settings.model().map(ModelSettings::baseUrl).map(String::valueOf).orElse(""));
        properties.setProperty("assistant.model", settings.model().map(ModelSettings::model).orElse(""));
        return properties;
    }
}
