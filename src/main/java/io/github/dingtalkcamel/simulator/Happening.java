package io.github.dingtalkcamel.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** Something that the chat page shows: what is said, how the application took it, what people are shown, trouble that strikes. */
sealed interface Happening {

    /** The kind of it, as the page calls it. */
    String name();

    /** What the page is told; no secrets, and no session webhook. */
    ObjectNode json();

    /** About how many bytes are held for it. */
    long weight();

    /**
     * A message on its way to the application.
     *
     * @param way   never null
     * @param again whether the same message went out before
     */
    record Spoken(SimulatedApp app, Way way, boolean encrypted, RobotMessage message, boolean again) implements Happening {

        @Override
        public String name() {
            return "said";
        }

        @Override
        public ObjectNode json() {
            ObjectNode payload = Json.required(message.json(), "a message");
            payload.remove("sessionWebhook");
            payload.remove("sessionWebhookExpiredTime");
            ObjectNode json = Json.object().put("app", app.appKey()).put("msgId", message.msgId()).put("conversationId", message.conversationId())
                    .put("way", way.name().toLowerCase(Locale.ROOT)).put("encrypted", encrypted).put("again", again);
            json.set("message", payload);
            return json;
        }

        @Override
        public long weight() {
            return 400 + 2L * message.json().length();
        }
    }

    /** The application's answer to a push, or that there was none. */
    record Answered(Sent sent) implements Happening {

        @Override
        public String name() {
            return "answered";
        }

        @Override
        public ObjectNode json() {
            return Json.object().put("msgId", sent.msgId()).put("accepted", sent.accepted()).put("status", sent.status())
                    .put("fault", sent.fault()).put("tookMs", sent.took().toMillis()).put("connection", sent.connectionId());
        }

        @Override
        public long weight() {
            // the push's payload and answer are held with it
            return 400 + 2L * (sent.payload().length() + sent.body().length());
        }
    }

    /** A message in front of people. */
    record Shown(Delivery delivery) implements Happening {

        @Override
        public String name() {
            return "shown";
        }

        @Override
        public ObjectNode json() {
            return ControlApi.json(delivery);
        }

        @Override
        public long weight() {
            return delivery.weight();
        }
    }

    /** Planned trouble met a request. */
    record Struck(Trouble trouble, String path) implements Happening {

        @Override
        public String name() {
            return "struck";
        }

        @Override
        public ObjectNode json() {
            String kind = trouble.getClass().getSimpleName();
            return Json.object().put("kind", kind.substring(0, 1).toLowerCase(Locale.ROOT) + kind.substring(1)).put("path", path);
        }

        @Override
        public long weight() {
            return 400;
        }
    }
}
