package io.github.dingtalkcamel.hook;

import java.time.Clock;

import org.apache.camel.CamelContext;

/**
 * The beans of this package: the hooks, and the events that the application publishes to them.
 *
 * @param hooks  the routes that consume events
 * @param events publishes the life cycle of turns and connections
 */
public record HookConfiguration(Hooks hooks, LifecycleEvents events) {

    /** Creates them, and binds what routes and Camel name. */
    public static HookConfiguration bind(CamelContext context, Clock clock) {
        Hooks hooks = new Hooks(context);
        LifecycleEvents events = new LifecycleEvents(context, hooks, clock);
        context.getRegistry().bind("seda", hooks.component());
        context.getRegistry().bind("hooks", hooks);
        context.getRegistry().bind("lifecycleEvents", events);
        return new HookConfiguration(hooks, events);
    }
}
