package io.github.dingtalkcamel.component.api;
import java.util.List;

/** Knows the DingTalk apps that an application has set up under names of its own, for the endpoint option {@code integration}. */
@FunctionalInterface
public interface IntegrationLookup {

    /**
     * The apps of this name, in the order in which they are set up.
     *
     * @param integration the endpoint's option; an application may have a name for several apps, of use to consumers only
     * @return            empty where no app has this name
     */
    List<DingTalkApp> find(String integration);

    /**
     * Whether the name denotes a set of apps. The set may be empty: a consumer of it then receives nothing, without an error.
     *
     * @param integration the endpoint's option
     */
    default boolean isSet(String integration) {
        return false;
    }
}
