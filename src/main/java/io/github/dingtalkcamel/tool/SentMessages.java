package io.github.dingtalkcamel.tool;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.github.dingtalkcamel.component.api.DingTalkJson;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.ConversationType;
import io.github.dingtalkcamel.component.message.TextForms;
import io.github.dingtalkcamel.conversation.Notifications;
import io.github.dingtalkcamel.conversation.QuotableMessages;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.store.Texts;
import org.apache.camel.ExchangeProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The record of what tools sent, so that update and recall find it, also after a restart. Kept as long as messages are ({@code
 * dingtalk.keep-messages}).
 */
public final class SentMessages {

    private static final Logger LOG = LoggerFactory.getLogger(SentMessages.class);
    private static final TypeReference<Map<String, String>> PARAMS = new TypeReference<>() {
    };

    private final Store store;
    private final Settings settings;
    private final QuotableMessages quotable;
    private final Notifications notifications;
    private final InstantSource clock;

    public SentMessages(Store store, Settings settings, QuotableMessages quotable, Notifications notifications, InstantSource clock) {
        this.store = store;
        this.settings = settings;
        this.quotable = quotable;
        this.notifications = notifications;
        this.clock = clock;
    }

    /** Records what was sent. If that fails the message is sent all the same, and only can't be recalled. */
    void record(Dispatch dispatch, ToolRun run) {
        record(dispatch, run, true);
    }

    /**
     * Records, as part of a transaction, a reply that a card shows, so that it can be updated, recalled and quoted as a card that a tool
     * sent. No history gets it from here: the turn's has it.
     *
     * @param text  the reply, or as much of it as the card holds
     * @param shown what the card shows in the variable, a note under the reply included
     */
    public Store.Work<Integer> nowShownInCard(InboundMessage message, String outTrackId, String carrier, String text, String variable,
            String shown) {
        boolean isGroup = message.conversationType() == ConversationType.GROUP;
        String place = isGroup ? message.conversationId() : message.sender().staffId();
        Target target = Target.of(isGroup ? RecipientType.CHAT_ID : RecipientType.USER_ID, place);
        long now = clock.millis();
        return connection -> {
            Map<String, String> texts = new LinkedHashMap<>(Map.of(outTrackId, text));
            if (carrier != null) {
                texts.put(carrier, text);
            }
            quotable.remember(connection, message.integration(), texts);
            return Sql.update(connection, """
                    insert into sent_message (integration, message_id, kind, place, recipients, message_keys, state, sent_at, card_params)
                    values (?, ?, 'card', ?, ?, ?, 'sent', ?, ?) on conflict (integration, message_id) do nothing""",
                    message.integration(), outTrackId, Texts.write(List.of(place)), Texts.write(List.of(target.shown())),
                    Texts.write(carrier == null ? List.of() : List.of(carrier)), now, DingTalkJson.text(Map.of(variable, shown)));
        };
    }

    /** Puts on record what may have gone out: it can be updated, and no history has it. */
    void recordInDoubt(Dispatch dispatch, ToolRun run) {
        record(dispatch, run, false);
    }

    private void record(Dispatch dispatch, ToolRun run, boolean certain) {
        if (dispatch.messageId() == null) {
            return;
        }
        SentMessage.Kind kind = switch (dispatch.channel()) {
            case PEOPLE -> SentMessage.Kind.PEOPLE;
            case GROUP -> SentMessage.Kind.GROUP;
            case CARD -> SentMessage.Kind.CARD;
            case ROBOT -> throw new IllegalStateException("a custom robot's message has no id");
        };
        List<String> place = dispatch.targets().stream().map(target -> target.type() == RecipientType.CHAT_ID ? target.id().reveal()
                : run.userId(target)).toList();
        List<String> recipients = dispatch.targets().stream().map(Target::shown).toList();
        String integration = run.call().integration();
        TextForms forms = new TextForms(settings.integration(integration).orElseThrow().language());
        Map<String, String> texts = dispatch.textsByKey(forms);
        String text = certain ? quotable(dispatch.text(forms), integration) : null;
        Set<String> places = dispatch.targets().stream().map(target -> target.type() == RecipientType.CHAT_ID ? target.id().reveal()
                : Notifications.person(run.userId(target))).collect(Collectors.toCollection(LinkedHashSet::new));
        long now = clock.millis();
        try {
            store.writeAndWait(connection -> {
                quotable.remember(connection, integration, texts);
                if (text != null) {
                    Notifications.sent(connection, integration, places, dispatch.messageId(), now);
                }
                return Sql.update(connection, """
                        insert into sent_message (integration, message_id, kind, place, recipients, message_keys, state, request_id,
                            sent_at,
                            card_params, text)
                        values (?, ?, ?, ?, ?, ?, 'sent', ?, ?, ?, ?) on conflict (integration, message_id) do nothing""",
                        integration, dispatch.messageId(), kind.name()
                                .toLowerCase(Locale.ROOT), Texts.write(place), Texts.write(recipients),
                        Texts.write(dispatch.keys()), run.call().requestId(), now,
                        dispatch.card() == null ? null : DingTalkJson.text(dispatch.card().params()), text);
            });
            notifications.forget(integration, places);
        } catch (StoreException e) {
            LOG.warn("Message {} of {} was sent, but could not be recorded: it can't be updated or recalled", dispatch.messageId(),
                    run.call(), e);
        }
    }

