package io.github.dingtalkcamel.command;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.Language;
import io.github.dingtalkcamel.conversation.AccessPolicy;
import io.github.dingtalkcamel.conversation.Session;
import io.github.dingtalkcamel.conversation.Sessions;
import io.github.dingtalkcamel.hook.Hooks;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.texts.BotTexts;
import io.github.dingtalkcamel.turn.KeyedQueue;
import io.github.dingtalkcamel.turn.SharedInbox;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;

/** The answers to commands, as markdown for a phone: one fact a line, the most important first. */
public final class Answers {

    private static final String MESSAGE = InboundMessage.PROPERTY;
    private static final String AGENT = "CamelDingTalkAgent";
    private static final String BOUND_BY = "CamelDingTalkBoundBy";

    private final BotTexts texts;
    private final KeyedQueue queue;
    private final Sessions sessions;
    private final Agents agents;
    private final AccessPolicy policies;
    private final Hooks hooks;
    private final InstantSource clock;
    private final SharedInbox shared;

    public Answers(BotTexts texts, KeyedQueue queue, SharedInbox shared, Sessions sessions, Agents agents, AccessPolicy policies,
            Hooks hooks, InstantSource clock) {
        this.shared = shared;
        this.texts = texts;
        this.queue = queue;
        this.sessions = sessions;
        this.agents = agents;
        this.policies = policies;
        this.hooks = hooks;
        this.clock = clock;
    }

    /** Why the sender is denied, and what an admin has to add; null where the policy lets the sender through by now. */
    public String refusal(@ExchangeProperty(MESSAGE) InboundMessage message) {
        AccessPolicy.Denial denial = policies.denialReason(message);
        if (denial == null) {
            return null;
        }
        String key = switch (denial) {
            case USER -> "refused-user";
            case GROUP -> "refused-group";
            case ALL_DIRECT_MESSAGES -> "refused-direct-messages";
            case ALL_GROUPS -> "refused-groups";
        };
        return texts.text(message, key, message.sender().userId(), message.conversationId());
    }

    /** The commands there are. */
    public String help(@ExchangeProperty(MESSAGE) InboundMessage message) {
        boolean chinese = texts.language(message) == Language.ZH_HANS;
        List<String> lines = new ArrayList<>();
        for (Command command : Command.values()) {
            List<String> words = new ArrayList<>(command.words());
            if (chinese) {
                // the word that a Chinese user types
                words.add(0, words.remove(1));
            } else {
                words.remove(1);
            }
            lines.add(texts.text(message, "help-line", String.join(" ", words), texts.text(message, "help-" + command.code())));
        }
        return section(texts.text(message, "help"), lines) + "\n\n" + texts.text(message, "help-rest");
    }

    /** After {@code /new}. */
    public String newSession(@ExchangeProperty(MESSAGE) InboundMessage message) {
        return texts.text(message, "new");
    }

    /** After {@code /stop}. */
    public String stopped(@ExchangeProperty(MESSAGE) InboundMessage message, @ExchangeProperty(Stop.STOPPED) StopOutcome stopped) {
        int dropped = stopped.dropped();
        if (stopped.isNothing()) {
            return texts.text(message, "stop-nothing");
        }
        return dropped == 0 ? texts.text(message, "stop-running")
                : texts.text(message, stopped.wasRunning() ? "stop-both" : "stop-waiting", dropped);
    }

    /** After a {@code /retry} before which nothing went to an agent. */
    public String nothingToRetry(@ExchangeProperty(MESSAGE) InboundMessage message) {
        return texts.text(message, "retry-nothing");
    }

    /** Whether a turn runs and how many wait, which agent answers and why, and how old the session is. */
    public String status(@ExchangeProperty(MESSAGE) InboundMessage message, @ExchangeProperty(AGENT) String agent,
            @ExchangeProperty(BOUND_BY) String boundBy)
            throws StoreException {
        Session session = sessions.current(message);
        String key = Turn.key(message);
        List<String> lines = new ArrayList<>();
        if (agent == null) {
            lines.add(texts.text(message, "status-no-agent"));
        } else {
            lines.add(texts.text(message, agents.isRunning(agent) ? "status-agent" : "status-agent-not-running", agent,
                    why(message, boundBy)));
        }
        lines.add(session == null ? texts.text(message, "status-no-session")
                : texts.text(message, "status-session", age(message, session), session.usage().turns()));
        // where nodes share the store another one may work on the conversation
        long[] unfinished = shared.isShared() ? shared.unfinishedIn(message)
                : new long[] { queue.isRunning(key) ? 1 : 0, queue.waiting(key) };
        return section(texts.text(message, unfinished[0] > 0 ? "status-running" : "status-idle", unfinished[1]), lines);
    }

