package io.github.dingtalkcamel.admin;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.agent.Agents;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.conversation.Bindings;
import io.github.dingtalkcamel.conversation.Bindings.Binding;
import io.github.dingtalkcamel.server.ApiCall;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;

/** {@code /api/dingtalk/bindings} (docs/api.md). */
public final class BindingsApi {

    private static final int MAX_BODY_BYTES = 64 * 1024;
    private static final int LONGEST_ID = 512;
    private static final int NAMED = 100;
    private static final String BY = "api";

    private final Settings settings;
    private final Bindings bindings;
    private final Agents agents;

    public BindingsApi(Settings settings, Bindings bindings, Agents agents) {
        this.settings = settings;
        this.bindings = bindings;
        this.agents = agents;
    }

    /** All bindings, by integration and conversation, a page at a time. */
    public Map<String, Object> list(@ExchangeProperty(ApiCall.PROPERTY) ApiCall call) throws ApiException {
        Page page = Page.of(call, 2);
        return page.answer("bindings", bindings.after(page.after().get(0), page.after().get(1), page.lookFor()),
                binding -> List.of(binding.integration(), binding.conversationId()), BindingsApi::shown);
    }

    /** The binding of the conversation that the path names. */
    public Map<String, Object> get(@ExchangeProperty(ApiCall.PROPERTY) ApiCall call) throws ApiException {
        return shown(bindings.of(integration(call), call.part(2)).orElseThrow(BindingsApi::none));
    }

    /** Binds it to the agent that the body names, if that runs. */
    public Map<String, Object> put(@ExchangeProperty(ApiCall.PROPERTY) ApiCall call, Message request) throws ApiException {
        String integration = integration(call);
        String conversation = call.part(2);
        if (conversation.length() > LONGEST_ID) {
            throw ApiException.badRequest("bad_conversation", "A conversation's id has at most " + LONGEST_ID + " characters");
        }
        String agent = agent(request.getBody(byte[].class));
        if (!agents.isRunning(agent)) {
            throw ApiException.badRequest("unknown_agent", "agent must be one that runs: "
                    + String.join(", ", agents.names().stream().limit(NAMED).toList()));
        }
        bindings.bind(integration, conversation, agent, BY);
        return get(call);
    }

    /** @param body null for none */
    private static String agent(byte[] body) throws ApiException {
        if (body != null && body.length > MAX_BODY_BYTES) {
            throw ApiException.tooLarge("The body may have at most " + MAX_BODY_BYTES + " bytes");
        }
        try {
            JsonNode agent = body == null || body.length == 0 ? null : Json.MAPPER.readTree(body).get("agent");
            if (agent != null && agent.isTextual()) {
                return agent.textValue();
            }
        } catch (IOException e) {
            // reported below
        }
        throw ApiException.badRequest("bad_body", "The body must be a JSON object with the agent's name, {\"agent\":\"…\"}");
    }

    /** Takes it back. */
    public void delete(@ExchangeProperty(ApiCall.PROPERTY) ApiCall call) throws ApiException {
        if (!bindings.unbind(integration(call), call.part(2), BY)) {
            throw none();
        }
    }

    private String integration(ApiCall call) throws ApiException {
        if (settings.integration(call.part(1)).isEmpty()) {
            throw ApiException.notFound("unknown_integration",
                    "There is no such integration: GET /api/dingtalk/integrations lists those there are");
        }
        return call.part(1);
    }

    private static ApiException none() {
        return ApiException.notFound("not_bound", "This conversation is bound to no agent: trigger or fallback decide who answers");
    }

    private static Map<String, Object> shown(Binding binding) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("integrationId", binding.integration());
        shown.put("conversationId", binding.conversationId());
        shown.put("agent", binding.agent());
        shown.put("by", binding.by());
        shown.put("at", binding.at().toString());
        return shown;
    }
}
