package io.github.dingtalkcamel.component.dingtalk;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.api.Mentions;
import org.apache.camel.Exchange;

/** The options of one message: of each the header, or else what the endpoint's URI says. */
record MessageOptions(Exchange exchange, DingTalkConfiguration uri) {

    String text(String header, String option) {
        String value = exchange.getMessage().getHeader(header, String.class);
        return value == null || value.isBlank() ? blankToNull(option) : value.strip();
    }

    private static String blankToNull(String option) {
        return option == null || option.isBlank() ? null : option.strip();
    }

    boolean flag(String header, boolean option) {
        Boolean value = exchange.getMessage().getHeader(header, Boolean.class);
        return value == null ? option : value;
    }

    /** A list, an array, the keys of a map, or a text with commas; each once, in order. */
    List<String> list(String header, String option) {
        Object value = exchange.getMessage().getHeader(header);
        List<String> ids = new ArrayList<>();
        if (value instanceof Map<?, ?> named) {
            named.keySet().forEach(each -> add(ids, each));
        } else if (value instanceof Collection<?> several) {
            several.forEach(each -> add(ids, each));
        } else if (value instanceof Object[] several) {
            List.of(several).forEach(each -> add(ids, each));
        } else {
            String text = text(header, option);
            if (text != null) {
                List.of(text.split(",")).forEach(each -> add(ids, each));
            }
        }
        return ids;
    }

    private static void add(List<String> ids, Object id) {
        String text = id == null ? "" : id.toString().strip();
        if (!text.isEmpty() && !ids.contains(text)) {
            ids.add(text);
        }
    }

    private <E extends Enum<E>> E word(String header, E option, Class<E> type) {
        String value = text(header, null);
        if (value == null) {
            return option;
        }
        try {
            return Enum.valueOf(type, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Header " + header + " must be one of " + List.of(type.getEnumConstants()));
        }
    }

    RecipientType recipientType() {
        return word(DingTalkConstants.RECIPIENT_TYPE, uri.getRecipientType(), RecipientType.class);
    }

    List<String> recipientIds() {
        return list(DingTalkConstants.RECIPIENT_ID, uri.getRecipientId());
    }

    CardAction cardAction() {
        return word(DingTalkConstants.OPERATION, uri.getOperation(), CardAction.class);
    }

    String format() {
        return text(DingTalkConstants.FORMAT, uri.getFormat());
    }

    String title() {
        return text(DingTalkConstants.TITLE, uri.getTitle());
    }

    Mentions mentions() {
        Mentions mentions = new Mentions(list(DingTalkConstants.AT_USER_IDS, uri.getAtUserIds()),
                list(DingTalkConstants.AT_MOBILES, uri.getAtMobiles()), flag(DingTalkConstants.AT_ALL, uri.isAtAll()));
        if (mentions.size() > Mentions.MOST) {
            throw new IllegalArgumentException("A message can mention " + Mentions.MOST + " people, not " + mentions.size()
                    + ": use atAll, or several messages");
        }
        if (!mentions.userIds().stream().allMatch(Mentions::isId) || !mentions.mobiles().stream().allMatch(Mentions::isId)) {
            throw new IllegalArgumentException("Options atUserIds and atMobiles must hold ids and numbers, separated by commas");
        }
        return mentions;
    }

    /** The option, or an error that says how to set it. */
    String required(String header, String option, String name, String endpoint) {
        String value = text(header, option);
        if (value == null) {
            throw new IllegalArgumentException(endpoint + " needs option " + name + ", or header " + header);
        }
        return value;
    }
}
