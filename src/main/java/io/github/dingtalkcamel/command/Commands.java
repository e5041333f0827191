package io.github.dingtalkcamel.command;
import java.util.List;

import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.component.message.Blanks;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.conversation.AccessPolicy;
import io.github.dingtalkcamel.turn.Turn;
import org.apache.camel.ExchangeProperty;

/** Finds the command in a message (docs/promises.md 6): its first word, after the mentions at its head. */
public final class Commands {

    private static final int MAX_NAME_LENGTH = 64;
    /** Ends a mention whose name has spaces in it. */
    private static final char MENTION_END = '\u2005';

    private final Agents agents;
    private final AccessPolicy policy;

    /** @param policy who may talk to the bot */
    public Commands(Agents agents, AccessPolicy policy) {
        this.agents = agents;
        this.policy = policy;
    }

    /** Whether the message is a command. */
    public boolean hasCommand(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return nameOf(message) != null;
    }

    /** Whether the access policy denies the message. No sender is denied {@code /whoami}. */
    public boolean isDenied(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        return policy.denialReason(message) != null && !Command.WHOAMI.code().equals(nameOf(message));
    }

    /** The name of the command, without its slash, or null where the message is for an agent. */
    public String nameOf(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        String text = message.text();
        int start = head(message);
        Command command = start < text.length() && text.charAt(start) == '/' ? Command.of(text.substring(start, wordEnd(text, start)))
                : null;
        return command == null ? null : command.code();
    }

    /**
     * What the route of the commands does for a stored command or refusal: {@code replying} for one whose answer a restart interrupted,
     * {@code refusal}, or the name of the command.
     */
    public String actionOf(@ExchangeProperty(Turn.PROPERTY) Turn turn) {
        if (turn.isReplying()) {
            return "replying";
        }
        return turn.isRefusal() ? "refusal" : nameOf(turn.message());
    }

    /** False for a refusal. */
    public boolean isCommand(@ExchangeProperty(Turn.PROPERTY) Turn turn) {
        return turn.isCommand();
    }

    /** The word after the command, or null. */
    public String argumentOf(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        String text = message.text();
        int start = Blanks.skip(text, wordEnd(text, head(message)));
        return start == text.length() ? null : text.substring(start, wordEnd(text, start));
    }

    /**
     * The running agent that the word after the command names, or null. Phones write the first letter in upper case, so case matters only
     * where two agents differ by it.
     */
    public String agentOf(@ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) {
        String word = argumentOf(message);
        if (word == null || agents.isRunning(word)) {
            return word;
        }
        List<String> alike = agents.names().stream().filter(word::equalsIgnoreCase).toList();
        return alike.size() == 1 ? alike.get(0) : null;
    }

    /**
     * The index of the first word that is no mention. The robot's own mention is mostly removed already; those of others stay in the text,
     * which may begin with as many of them as DingTalk names mentioned users.
     */
    private static int head(InboundMessage message) {
        String text = message.text();
        int left = message.mentionedUsers().size() + (message.mentioned() ? 1 : 0);
        int at = Blanks.skip(text, 0);
        for (; left > 0 && at < text.length() && text.charAt(at) == '@'; left--) {
            at = Blanks.skip(text, mentionEnd(text, at));
        }
        return at;
    }

    private static int mentionEnd(String text, int start) {
        int marked = text.indexOf(MENTION_END, start);
        if (marked > 0 && marked - start <= MAX_NAME_LENGTH
                && text.substring(start + 1, marked).chars().noneMatch(c -> c == '@' || c == '/' || c == '\n')) {
            return marked;
        }
        return wordEnd(text, start);
    }

    private static int wordEnd(String text, int start) {
        int end = start;
        while (end < text.length() && !Blanks.isBlank(text.charAt(end))) {
            end++;
        }
        return end;
    }
}