    /**
     * The message that a call names; its recipients become those of the run.
     *
     * @throws ApiException 404 when it is not on record
     */
    public SentMessage named(@ExchangeProperty(ToolRun.PROPERTY) ToolRun run) throws ApiException, StoreException {
        SentMessage message = find(run.call().integration(), run.call().text("messageId").orElseThrow())
                .orElseThrow(() -> ApiException.notFound("unknown_message",
                "messageId is on record neither as sent by a tool of this integration, nor any more where it is older than"
                        + " dingtalk.keep-messages."
                + " What goes out by session webhooks and custom robots has no id"));
        for (int i = 0; i < message.recipients().size(); i++) {
            Target target = message.recipients().get(i);
            run.add(target);
            if (target.type() != RecipientType.CHAT_ID) {
                run.resolved(target, message.place().get(i));
            }
        }
        return message;
    }

    private Optional<SentMessage> find(String integration, String messageId) {
        return store.read(connection -> Sql.first(connection,
                "select kind, place, recipients, message_keys, state, sent_at, card_params from sent_message where integration = ? and"
                        + " message_id = ?",
                row -> new SentMessage(integration, messageId, SentMessage.Kind.valueOf(row.getString(1).toUpperCase(Locale.ROOT)),
                        Texts.read(row.getString(2)), Texts.read(row.getString(3)).stream().map(Target::recorded)
                                .toList(), Texts.read(row.getString(4)),
                        row.getString(5).equals("recalled"), Instant.ofEpochMilli(row.getLong(6)), params(row.getString(7))),
                integration, messageId));
    }

    /** As histories hold it; null if it has no text, or more than a history may hold. */
    private String quotable(String text, String integration) {
        return text.isBlank() || text.getBytes(StandardCharsets.UTF_8).length > settings.integration(integration).orElseThrow()
                .historyBytes() ? null : text;
    }

    private static Map<String, String> params(String json) {
        try {
            return json == null ? Map.of() : Json.MAPPER.readValue(json, PARAMS);
        } catch (JsonProcessingException e) {
            LOG.warn("The stored variables of a card are damaged: a quote of it may have no text");
            return Map.of();
        }
    }

    /** Notes what a card shows after some of its variables were changed. */
    void changed(SentMessage message, Map<String, String> changes) {
        Map<String, String> params = new LinkedHashMap<>(message.cardParams());
        params.putAll(changes);
        String text = MessageText.of(new Card(null, params));
        Map<String, String> texts = new LinkedHashMap<>();
        message.keys().forEach(key -> texts.put(key, text));
        texts.put(message.messageId(), text);
        String shown = quotable(text, message.integration());
        try {
            store.writeAndWait(connection -> {
                quotable.remember(connection, message.integration(), texts);
                return Sql.update(connection, "update sent_message set card_params = ?, text = ? where integration = ? and message_id = ?",
                        DingTalkJson.text(params), shown, message.integration(), message.messageId());
            });
            notifications.forgetAll();
        } catch (StoreException e) {
            LOG.warn("Card {} was updated, but that could not be recorded: a quote of it has its old text", message.messageId(), e);
        }
    }

    /** Records the recall: histories and quotes for agents no longer hold a recalled message. */
    void recalled(SentMessage message) throws StoreException {
        store.writeAndWait(connection -> {
            quotable.remove(connection, message.integration(), message.keys());
            return Sql.update(connection,
                    "update sent_message set state = 'recalled', text = null, card_params = null where integration = ? and message_id = ?",
                    message.integration(), message.messageId());
        });
        notifications.forgetAll();
    }

    /** What housekeeping deletes. */
    public static Expiry expiry(Duration kept) {
        return new Expiry("records of what tools sent", """
                delete from sent_message where (integration, message_id) in (select integration, message_id from sent_message
                    where sent_at < ? order by sent_at limit ?)""", kept, false);
    }
}
