package io.github.dingtalkcamel.tool;
import java.net.URI;
import java.util.Locale;

import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * The recipient that a call names.
 *
 * @param type by what
 * @param id   the id as it was given; for a custom robot its URL, which is a secret. {@link Secret#UNSET} for the one that is set
 */
public record Target(RecipientType type, Secret id) {

    static Target of(RecipientType type, String id) {
        return new Target(type, Secret.of(id));
    }

    /** One that was recorded as it is {@link #shown()}. */
    static Target recorded(String shown) {
        int colon = shown.indexOf(':');
        return of(RecipientType.valueOf(shown.substring(0, colon).toUpperCase(Locale.ROOT)), shown.substring(colon + 1));
    }

    /** As results name it, to its caller: {@code user_id:staff001}. A custom robot's token stays out. */
    public String named() {
        return type == RecipientType.WEBHOOK ? shown() : type.wireName() + ":" + id.reveal();
    }

    /** As records and logs name it: a mobile number only by its ends. */
    public String shown() {
        String text = id.reveal();
        return type.wireName() + ":" + switch (type) {
            case WEBHOOK -> text.isEmpty() ? "default" : URI.create(text).getHost() + "#" + Integer.toHexString(text.hashCode());
            case MOBILE -> text.length() < 8 ? "****" : text.substring(0, 3) + "****" + text.substring(text.length() - 4);
            default -> text;
        };
    }

    @Override
    public String toString() {
        return shown();
    }
}
