package io.github.dingtalkcamel.tool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.dingtalkcamel.component.message.TextForms;
import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * What goes to one place together: messages to up to 20 people, to a group or to a custom robot, or a card. Used by one run at a time.
 */
public final class Dispatch {

    /** Exchange property that holds it. */
    public static final String PROPERTY = "CamelDingTalkDispatch";

    /** By which way. */
    public enum Channel {
        PEOPLE, GROUP, CARD, ROBOT
    }

    private final Channel channel;
    private final List<Target> targets;
    private final List<RobotMessage> messages;
    private final Card card;
    private final boolean degraded;
    private final List<String> keys = new ArrayList<>();
    private final Map<String, RobotMessage> byKey = new LinkedHashMap<>();
    private int next;
    private String outTrackId;
    private boolean queued;

    Dispatch(Channel channel, List<Target> targets, List<RobotMessage> messages, Card card, boolean degraded) {
        this.channel = channel;
        this.targets = new ArrayList<>(targets);
        this.messages = messages;
        this.card = card;
        this.degraded = degraded;
    }

    /** For the choice of the route. */
    public Channel channel() {
        return channel;
    }

    /** Whether it mentions anyone: only custom robots can. */
    boolean mentions() {
        return channel == Channel.ROBOT && messages.stream().anyMatch(message -> !message.mentions().isEmpty());
    }

    /** Whether there is more to send, and still somebody to send it to. */
    public boolean isUnfinished() {
        return next < (card == null ? messages.size() : 1) && !targets.isEmpty();
    }

    /** The custom robot's URL, unset for the one in the settings. */
    public Secret robot() {
        return targets.get(0).id();
    }

    List<Target> targets() {
        return targets;
    }

    RobotMessage message() {
        return messages.get(next);
    }

    Card card() {
        return card;
    }

    boolean isDegraded() {
        return degraded;
    }

    /** User ids of the people, each once. */
    List<String> userIds(ToolRun run) {
        LinkedHashSet<String> userIds = new LinkedHashSet<>();
        targets.forEach(target -> userIds.add(run.userId(target)));
        return List.copyOf(userIds);
    }

    /** The card's id, ours. */
    String outTrackId() {
        return outTrackId;
    }

    void outTrackId(String id) {
        outTrackId = id;
    }

    /** DingTalk took one; key is null where it gives none. */
    void taken(String key) {
        if (key != null && !key.isEmpty()) {
            keys.add(key);
            if (card == null) {
                byKey.put(key, message());
            }
        }
        next++;
    }

    /** What each message says that was taken, by DingTalk's key of it; a card also by its own id. */
    Map<String, String> textsByKey(TextForms forms) {
        Map<String, String> texts = new LinkedHashMap<>();
        byKey.forEach((key, message) -> texts.put(key, MessageText.of(message, forms)));
        if (card != null) {
            keys.forEach(key -> texts.put(key, MessageText.of(card)));
            if (outTrackId != null) {
                texts.put(outTrackId, MessageText.of(card));
            }
        }
        return texts;
    }

    /** What was taken of it, as one text. */
    String text(TextForms forms) {
        return card != null ? MessageText.of(card)
                : messages.subList(0, next).stream().map(message -> MessageText.of(message, forms)).collect(Collectors.joining());
    }

    /** It is stored, and will go out later. */
    void queued() {
        queued = true;
    }

    boolean isQueued() {
        return queued;
    }

    int taken() {
        return next;
    }

    List<String> keys() {
        return keys;
    }

    /** What the caller gets as the message's id; null where it has none. */
    String messageId() {
        return outTrackId != null ? outTrackId : keys.isEmpty() ? null : keys.get(0);
    }
}
