package io.github.dingtalkcamel.component.model;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import io.github.dingtalkcamel.component.api.ReplyDraft;
import io.github.dingtalkcamel.component.api.StopSignal;
import io.github.dingtalkcamel.component.model.ModelException.Kind;

/**
 * Asks a model for one answer, with further tries within the time-out: after 429, never before its Retry-After; and once with half the
 * history where the prompt was too long. Where the model calls tools, they run one after the other, and the model is asked again with what
 * they said, at most {@value #MOST_ROUNDS} times. Holds no thread while it waits.
 */
final class ModelCall implements StopSignal.Call {

    private static final int MOST_TRIES = 4;
    private static final int MOST_CHARACTERS = 1 << 20;
    private static final int MOST_ROUNDS = 8;
    private static final int MOST_TOOLS_OF_A_ROUND = 16;
    /** A longer draft is shown ten times a second at most: each update is the whole text. */
    private static final int SHORT_DRAFT = 4_000;
    private static final long DRAFT_NANOS = 100_000_000;

    private final ModelClients clients;
    private final ModelOptions options;
    private final Throttle throttle;
    private final Prompt prompt;
    private final List<? extends Content> pictures;
    private final Offered offered;
    private final ReplyDraft draft;
    private final long deadline;
    private final EndedCalls toolCalls = new EndedCalls();
    private final List<ChatMessage> rounds = new ArrayList<>();
    private final CompletableFuture<ModelAnswer> answer = new CompletableFuture<>();
    private volatile ClosableCall running;
    private int attempt;
    private int historyTokens;
    private boolean halved;
    private int round;
    private Long promptTokens;
    private Long completionTokens;

    /** The tools that the model may call, and who asks. */
    record Offered(ModelTools tools, List<ToolSpecification> specifications, ModelTools.Asked asked) {
    }

    /** @param draft shows the answer while it forms; null for none */
    ModelCall(ModelClients clients, ModelOptions options, Throttle throttle, Prompt prompt, List<? extends Content> pictures,
            Offered offered,
            ReplyDraft draft) {
        this.clients = clients;
        this.options = options;
        this.throttle = throttle;
        this.prompt = prompt;
        this.pictures = pictures;
        this.offered = offered;
        this.draft = draft;
        this.historyTokens = options.historyTokens();
        this.deadline = System.nanoTime() + options.timeout().toNanos();
    }

