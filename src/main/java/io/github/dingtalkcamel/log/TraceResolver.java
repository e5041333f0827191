package io.github.dingtalkcamel.log;

import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.config.plugins.Plugin;
import org.apache.logging.log4j.core.config.plugins.PluginFactory;
import org.apache.logging.log4j.layout.template.json.resolver.EventResolver;
import org.apache.logging.log4j.layout.template.json.resolver.EventResolverContext;
import org.apache.logging.log4j.layout.template.json.resolver.EventResolverFactory;
import org.apache.logging.log4j.layout.template.json.resolver.TemplateResolverConfig;
import org.apache.logging.log4j.layout.template.json.resolver.TemplateResolverFactory;
import org.apache.logging.log4j.layout.template.json.util.JsonWriter;

/** {@code {"$resolver":"trace","withoutFrames":"logger,logger"}} of a JSON template: the exception as {@link TraceConverter} writes it. */
final class TraceResolver implements EventResolver {

    private final TraceConverter converter;

    private TraceResolver(TraceConverter converter) {
        this.converter = converter;
    }

    @Override
    public boolean isResolvable(LogEvent event) {
        return event.getThrown() != null;
    }

    @Override
    public void resolve(LogEvent event, JsonWriter json) {
        StringBuilder trace = new StringBuilder();
        converter.format(event, trace);
        json.writeString(trace.toString().strip());
    }

    /** Made by log4j. */
    @Plugin(name = "TraceResolverFactory", category = TemplateResolverFactory.CATEGORY)
    public static final class Factory implements EventResolverFactory {

        private static final Factory INSTANCE = new Factory();

        private Factory() {
        }

        /** Called by log4j. */
        @PluginFactory
        public static Factory getInstance() {
            return INSTANCE;
        }

        @Override
        public String getName() {
            return "trace";
        }

        @Override
        public EventResolver create(EventResolverContext context, TemplateResolverConfig config) {
            String withoutFrames = config.getString("withoutFrames");
            return new TraceResolver(TraceConverter.newInstance(context.getConfiguration(),
                    withoutFrames == null ? new String[0] : new String[] {withoutFrames}));
        }
    }
}
