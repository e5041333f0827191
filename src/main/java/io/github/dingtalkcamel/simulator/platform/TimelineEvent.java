package io.github.dingtalkcamel.simulator.platform;

import java.util.Locale;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.fault.Fault;
import io.github.dingtalkcamel.simulator.text.Json;

/** An entry of the chat page: a message of a user, how the application answered the push, what users see, a fault that was triggered. */
public sealed interface TimelineEvent {

    /** Its kind, as the page names it. */
    String name();

    /** What the page gets: without secrets and session webhooks. */
    ObjectNode json();

    /** About how many bytes are held for it. */
    long weight();

    /**
     * A message that is being delivered to the application.
     *
     * @param transport   never null
     * @param again whether the same message went out before
     */
    record MessagePushed(SimulatedApp app, Transport transport, boolean encrypted, SimulatedRobotMessage message,
            boolean again) implements TimelineEvent {

        @Override
        public String name() {
            return "said";
        }

        @Override
        public ObjectNode json() {
            ObjectNode payload = Json.required(message.json(), "a message");
            payload.remove("sessionWebhook");
            payload.remove("sessionWebhookExpiredTime");
            ObjectNode json = Json.object().put("app", app.appKey()).put("msgId", message.msgId())
                    .put("conversationId", message.conversationId())
                    .put("way", transport.name().toLowerCase(Locale.ROOT)).put("encrypted", encrypted).put("again", again);
            json.set("message", payload);
            return json;
        }

        @Override
        public long weight() {
            return 400 + 2L * message.json().length();
        }
    }

    /** The application's answer to a push, or the lack of one. */
    record PushAnswered(PushResult sent) implements TimelineEvent {

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

    /**
     * A message that users see.
     *
     * @param attached the file that it shows; null without one
     */
    record Delivered(Delivery delivery, AttachmentPreview attached) implements TimelineEvent {

        @Override
        public String name() {
            return "shown";
        }

        @Override
        public ObjectNode json() {
            ObjectNode json = delivery.json();
            return attached == null ? json : json.set("file", attached.json());
        }

        @Override
        public long weight() {
            return delivery.weight();
        }
    }

    /**
     * A card as it is from now on, in every conversation that it was or will be delivered to.
     *
     * @param changed whether it was there before
     */
    record Card(SimulatedCard card, boolean changed) implements TimelineEvent {

        @Override
        public String name() {
            return "card";
        }

        @Override
        public ObjectNode json() {
            ObjectNode json = Json.object().put("outTrackId", card.outTrackId()).put("changed", changed)
                    .put("streaming", card.streaming());
            ObjectNode params = json.putObject("params");
            card.params().forEach(params::put);
            ObjectNode people = json.putObject("privateParams");
            card.privateParams().forEach((person, theirs) -> {
                ObjectNode shown = people.putObject(person);
                theirs.forEach(shown::put);
            });
            return json;
        }

        @Override
        public long weight() {
            return card.weight();
        }
    }

    /** A robot recalled the message of this key from every user that it had reached. */
    record Recalled(String processQueryKey) implements TimelineEvent {

        @Override
        public String name() {
            return "recalled";
        }

        @Override
        public ObjectNode json() {
            return Json.object().put("processQueryKey", processQueryKey);
        }

        @Override
        public long weight() {
            return 400;
        }
    }

    /** A call met a planned fault of the simulated model. */
    record ModelFaultTriggered(String fault) implements TimelineEvent {

        @Override
        public String name() {
            return "struck";
        }

        @Override
        public ObjectNode json() {
            return Json.object().put("kind", "model").put("path", fault);
        }

        @Override
        public long weight() {
            return 400;
        }
    }

    /** A request triggered a planned fault. */
    record FaultTriggered(Fault fault, String path) implements TimelineEvent {

        @Override
        public String name() {
            return "struck";
        }

        @Override
        public ObjectNode json() {
            String kind = fault.getClass().getSimpleName();
            return Json.object().put("kind", kind.substring(0, 1).toLowerCase(Locale.ROOT) + kind.substring(1)).put("path", path);
        }

        @Override
        public long weight() {
            return 400;
        }
    }
}