    /** The answer; fails with a {@link ModelException}. */
    CompletableFuture<ModelAnswer> start() {
        ScheduledFuture<?> timeout = clients.timer().schedule(() -> finish(new ModelException(Kind.TIMED_OUT,
                "No whole answer of " + options.shown() + " within " + options.timeout().toMillis() + " ms")), options.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
        answer.whenComplete((done, failure) -> timeout.cancel(false));
        tryAfter(throttle.untilNext());
        return answer;
    }

    @Override
    public void end() {
        finish(new ModelException(Kind.STOPPED, "The call of " + options.shown() + " was stopped"));
    }

    @Override
    public boolean isOver() {
        return answer.isDone();
    }

    private void finish(ModelException failure) {
        answer.completeExceptionally(failure);
        ClosableCall call = running;
        if (call != null) {
            call.close();
        }
        toolCalls.end();
    }

    private void tryAfter(Duration wait) {
        if (wait.toNanos() >= deadline - System.nanoTime()) {
            finish(new ModelException(Kind.THROTTLED, "The server of " + options.shown() + " takes the next call in " + wait.toSeconds()
                    + " s only, which is later than the time-out", wait));
            return;
        }
        try {
            if (wait.isZero()) {
                ask();
            } else {
                clients.timer().schedule(() -> clients.readers().execute(this::ask), wait.toMillis() + 1, TimeUnit.MILLISECONDS);
            }
        } catch (RejectedExecutionException e) {
            finish(new ModelException(Kind.STOPPED, "The application is stopping"));
        }
    }

    private void ask() {
        attempt++;
        ClosableCall call = new ClosableCall(clients);
        running = call;
        if (answer.isDone()) {
            return;
        }
        try {
            OpenAiStreamingChatModel model = OpenAiStreamingChatModel.builder()
                    .httpClientBuilder(call.asBuilder())
                    .baseUrl(options.baseUrl())
                    .apiKey(options.apiKey().isSet() ? options.apiKey().reveal() : null)
                    .modelName(options.model())
                    .temperature(options.temperature())
                    .maxTokens(options.maxTokens())
                    .build();
            List<ChatMessage> messages = new ArrayList<>(prompt.messages(historyTokens, pictures));
            messages.addAll(rounds);
            model.chat(ChatRequest.builder().messages(messages).toolSpecifications(offered.specifications()).build(), new Pieces(call));
        } catch (RuntimeException e) {
            failed(e);
        }
        if (answer.isDone()) {
            // it ended while the call was being made
            call.close();
        }
    }

    private void failed(Throwable cause) {
        if (answer.isDone()) {
            return;
        }
        ModelException failure = Failures.of(cause, options);
        if (failure.kind() == Kind.THROTTLED) {
            throttle.throttled(failure.retryAfter(), attempt);
            if (attempt < MOST_TRIES && !String.valueOf(failure.getMessage()).contains("insufficient_quota")
                    && throttle.untilNext().toNanos() < deadline - System.nanoTime()) {
                tryAfter(throttle.untilNext());
                return;
            }
        }
        int used = prompt.historyTokens(historyTokens);
        if (failure.kind() == Kind.TOO_LONG && !halved && used > 0) {
            halved = true;
            historyTokens = used / 2;
            tryAfter(Duration.ZERO);
            return;
        }
        finish(failure);
    }

    private void completed(ClosableCall call, ChatResponse response) {
        if (!call.isWhole()) {
            failed(new ModelException(Kind.BROKEN_OFF, "The answer of " + options.shown() + " ended without a finish_reason"));
            return;
        }
        promptTokens = sum(promptTokens, tokens(response, true));
        completionTokens = sum(completionTokens, tokens(response, false));
        if (response.aiMessage() != null && response.aiMessage().hasToolExecutionRequests()) {
            // not on the thread that reads the stream: that is at its end
            clients.readers().execute(() -> runTools(response.aiMessage()));
            return;
        }
        String said = response.aiMessage() == null || response.aiMessage().text() == null ? "" : response.aiMessage().text();
        String text = options.keepThinking() ? said.strip() : Thinking.without(said);
        FinishReason reason = response.finishReason();
        if (reason == FinishReason.CONTENT_FILTER) {
            failed(new ModelException(Kind.FILTERED, "The provider of " + options.shown() + " filtered the answer"));
        } else if (text.isEmpty()) {
            failed(reason == FinishReason.LENGTH
                    ? new ModelException(Kind.CUT_OFF, capital(options.shown()) + " used up its " + options.maxTokens()
                    + " tokens before it said anything")
                    : new ModelException(Kind.EMPTY, capital(options.shown()) + " answered without a text"));
        } else {
            answer.complete(new ModelAnswer(text, reason == FinishReason.LENGTH, promptTokens, completionTokens));
        }
    }

    /** One after the other: they may depend on each other, and a model that calls many must not flood what is behind them. */
    private void runTools(AiMessage message) {
        List<ToolExecutionRequest> requests = message.toolExecutionRequests();
        if (++round > MOST_ROUNDS || requests.size() > MOST_TOOLS_OF_A_ROUND) {
            failed(new ModelException(Kind.TOO_MANY_CALLS, capital(options.shown()) + " called tools more than " + MOST_ROUNDS
                    + " times for one message, or more than "
                    + MOST_TOOLS_OF_A_ROUND + " at once"));
            return;
        }
        rounds.add(message);
        CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
        for (ToolExecutionRequest request : requests) {
            all = all.thenCompose(before -> {
                if (answer.isDone()) {
                    return CompletableFuture.<String>failedFuture(new IllegalStateException("ended"));
                }
                if (draft != null) {
                    draft.activity(offered.tools().activity(request.name()));
                }
                return offered.tools().call(request, offered.asked(), toolCalls);
            }).thenAccept(result -> rounds.add(ToolExecutionResultMessage.from(request, result.isEmpty() ? "(nothing)" : result)));
        }
        all.whenCompleteAsync((done, failure) -> {
            if (failure == null && !answer.isDone()) {
                attempt = 0;
                tryAfter(throttle.untilNext());
            } else if (failure != null) {
                failed(failure);
            }
        }, clients.readers());
    }

    private static Long sum(Long before, Long more) {
        return before == null ? more : more == null ? before : Long.valueOf(before + more);
    }

    private static Long tokens(ChatResponse response, boolean prompt) {
        if (response.tokenUsage() == null) {
            return null;
        }
        Integer count = prompt ? response.tokenUsage().inputTokenCount() : response.tokenUsage().outputTokenCount();
        return count == null ? null : count.longValue();
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    /** The pieces of the answer, as langchain4j hands them over. */
    private final class Pieces implements StreamingChatResponseHandler {

        private final ClosableCall call;
        private final StringBuilder text = new StringBuilder();
        private long shownAt;

        Pieces(ClosableCall call) {
            this.call = call;
        }

        @Override
        public void onPartialResponse(String piece) {
            text.append(piece);
            if (text.length() > MOST_CHARACTERS) {
                finish(new ModelException(Kind.BROKEN_OFF, "The answer of " + options.shown() + " has more than 1 MiB"));
            } else if (draft != null && (text.length() <= SHORT_DRAFT || System.nanoTime() - shownAt > DRAFT_NANOS)) {
                shownAt = System.nanoTime();
                draft.update(options.keepThinking() ? text.toString() : Thinking.withoutSoFar(text.toString()));
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            completed(call, response);
        }

        @Override
        public void onError(Throwable failure) {
            failed(failure);
        }
    }
}
