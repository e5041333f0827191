package io.github.dingtalkcamel.component.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.Exchange;

/**
 * The prompt for one message: the system message and the current text always, of the history as much as fits, the newest first.
 * In groups each user's text begins with the name of the user.
 *
 * @param system  blank for none
 * @param history the oldest first, each with what it takes
 * @param current the text to answer, with its quote
 */
record Prompt(String system, List<Said> history, String current) {

    private static final int MOST_OF_A_NAME = 64;
    private static final int MOST_OF_A_QUOTE = 4_000;

    /** Something said before. */
    record Said(boolean byUser, String text) {

        ChatMessage message() {
            return byUser ? UserMessage.from(text) : AiMessage.from(text);
        }
    }

    static Prompt of(Exchange exchange, String system) {
        InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
        String type = exchange.getMessage().getHeader(DingTalkConstants.CONVERSATION_TYPE, String.class);
        boolean group = type != null ? type.equals("group") : message != null
                && message.conversationType() == InboundMessage.ConversationType.GROUP;
        String body = Objects.requireNonNullElse(exchange.getMessage().getBody(String.class), "");
        String nick = exchange.getMessage().getHeader(DingTalkConstants.SENDER_NICK, String.class);
        if (nick == null && message != null) {
            nick = message.sender().nick();
        }
        List<Said> history = new ArrayList<>();
        if (exchange.getProperty(ModelConstants.HISTORY) instanceof List<?> entries) {
            for (Object entry : entries) {
                if (entry instanceof Map<?, ?> said && said.get("text") instanceof String text && !text.isBlank()) {
                    boolean byUser = !"assistant".equals(said.get("role"));
                    history.add(new Said(byUser, byUser ? spoken(group, said.get("senderNick"), text) : text));
                }
            }
        }
        return new Prompt(Objects.requireNonNullElse(system, ""), history, quote(message) + spoken(group, nick, body));
    }

    private static String quote(InboundMessage message) {
        if (message == null || message.quote() == null || message.quote().text().isBlank()) {
            return "";
        }
        String text = message.quote().text();
        String shown = text.length() <= MOST_OF_A_QUOTE ? text : text.substring(0, MOST_OF_A_QUOTE) + "…";
        String name = name(message.quote().senderNick());
        return "> " + (name.isEmpty() ? "" : name + ": ") + shown.replace("\n", "\n> ") + "\n\n";
    }

    private static String spoken(boolean group, Object nick, String text) {
        String name = group ? name(nick) : "";
        return name.isEmpty() ? text : name + ": " + text;
    }

    /** A name on one line, so that it can't be read as text of another person. */
    private static String name(Object nick) {
        String name = nick == null ? "" : nick.toString().replaceAll("[\\s\\p{Cntrl}:]+", " ").strip();
        return name.length() <= MOST_OF_A_NAME ? name : name.substring(0, MOST_OF_A_NAME);
    }

    /** The messages, with as much of the history as fits into so many tokens, and pictures beside the current text. */
    List<ChatMessage> messages(int historyTokens, List<? extends Content> pictures) {
        Deque<ChatMessage> fitting = new ArrayDeque<>();
        long left = historyTokens;
        for (int at = history.size() - 1; at >= 0; at--) {
            left -= TokenEstimate.of(history.get(at).text());
            if (left < 0) {
                break;
            }
            fitting.addFirst(history.get(at).message());
        }
        List<ChatMessage> messages = new ArrayList<>();
        if (!system.isBlank()) {
            messages.add(SystemMessage.from(system));
        }
        messages.addAll(fitting);
        if (pictures.isEmpty()) {
            messages.add(UserMessage.from(current.isBlank() ? " " : current));
        } else {
            List<Content> contents = new ArrayList<>();
            if (!current.isBlank()) {
                contents.add(TextContent.from(current));
            }
            contents.addAll(pictures);
            messages.add(UserMessage.from(contents));
        }
        return messages;
    }

    /** What of the history fits into so many tokens, by our estimate. */
    int historyTokens(int most) {
        long sum = 0;
        for (int at = history.size() - 1; at >= 0; at--) {
            long next = sum + TokenEstimate.of(history.get(at).text());
            if (next > most) {
                break;
            }
            sum = next;
        }
        return (int) sum;
    }
}
