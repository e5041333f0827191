package io.github.dingtalkcamel.component.model;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import dev.langchain4j.data.message.ImageContent;
import io.github.dingtalkcamel.component.agent.AgentTimeout;
import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.CamelContextHelper;

/**
 * Asks a language model for the answer to the body; the bean of the kamelet {@code openai-agent-action}. The body becomes the answer as
 * markdown, and headers say what it took ({@link ModelConstants}). Fails with a {@link ModelException}.
 */
public final class ModelAgent extends AsyncProcessorSupport implements CamelContextAware {

    private CamelContext context;
    private String baseUrl;
    private String apiKey = "";
    private String model;
    private String systemMessage = "";
    private double temperature = 0.2;
    private int maxTokens = 2048;
    private int historyTokens = 4000;
    private boolean vision;
    private final AgentTimeout timeout = new AgentTimeout("openai-agent-action", 120);
    private boolean keepThinking;
    private String tools = "";

    private ModelOptions options;
    private ModelClients clients;
    private ModelObserver observer;
    private Throttle throttle;
    private Pictures pictures;
    private ModelTools offered;

    @Override
    protected void doStart() throws Exception {
        if (apiKey != null && !apiKey.isBlank()) {
            KnownSecrets.keep(apiKey.strip());
        }
        options = new ModelOptions(baseUrl == null ? "" : baseUrl, Secret.of(apiKey == null ? "" : apiKey.strip()), model, systemMessage,
                temperature, maxTokens, historyTokens, vision,
                Duration.ofMinutes(2), keepThinking);
        clients = ModelClients.of(context);
        throttle = new Throttle(InstantSource.system());
        offered = new ModelTools(context, clients, tools);
        observer = CamelContextHelper.findSingleByType(context, ModelObserver.class);
        if (vision) {
            pictures = new Pictures(context);
        }
    }

    @Override
    protected void doStop() {
        if (pictures != null) {
            pictures.close();
            pictures = null;
        }
        if (offered != null) {
            offered.close();
        }
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            if (options == null) {
                // a bean that nothing starts
                start();
            }
            ModelOptions asked = options.withTimeout(Duration.ofMillis(timeout.millis(exchange)));
            Prompt prompt = Prompt.of(exchange, options.systemMessage());
            ModelCall.Offered mayCall = new ModelCall.Offered(offered, offered.specifications(), ModelTools.Asked.of(exchange));
            ReplyDraft draft = exchange.getProperty(ReplyDraft.PROPERTY) instanceof ReplyDraft given ? given : null;
            StopSignal signal = exchange.getProperty(StopSignal.PROPERTY) instanceof StopSignal given ? given : null;
            CompletableFuture<List<ImageContent>> seen = pictures == null ? CompletableFuture.completedFuture(List.of())
                    : pictures.of(exchange);
            seen.thenCompose(shown -> {
                ModelCall call = new ModelCall(clients, asked, throttle, prompt, shown, mayCall, draft);
                CompletableFuture<ModelAnswer> answer = call.start();
                if (signal != null) {
                    signal.whenStopped(call);
                }
                return answer;
            }).whenComplete((answer, failure) -> {
                end(exchange, answer, failure);
                callback.done(false);
            });
            return false;
        } catch (Exception e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
    }

    private void end(Exchange exchange, ModelAnswer answer, Throwable failure) {
        if (failure != null) {
            ModelException reason = Failures.of(failure instanceof CompletionException && failure.getCause() != null ? failure.getCause()
                    : failure, options);
            if (observer != null && reason.kind() != ModelException.Kind.STOPPED) {
                observer.failed(options, reason);
            }
            exchange.setException(reason);
            return;
        }
        if (observer != null) {
            observer.answered(options);
        }
        exchange.getMessage().setBody(answer.text());
        header(exchange, ModelConstants.PROMPT_TOKENS, answer.promptTokens());
        header(exchange, ModelConstants.COMPLETION_TOKENS, answer.completionTokens());
        header(exchange, ModelConstants.CUT_OFF, answer.cutOff() ? Boolean.TRUE : null);
    }

    private static void header(Exchange exchange, String name, Object value) {
        if (value == null) {
            exchange.getMessage().removeHeader(name);
        } else {
            exchange.getMessage().setHeader(name, value);
        }
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        context = camelContext;
    }

    public void setBaseUrl(String value) {
        baseUrl = value;
    }

    public void setApiKey(String value) {
        apiKey = value;
    }

    public void setModel(String value) {
        model = value;
    }

    public void setSystemMessage(String value) {
        systemMessage = value;
    }

    public void setTemperature(double value) {
        temperature = value;
    }

    public void setMaxTokens(int value) {
        maxTokens = value;
    }

    public void setHistoryTokens(int value) {
        historyTokens = value;
    }

    public void setVision(boolean value) {
        vision = value;
    }

    /** As Camel writes durations: 2m, 90s, 500ms. */
    public void setTimeout(String value) {
        timeout.set(value);
    }

    public void setKeepThinking(boolean value) {
        keepThinking = value;
    }

    /** Names of {@code direct:} routes that the model may call, with commas between them. */
    public void setTools(String value) {
        tools = value == null ? "" : value;
    }

    /** Which model it asks, without the key. */
    @Override
    public String toString() {
        return "ModelAgent[" + model + "]";
    }
}