    /** What the current session has used. */
    public String usage(@ExchangeProperty(MESSAGE) InboundMessage message) throws StoreException {
        Session session = sessions.current(message);
        if (session == null) {
            return texts.text(message, "usage-nothing");
        }
        Session.Usage usage = session.usage();
        List<String> lines = new ArrayList<>(List.of(
                texts.text(message, "usage-turns", usage.turns()),
                texts.text(message, "usage-messages", usage.messagesIn(), usage.messagesOut()),
                texts.text(message, "usage-characters", usage.charactersIn(), usage.charactersOut()),
                texts.text(message, "usage-time", span(message, Duration.ofMillis(usage.agentMillis())))));
        if (usage.promptTokens() > 0 || usage.completionTokens() > 0) {
            lines.add(texts.text(message, "usage-tokens", usage.promptTokens(), usage.completionTokens()));
        }
        return section(texts.text(message, "usage", age(message, session)), lines);
    }

    /** The running agents, and which of them answers in this conversation. */
    public String agents(@ExchangeProperty(MESSAGE) InboundMessage message, @ExchangeProperty(AGENT) String here) {
        List<String> names = agents.names();
        return names.isEmpty() ? texts.text(message, "agents-none") : section(texts.text(message, "agents"),
                names.stream().map(name -> texts.text(message, name.equals(here) ? "agents-line-here" : "agents-line", name)).toList());
    }

    /** After a {@code /bind} or {@code /unbind} by a sender who is no admin of the group. */
    public String adminsOnly(@ExchangeProperty(MESSAGE) InboundMessage message) {
        return texts.text(message, "bind-admins-only", message.sender().userId());
    }

    /** After a {@code /bind} that names no running agent, or none at all. */
    public String whichAgent(@ExchangeProperty(MESSAGE) InboundMessage message, @Variable("argument") String argument) {
        List<String> names = agents.names();
        if (names.isEmpty()) {
            return texts.text(message, "agents-none");
        }
        String all = String.join(", ", names);
        return argument == null ? texts.text(message, "bind-which", all, names.get(0)) : texts.text(message, "bind-unknown", all);
    }

    /** After {@code /bind}. */
    public String bound(@ExchangeProperty(MESSAGE) InboundMessage message, @Variable("agent") String agent) {
        return texts.text(message, "bind-done", agent);
    }

    /** After {@code /unbind}: who answers now. */
    public String unbound(@ExchangeProperty(MESSAGE) InboundMessage message, @ExchangeProperty(AGENT) String agent,
            @ExchangeProperty(BOUND_BY) String boundBy) {
        return agent == null ? texts.text(message, "unbind-done-no-agent")
                : texts.text(message, "unbind-done", agent, why(message, boundBy));
    }

    /** After an {@code /unbind} where nothing was bound. */
    public String nothingBound(@ExchangeProperty(MESSAGE) InboundMessage message) {
        return texts.text(message, "unbind-nothing");
    }

    /** The event hooks that are running. */
    public String hooks(@ExchangeProperty(MESSAGE) InboundMessage message) {
        List<String> running = hooks.names();
        return running.isEmpty() ? texts.text(message, "hooks-none") : section(texts.text(message, "hooks"),
                running.stream().map(hook -> texts.text(message, "hooks-line", hook)).toList());
    }

    /** The ids that an allow list or a recipient needs. */
    public String whoAmI(@ExchangeProperty(MESSAGE) InboundMessage message) {
        return String.join("\n", texts.text(message, "whoami-integration", message.integration()),
                texts.text(message, "whoami-conversation", message.conversationId()),
                texts.text(message, "whoami-user", message.sender().userId()));
    }

    private String why(InboundMessage message, String boundBy) {
        return texts.text(message, "bound-by-" + boundBy);
    }

    private String age(InboundMessage message, Session session) {
        return span(message, Duration.between(session.startedAt(), clock.instant()));
    }

    /** In the largest two units that count. */
    private String span(InboundMessage message, Duration span) {
        if (span.toMinutes() < 1) {
            return texts.text(message, "seconds", Math.max(0, Math.round(span.toMillis() / 1000.0)));
        }
        if (span.toHours() < 1) {
            return texts.text(message, "minutes", span.toMinutes());
        }
        return span.toDays() < 1 ? texts.text(message, "hours", span.toHours(), span.toMinutesPart())
                : texts.text(message, "days", span.toDays(), span.toHoursPart());
    }

    private static String section(String title, List<String> lines) {
        return title + "\n\n" + String.join("\n", lines);
    }
}
