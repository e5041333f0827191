package io.github.dingtalkcamel.simulator.chat;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.platform.Timeline;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;

/**
 * One open page's share of the {@link Timeline}, as Server-Sent Events. Written only as fast as the page reads: one that reads slowly
 * misses what was dropped in between. An event's id is {@code life-number}: after a lost connection it continues after that event,
 * unless the simulator is another by now; then, and at the first time, it begins with the event {@code begin}.
 */
final class ChatFeed {

    private static final int HISTORY = 500;
    private static final int SCENE_EVERY_MS = 250;
    private static final int SIGN_OF_LIFE_EVERY = 60;
    private static final int QUEUE_BYTES = 256 << 10;

    private final Vertx vertx;
    private final Timeline timeline;
    private final String life;
    private final Supplier<ObjectNode> scene;
    private final HttpServerResponse response;
    private final Context context;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Runnable wake = this::wake;
    private String shownScene;
    private long last;
    private int ticks;
    private long timer;

    ChatFeed(Vertx vertx, Timeline timeline, String life, Supplier<ObjectNode> scene, HttpServerResponse response) {
        this.vertx = vertx;
        this.timeline = timeline;
        this.life = life;
        this.scene = scene;
        this.response = response;
        this.context = vertx.getOrCreateContext();
    }

    /** Starts; false, and nothing is written, where too many listen. To be called on the response's event loop. */
    boolean begin(String lastEventId) {
        if (!timeline.listen(wake)) {
            return false;
        }
        response.setChunked(true).setWriteQueueMaxSize(QUEUE_BYTES).putHeader("Content-Type", "text/event-stream")
                .putHeader("Cache-Control", "no-store").putHeader("X-Content-Type-Options", "nosniff");
        response.closeHandler(closed -> end());
        response.exceptionHandler(broken -> end());
        boolean goesOn = lastEventId != null && lastEventId.matches(life + "-\\d{1,18}");
        if (goesOn) {
            last = Long.parseLong(lastEventId.substring(life.length() + 1));
        } else {
            List<Timeline.Entry> all = timeline.after(0);
            last = all.size() > HISTORY ? all.get(all.size() - HISTORY - 1).number() : 0;
            response.write("retry: 1000\nevent: begin\ndata: {}\n\n");
        }
        tellScene();
        timer = vertx.setPeriodic(SCENE_EVERY_MS, tick -> {
            tellScene();
            if (++ticks % SIGN_OF_LIFE_EVERY == 0 && !response.writeQueueFull()) {
                response.write(":\n\n");
            }
        });
        drain();
        return true;
    }

    private void end() {
        timeline.unlisten(wake);
        vertx.cancelTimer(timer);
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            context.runOnContext(now -> {
                woken.set(false);
                drain();
            });
        }
    }

    private void drain() {
        if (response.closed()) {
            return;
        }
        for (Timeline.Entry entry : timeline.after(last)) {
            if (response.writeQueueFull()) {
                response.drainHandler(free -> drain());
                return;
            }
            last = entry.number();
            ObjectNode json = entry.event().json().put("number", entry.number()).put("time", entry.time().toString());
            write("id: " + life + "-" + last + "\n", entry.event().name(), Json.write(json));
        }
    }

    private void tellScene() {
        String now = Json.write(scene.get());
        if (!now.equals(shownScene) && !response.closed() && !response.writeQueueFull()) {
            shownScene = now;
            write("", "scene", now);
        }
    }

    private void write(String id, String event, String data) {
        response.write(id + "event: " + event + "\ndata: " + data + "\n\n");
    }
}
