package io.github.dingtalkcamel.command;

import java.time.Clock;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.card.StreamingCards;
import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.conversation.ConversationConfiguration;
import io.github.dingtalkcamel.hook.Hooks;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.turn.TurnConfiguration;
import org.apache.camel.spi.Registry;

/** The beans of this package: the commands and their answers. */
public final class CommandConfiguration {

    private CommandConfiguration() {
    }

    /** Creates them, and binds what routes name. */
    public static void bind(Registry registry, Settings settings, BotTexts texts, Agents agents, ConversationConfiguration conversation,
            TurnConfiguration turn, Leases leases, StreamingCards cards, Hooks hooks, Clock clock) {
        registry.bind("commands", new Commands(agents, conversation.accessPolicy()));
        registry.bind("answers", new Answers(texts, turn.turns(), turn.shared(), conversation.sessions(), agents,
                conversation.accessPolicy(), hooks, clock));
        Stop stop = new Stop(turn.turns(), turn.inbox(), conversation.sessions(), turn.shared());
        registry.bind("stop", stop);
        registry.bind("stopButton", new StopButton(cards, stop, settings));
        registry.bind("retry", new Retry(turn.turns(), turn.inbox(), conversation.sessions(), turn.messages(), leases));
    }
}
