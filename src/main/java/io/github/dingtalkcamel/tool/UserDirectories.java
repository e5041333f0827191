package io.github.dingtalkcamel.tool;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.dingtalkcamel.component.api.DepartmentTraversal;
import io.github.dingtalkcamel.component.api.User;
import io.github.dingtalkcamel.component.api.UserList;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Variable;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.service.ServiceSupport;

/**
 * The users of each {@link Directory}, read by {@code direct:read-users} once for all callers that ask meanwhile, and kept for five
 * minutes. Failures are not kept. All callers share one copy, and no more than 400,000 users are kept in all.
 */
public final class UserDirectories extends ServiceSupport {

    static final Duration KEPT = Duration.ofMinutes(5);

    private static final String READ = "direct:read-users";
    /** How long reading may wait until DingTalk takes its calls. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final int MOST_KEPT = 2 * DepartmentTraversal.MOST_PEOPLE;

    private final CamelContext context;
    private final InstantSource clock;
    private final Cache<Directory, List<User>> users;
    private final Map<Directory, CompletableFuture<List<User>>> readings = new ConcurrentHashMap<>();
    private ProducerTemplate producer;

    public UserDirectories(CamelContext context, InstantSource clock) {
        this.context = context;
        this.clock = clock;
        this.users = Caffeine.newBuilder()
                .maximumWeight(MOST_KEPT).weigher((Directory directory, List<User> people) -> people.size() + 1)
                .expireAfterWrite(KEPT).ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .build();
    }

    /** The users of a directory, by user id. Fails with what the reading failed with. */
    public CompletableFuture<List<User>> users(@Variable("directory") Directory directory) {
        List<User> known = users.getIfPresent(directory);
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        CompletableFuture<List<User>> reading = new CompletableFuture<>();
        CompletableFuture<List<User>> running = readings.putIfAbsent(directory, reading);
        if (running != null) {
            return running;
        }
        read(directory).whenComplete((read, failure) -> {
            if (failure == null) {
                users.put(directory, read);
            }
            readings.remove(directory);
            if (failure == null) {
                reading.complete(read);
            } else {
                reading.completeExceptionally(failure);
            }
        });
        return reading;
    }

    /** Until when a reading that begins now may wait. */
    public Instant waitUntil() {
        return clock.instant().plus(LONGEST_WAIT);
    }

    private CompletableFuture<List<User>> read(Directory directory) {
        Exchange call = new DefaultExchange(context);
        call.setVariable("integration", directory.integration());
        call.getMessage().setHeader(DingTalkConstants.DEPARTMENT_ID, directory.department());
        call.getMessage().setHeader(DingTalkConstants.LANGUAGE, directory.language());
        CompletableFuture<List<User>> read = new CompletableFuture<>();
        sent(call).whenComplete((done, failure) -> {
            if (failure != null) {
                read.completeExceptionally(failure);
            } else if (done.getException() != null) {
                read.completeExceptionally(done.getException());
            } else if (done.getMessage().getBody() instanceof UserList list) {
                read.complete(list.users());
            } else {
                read.completeExceptionally(new IllegalStateException(READ + " must leave the answer of dingtalk:users as its body"));
            }
        });
        return read;
    }

    private CompletableFuture<Exchange> sent(Exchange call) {
        try {
            return producer.asyncSend(READ, call);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    protected void doStart() {
        producer = context.createProducerTemplate();
    }

    @Override
    protected void doStop() throws Exception {
        if (producer != null) {
            producer.stop();
        }
    }
}
