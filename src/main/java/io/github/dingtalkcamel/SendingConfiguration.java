package io.github.dingtalkcamel;

import java.time.Clock;

import io.github.dingtalkcamel.cluster.Sharing;
import io.github.dingtalkcamel.conversation.Notifications;
import io.github.dingtalkcamel.conversation.QuotableMessages;
import io.github.dingtalkcamel.integration.IntegrationConfiguration;
import io.github.dingtalkcamel.limits.LimitsConfiguration;
import io.github.dingtalkcamel.reload.OwnBeanLanguage;
import io.github.dingtalkcamel.reload.Utf8Routes;
import io.github.dingtalkcamel.robot.RobotConfiguration;
import io.github.dingtalkcamel.server.HeldBodies;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.tool.ToolConfiguration;
import org.apache.camel.CamelContext;

/**
 * The beans that sending needs: calls to DingTalk, custom robots and tools. The command {@code send} has no others.
 *
 * @param quotable      what was sent, for messages that quote it
 * @param notifications what tools sent into a conversation, for its history
 */
record SendingConfiguration(LimitsConfiguration limits, IntegrationConfiguration integrations, RobotConfiguration robot,
        ToolConfiguration tool, QuotableMessages quotable, Notifications notifications) implements AutoCloseable {

    /** Where nothing comes by HTTP. */
    static SendingConfiguration bind(CamelContext context, Settings settings, Store store, Clock clock) throws Exception {
        return bind(context, settings, store, Sharing.alone(clock), new HeldBodies(), clock);
    }

    /**
     * @param sharing    what nodes on the same store share
     * @param heldBodies the bodies of requests by HTTP
     */
    static SendingConfiguration bind(CamelContext context, Settings settings, Store store, Sharing sharing, HeldBodies heldBodies,
            Clock clock)
            throws Exception {
        context.getRegistry().bind("sourceLoader", new Utf8Routes());
        context.getRegistry().bind(OwnBeanLanguage.NAME, new OwnBeanLanguage());
        QuotableMessages quotable = new QuotableMessages(store, clock);
        Notifications notifications = new Notifications(store);
        LimitsConfiguration limits = LimitsConfiguration.bind(context, clock);
        return new SendingConfiguration(limits, IntegrationConfiguration.bind(context, settings, limits, quotable),
                RobotConfiguration.bind(context, settings, store, sharing.clock(), sharing.claims()),
                ToolConfiguration.bind(context, settings, store, sharing, quotable, notifications, heldBodies, clock), quotable,
                notifications);
    }

    /** Begins no more calls. What waits for a custom robot stays stored. */
    @Override
    public void close() {
        robot.close();
        limits.close();
    }
}
