package io.github.dingtalkcamel.component.api;
import java.util.Map;

/**
 * What a reader of an error message calls the component's options: by their own names, or by the settings of an application that they come
 * from.
 */
@FunctionalInterface
public interface OptionNames {

    /** The options of the endpoint's URI, by their own names. */
    OptionNames OF_URI = option -> "option " + option;

    /** The name to show for an option, such as {@code appKey}. */
    String of(String option);

    /**
     * Settings such as {@code dingtalk.app-key} in the place of options. @param prefix of the settings of one integration, with its last
     * dot
     */
    static OptionNames settings(String prefix) {
        Map<String, String> others = Map.of("webhookUrl", "webhook", "secret", "webhook-secret");
        return option -> (option.endsWith("BaseUrl") ? "dingtalk." : prefix)
                + others.getOrDefault(option, option.replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT));
    }
}
