package io.github.dingtalkcamel.admin;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.cluster.Nodes;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.doctor.Examination;
import io.github.dingtalkcamel.inbound.InboundConfiguration;
import io.github.dingtalkcamel.integration.AccessTokens;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.turn.DeadLetters;
import io.github.dingtalkcamel.turn.MessageTrace;
import org.apache.camel.spi.Registry;

/** The beans of this package: the admin API. */
public final class AdminConfiguration {

    private AdminConfiguration() {
    }

    /** Creates them, and binds what routes name. */
    public static void bind(Registry registry, Settings settings, Store store, InboundConfiguration inbound, AccessTokens accessTokens,
            Agents agents, Bindings bindings, DeadLetters deadLetters, MessageTrace traces, Examination examination) {
        registry.bind("integrationsApi", new IntegrationsApi(settings, inbound.webhook(), inbound.streams(), agents, accessTokens));
        registry.bind("integrationTests", new IntegrationTests(settings, examination));
        registry.bind("bindingsApi", new BindingsApi(settings, bindings, agents));
        registry.bind("conversationsApi", new ConversationsApi(store));
        registry.bind("messagesApi", new MessagesApi(traces));
        registry.bind("nodesApi", new NodesApi(new Nodes(store)));
        registry.bind("deadLettersApi", new DeadLettersApi(deadLetters));
    }
}
