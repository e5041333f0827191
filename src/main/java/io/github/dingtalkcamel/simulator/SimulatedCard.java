package io.github.dingtalkcamel.simulator;

import java.util.List;
import java.util.Map;

/**
 * A card of the card platform as people see it now (protocol 6.5).
 *
 * @param app             key of the app that made it
 * @param params          the template's variables
 * @param privateParams   what single people see beside them, by user id
 * @param conversationIds where it was delivered to
 * @param finished        whether streaming to it has ended
 */
public record SimulatedCard(String app, String outTrackId, String templateId, Map<String, String> params, Map<String, Map<String, String>> privateParams,
        List<String> conversationIds, boolean finished) {

    public SimulatedCard {
        params = Map.copyOf(params);
        privateParams = Map.copyOf(privateParams);
        conversationIds = List.copyOf(conversationIds);
    }

    SimulatedCard with(Map<String, String> itsParams, Map<String, Map<String, String>> itsPrivateParams, List<String> places, boolean isFinished) {
        return new SimulatedCard(app, outTrackId, templateId, itsParams, itsPrivateParams, places, isFinished);
    }
}
