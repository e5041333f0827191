package io.github.dingtalkcamel.server;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Reads one request's body into memory, within its rules. A body that says at once that it is too long is refused unread. The budget
 * counts what has really come, and the room made for it, until the request is answered or its connection is gone.
 */
public final class BodyReader {

    private static final String SHARE = "dingtalk.body.share";
    private static final int FIRST_ROOM = 1_024;
    /** Larger ones can take twice their size of a heap of the usual collector, and want it in one piece. */
    private static final int MOST_ROOM = 1 << 18;
    /** A request whose client left before the answer is given up by now by its handler. */
    static final long AFTER_DISCONNECT_MS = 30_000;

    /** Why a body is not read to its end. */
    public enum Refused {
        TOO_LARGE, NO_ROOM, TOO_SLOW
    }

    private final RoutingContext routing;
    private final HttpServerRequest request;
    private final BodyRules rules;
    private final Consumer<Buffer> taker;
    private final Consumer<Refused> refusal;
    private final Context context;
    private ByteBudget.Share share;
    /** All full but the last. */
    private final List<byte[]> rooms = new ArrayList<>();
    private int room;
    private int free;
    private int length;
    private int announced = -1;
    private long wholeTimer = -1;
    private long progressTimer = -1;
    private int lengthAtCheck;
    private boolean over;

    private BodyReader(RoutingContext routing, BodyRules rules, Consumer<Buffer> taker, Consumer<Refused> refusal) {
        this.routing = routing;
        this.request = routing.request();
        this.rules = rules;
        this.taker = taker;
        this.refusal = refusal;
        this.context = routing.vertx().getOrCreateContext();
    }

    /**
     * Reads the body.
     *
     * @param taker   is given it, empty where there is none
     * @param refusal answers where it was not read to its end; the rest of it is dropped
     */
    public static void read(RoutingContext routing, BodyRules rules, Consumer<Buffer> taker, Consumer<Refused> refusal) {
        new BodyReader(routing, rules, taker, refusal).start();
    }

    /** What a request's body holds of its budget, or null. The body's handler may close it when it has no more use for it. */
    public static ByteBudget.Share share(RoutingContext routing) {
        return routing.get(SHARE);
    }

    private void start() {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (request.isEnded() || length == null && !request.headers().contains(HttpHeaders.TRANSFER_ENCODING)) {
            taker.accept(Buffer.buffer());
            return;
        }
        if (length != null) {
            // the decoder has made sure that it is a number
            long bytes = Long.parseLong(length);
            if (bytes > rules.limit()) {
                over = true;
                refusal.accept(Refused.TOO_LARGE);
                return;
            }
            announced = (int) bytes;
        }
        share = rules.budget().open(() -> context.runOnContext(now -> refuse(Refused.NO_ROOM)));
        routing.put(SHARE, share);
        routing.addEndHandler(end -> ended(end.succeeded()));
        request.handler(this::part).endHandler(end -> complete()).exceptionHandler(broken -> finish());
        wholeTimer = routing.vertx().setTimer(Math.max(1, rules.whole().toMillis()), late -> refuse(Refused.TOO_SLOW));
        if (rules.progress().compareTo(rules.whole()) < 0) {
            progressTimer = routing.vertx().setPeriodic(Math.max(1, rules.progress().toMillis()), check -> progress());
        }
        if (HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            request.response().writeContinue();
        }
    }

    private void part(Buffer part) {
        if (over) {
            return;
        }
        if (length + part.length() > rules.limit()) {
            refuse(Refused.TOO_LARGE);
            return;
        }
        int taken = 0;
        while (taken < part.length()) {
            if (free == 0 && !addRoom(part.length() - taken)) {
                refuse(Refused.NO_ROOM);
                return;
            }
            byte[] last = rooms.get(rooms.size() - 1);
            int now = Math.min(free, part.length() - taken);
            part.getBytes(taken, taken + now, last, last.length - free);
            free -= now;
            taken += now;
        }
        length += taken;
    }

    /** As much again as there is, so that there are few rooms, within bounds; never copied, so that a body is never held twice. */
    private boolean addRoom(int wanted) {
        int most = (announced >= 0 ? announced : rules.limit()) - room;
        int size = Math.min(Math.max(wanted, most), Math.max(wanted, Math.min(MOST_ROOM, Math.max(FIRST_ROOM, room))));
        if (!share.resize((long) room + size)) {
            return false;
        }
        rooms.add(new byte[size]);
        room += size;
        free = size;
        return true;
    }

    private void progress() {
        if (length == lengthAtCheck) {
            refuse(Refused.TOO_SLOW);
        }
        lengthAtCheck = length;
    }

    @SuppressWarnings("deprecation") // Vert.x 5 moves buffer(ByteBuf) to an interface that 4 has not
    private void complete() {
        if (over) {
            return;
        }
        if (!share.resize(Math.max(room, (long) length * rules.handling()))) {
            refuse(Refused.NO_ROOM);
            return;
        }
        share.complete();
        over = true;
        stopTimers();
        Buffer body = Buffer.buffer(Unpooled.wrappedBuffer(rooms.toArray(byte[][]::new)).writerIndex(length));
        rooms.clear();
        taker.accept(body);
    }

    private void refuse(Refused why) {
        if (over) {
            return;
        }
        finish();
        if (!request.response().ended() && !request.response().closed()) {
            refusal.accept(why);
        }
    }

    /** Nothing more is read, and nothing held. */
    private void finish() {
        if (over) {
            return;
        }
        over = true;
        stopTimers();
        rooms.clear();
        share.close();
    }

    private void stopTimers() {
        routing.vertx().cancelTimer(wholeTimer);
        routing.vertx().cancelTimer(progressTimer);
    }

    private void ended(boolean answered) {
        finish();
        if (answered) {
            share.close();
        } else {
            // its handler may still use it
            routing.vertx().setTimer(AFTER_DISCONNECT_MS, later -> share.close());
        }
    }
}
