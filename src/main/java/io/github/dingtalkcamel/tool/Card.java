package io.github.dingtalkcamel.tool;
import java.util.Map;

/**
 * A card of the card platform (docs/protocol.md 6.5).
 *
 * @param templateId which template; null for one that is updated
 * @param params     its variables
 */
public record Card(String templateId, Map<String, String> params) {

    /** Exchange property that holds the card that each recipient is to get. */
    public static final String PROPERTY = "CamelDingTalkCard";
}
