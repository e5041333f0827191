package io.github.dingtalkcamel.component.dingtalk;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.dingtalkcamel.component.api.DepartmentTraversal;
import io.github.dingtalkcamel.component.api.Failures;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.ThrottledException;
import io.github.dingtalkcamel.component.api.UserList;
import io.github.dingtalkcamel.component.message.Language;
import org.apache.camel.Exchange;

/**
 * {@code dingtalk:users}: the people of a department and of all below it, each once, by user id. Read page by page; where DingTalk
 * throttles, a second later again.
 */
record UsersOperation(Api api, DingTalkConfiguration uri) implements Operation {

    private static final int MOST_THROTTLED_IN_A_ROW = 5;
    private static final long PAUSE_MILLIS = 1_100;

    @Override
    public CompletableFuture<?> perform(Exchange exchange) {
        MessageOptions options = new MessageOptions(exchange, uri);
        String keyword = options.text(DingTalkConstants.KEYWORD, uri.getKeyword());
        DepartmentTraversal walk = new DepartmentTraversal(department(options), language(options));
        AtomicInteger throttled = new AtomicInteger();
        return InTurn.whileTrue(walk::isUnfinished, () -> step(exchange, walk, throttled))
                .thenAccept(done -> exchange.getMessage().setBody(users(walk, keyword == null ? "" : keyword.toLowerCase(Locale.ROOT))));
    }

    private CompletableFuture<?> step(Exchange exchange, DepartmentTraversal walk, AtomicInteger throttled) {
        return api.post(exchange, walk.path(), walk.question()).handle((answer, failure) -> {
            Throwable cause = Failures.causeOf(failure);
            if (failure == null) {
                throttled.set(0);
                walk.take(answer);
                return CompletableFuture.<Void>completedFuture(null);
            }
            if (cause instanceof ThrottledException && throttled.incrementAndGet() <= MOST_THROTTLED_IN_A_ROW) {
                return pause();
            }
            if (cause instanceof RejectedException refusal) {
                try {
                    walk.skip(refusal);
                    return CompletableFuture.<Void>completedFuture(null);
                } catch (RejectedException e) {
                    cause = e;
                }
            }
            return CompletableFuture.<Void>failedFuture(cause);
        }).thenCompose(next -> next);
    }

    private CompletableFuture<Void> pause() {
        CompletableFuture<Void> over = new CompletableFuture<>();
        api.component().timer().schedule(() -> api.component().executor().execute(() -> over.complete(null)), PAUSE_MILLIS,
                TimeUnit.MILLISECONDS);
        return over;
    }

    private long department(MessageOptions options) {
        String given = options.text(DingTalkConstants.DEPARTMENT_ID, null);
        if (given != null && !given.matches("\\d{1,18}")) {
            throw new IllegalArgumentException("Header " + DingTalkConstants.DEPARTMENT_ID + " must be the number of a department");
        }
        return given == null ? uri.getDepartmentId() : Long.parseLong(given);
    }

    private String language(MessageOptions options) {
        String given = options.text(DingTalkConstants.LANGUAGE, null);
        boolean english = given == null ? api.app().language() == Language.EN : given.toLowerCase(Locale.ROOT).startsWith("en");
        return english ? "en_US" : "zh_CN";
    }

    private static UserList users(DepartmentTraversal walk, String keyword) {
        return new UserList(keyword.isEmpty() ? walk.people() : walk.people().stream().filter(each -> each.holds(keyword)).toList());
    }
}
