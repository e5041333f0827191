package io.github.dingtalkcamel.conversation;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Store;
import org.apache.camel.spi.Registry;

/**
 * The beans of this package: who may use the bot, which agent a conversation is bound to, and its session.
 *
 * @param accessPolicy who may use the bot, and who may bind
 * @param bindings     conversations that are bound to an agent
 * @param sessions     the sessions and their history
 */
public record ConversationConfiguration(AccessPolicy accessPolicy, Bindings bindings, Sessions sessions) {

    /** Creates them, and binds what routes name. */
    public static ConversationConfiguration bind(Registry registry, Settings settings, Store store, Notifications notifications,
            Clock clock) {
        ConversationConfiguration beans = new ConversationConfiguration(new AccessPolicy(settings), new Bindings(store, clock),
                new Sessions(store, settings, notifications, clock));
        registry.bind("accessPolicy", beans.accessPolicy);
        registry.bind("bindings", beans.bindings);
        registry.bind("sessions", beans.sessions);
        return beans;
    }

    /** What housekeeping deletes of this package. */
    public static List<Expiry> expiries(Settings settings) {
        List<Expiry> expiries = new ArrayList<>(Sessions.expiries(settings.keeping().sessions()));
        expiries.add(QuotableMessages.expiry(settings.keeping().messages()));
        expiries.add(Notifications.expiry(settings.keeping().messages()));
        return expiries;
    }
}
