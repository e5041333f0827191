package io.github.dingtalkcamel.tool;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

import io.github.dingtalkcamel.component.message.TextForms;
import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * What goes to one place together: messages to up to 20 people, to a group or to a custom robot, or a card. Used by one run at a time.
 */
public final class Dispatch {

    /** Exchange property that holds it. */
    public static final String PROPERTY = "CamelDingTalkDispatch";

    /** How it is sent. */
    enum Channel {
        PEOPLE, GROUP, CARD, ROBOT
    }

    private final Channel channel;
    private final Map<Target, String> ids;
    private final List<Target> targets;
    private final List<RobotMessage> messages;
    private final Card card;
    private final boolean degraded;
    private final List<String> keys = new ArrayList<>();
    private final Map<String, RobotMessage> byKey = new LinkedHashMap<>();
    private final String outTrackId;
    private int next;
    private boolean queued;
    private boolean failed;

    /** @param ids of each recipient the id that DingTalk knows it by, in order; for a custom robot any */
    Dispatch(Channel channel, Map<Target, String> ids, List<RobotMessage> messages, Card card, boolean degraded) {
        this.channel = channel;
        this.ids = new LinkedHashMap<>(ids);
        this.targets = new ArrayList<>(ids.keySet());
        this.messages = messages;
        this.card = card;
        this.degraded = degraded;
        this.outTrackId = card == null ? null : "card-" + UUID.randomUUID();
    }

    Channel channel() {
        return channel;
    }

    /** Whether it goes out by {@code dingtalk:card}. */
    public boolean isCardDelivery() {
        return channel == Channel.CARD;
    }

    /** Whether it goes to a custom robot. */
    public boolean isToRobot() {
        return channel == Channel.ROBOT;
    }

    /** What is sent, one call each, in order: the messages, or the card. */
    public List<?> parts() {
        return card != null ? List.of(card) : messages;
    }

    /** What names the recipients to the component: user ids or a group's conversation id. */
    public String recipientType() {
        return (targets.get(0).type() == RecipientType.CHAT_ID ? RecipientType.CHAT_ID : RecipientType.USER_ID).wireName();
    }

    /** The ids of the recipients that have got all of it so far, each once. */
    public List<String> recipientIds() {
        return targets.stream().map(ids::get).distinct().toList();
    }

    /** The custom robot's URL, unset for the one in the settings. */
    public Secret robot() {
        return targets.get(0).id();
    }

    /** The card's id, which is ours: a repeated call makes no second card. */
    public String outTrackId() {
        return outTrackId;
    }

    /** Whether it has mentions: only custom robots can. */
    boolean mentions() {
        return channel == Channel.ROBOT && messages.stream().anyMatch(message -> !message.mentions().isEmpty());
    }

    /** The recipients that have got all of it so far. */
    List<Target> targets() {
        return targets;
    }

    String id(Target target) {
        return ids.get(target);
    }

    private RobotMessage message() {
        return messages.get(next);
    }

    Card card() {
        return card;
    }

    boolean isDegraded() {
        return degraded;
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

    /** A part of it could not be sent. */
    void fail() {
        failed = true;
    }

    /** Whether all of it so far was sent, to a recipient at least. */
    public boolean isIntact() {
        return !failed && !targets.isEmpty();
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
