package io.github.dingtalkcamel.outbound;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.classic.ExecRuntime;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * What every call to DingTalk keeps to: an end, whatever the other side does. The whole call, answer included, has one deadline (socket time-outs start
 * anew at each byte), an answer has a largest size, and nothing is sent again behind the routes' back.
 */
public final class GuardedCalls implements HttpClientConfigurer, ExecChainHandler, AutoCloseable {

    private static final long SLOWEST_UPLOAD = 100_000;

    private final Duration deadline;
    private final int maxAnswerBytes;
    private final ScheduledThreadPoolExecutor timer;

    GuardedCalls(Duration deadline, int maxAnswerBytes) {
        this.deadline = deadline;
        this.maxAnswerBytes = maxAnswerBytes;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "dingtalk-call-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        this.timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public void configureHttpClient(HttpClientBuilder builder) {
        // the client's own strategy would repeat a POST after 429 and 503
        builder.disableAutomaticRetries().disableRedirectHandling().disableCookieManagement();
        builder.addExecInterceptorFirst("dingtalk-guard", this);
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain) throws IOException, HttpException {
        End end = new End(scope.execRuntime, deadline(request));
        boolean answering = false;
        try {
            ClassicHttpResponse response = chain.proceed(request, scope);
            if (response.getEntity() != null) {
                response.setEntity(new Bounded(response.getEntity(), maxAnswerBytes, end));
                answering = true;
            }
            return response;
        } catch (IOException e) {
            throw end.came ? new DeadlineExceededException(deadline, e) : e;
        } finally {
            if (!answering) {
                end.cancel();
            }
        }
    }

    /** What is uploaded gets a second more for each 100,000 bytes. */
    private Duration deadline(ClassicHttpRequest request) {
        return request.getEntity() == null ? deadline : deadline.plusSeconds(Math.max(0, request.getEntity().getContentLength()) / SLOWEST_UPLOAD);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** The end of one call. That it came is known before the socket is closed, so that nobody takes the consequence for the cause. */
    private final class End implements Runnable {

        private final ExecRuntime runtime;
        private final Future<?> scheduled;
        private volatile boolean came;

        End(ExecRuntime runtime, Duration deadline) {
            this.runtime = runtime;
            this.scheduled = timer.schedule(this, deadline.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public void run() {
            came = true;
            runtime.discardEndpoint();
        }

        void cancel() {
            scheduled.cancel(false);
        }
    }

    /** The call's own deadline passed: whatever the socket said about it is only a consequence. */
    public static final class DeadlineExceededException extends IOException {
        public DeadlineExceededException(Duration deadline, Throwable cause) {
            super("no complete answer within " + deadline.toSeconds() + " s", cause);
        }
    }

    private final class Bounded extends HttpEntityWrapper {

        private final int limit;
        private final End end;

        Bounded(HttpEntity entity, int limit, End end) {
            super(entity);
            this.limit = limit;
            this.end = end;
        }

        @Override
        public InputStream getContent() throws IOException {
            return new FilterInputStream(super.getContent()) {
                private int left = limit;

                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    int count;
                    try {
                        count = super.read(bytes, offset, length);
                    } catch (IOException e) {
                        throw end.came ? new DeadlineExceededException(deadline, e) : e;
                    }
                    if (count > 0 && (left -= count) < 0) {
                        throw new IOException("the answer is larger than " + limit + " bytes");
                    }
                    return count;
                }

                @Override
                public void close() throws IOException {
                    end.cancel();
                    super.close();
                }
            };
        }
    }
}
