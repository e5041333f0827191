package io.github.dingtalkcamel.component.stream;
import java.util.Set;

import io.github.dingtalkcamel.component.text.LogSafe;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the frames of an integration arrive, on the thread that reads them: SYSTEM frames are answered there and then, the others handed
 * over without waiting (docs/protocol.md 2.5, 2.6). What is not understood is answered as the protocol says and logged; the connection
 * stays.
 */
final class FrameHandler {

    /** Refusals: their log is bounded, because a faulty sender can cause very many. */
    private static final Logger REFUSED = LoggerFactory.getLogger("dingtalk.refused");
    private static final Logger LOG = LoggerFactory.getLogger(FrameHandler.class);

    /** Some servers send these; they mean nothing (docs/protocol.md 2.5). */
    private static final Set<String> CHATTER = Set.of("CONNECTED", "REGISTERED", "KEEPALIVE");

    private final String integration;
    private final FrameDispatcher handover;
    private final ConnectionMetrics traffic;

    FrameHandler(String integration, FrameDispatcher handover, ConnectionMetrics traffic) {
        this.integration = integration;
        this.handover = handover;
        this.traffic = traffic;
    }

    /** The connection that a frame came in by. */
    interface Sender {

        void answer(String frame);

        /** Past all answers that wait. */
        void answerFirst(String frame);

        /** A robot message came in. */
        void spoke();

        /** The server will send nothing more on this connection (docs/protocol.md 2.5). */
        void leaving(String reason);
    }

    void text(String text, Sender sender) {
        traffic.frames.increment();
        Frame frame;
        try {
            frame = Frame.read(text);
        } catch (BadFrameException e) {
            refuse(e.getMessage(), e.messageId(), sender);
            return;
        }
        switch (frame.type()) {
            case "SYSTEM" -> system(frame, sender);
            case "EVENT" -> handover.event(integration, frame, sender::answer);
            case "CALLBACK" -> callback(frame, sender);
            default -> unknown(frame, Ack.unknownType(frame.messageId()), sender);
        }
    }

    /** A frame of which only the beginning was kept. */
    void refused(String beginning, String reason, Sender sender) {
        traffic.frames.increment();
        refuse(reason, Frame.messageIdIn(beginning), sender);
    }

    private void refuse(String reason, String messageId, Sender sender) {
        traffic.refused.increment();
        REFUSED.warn("A Stream frame for {} was refused: {}", integration, reason);
        if (messageId != null) {
            sender.answer(Ack.malformed(messageId, reason));
        }
    }

    private void system(Frame frame, Sender sender) {
        switch (frame.topic()) {
            case Frame.PING -> sender.answerFirst(Ack.pong(frame));
            case Frame.DISCONNECT -> sender.leaving(LogSafe.of(frame.data()));
            default -> {
                if (CHATTER.contains(frame.topic())) {
                    LOG.debug("{} for {}", frame, integration);
                } else {
                    unknown(frame, Ack.unknownTopic(frame.messageId()), sender);
                }
            }
        }
    }

    private void callback(Frame frame, Sender sender) {
        switch (frame.topic()) {
            case Frame.ROBOT_MESSAGE -> {
                traffic.messages.increment();
                sender.spoke();
                handover.message(integration, frame, sender::answer);
            }
            case Frame.CARD_CALLBACK -> handover.card(integration, frame, sender::answer);
            default -> unknown(frame, Ack.unknownTopic(frame.messageId()), sender);
        }
    }

    private void unknown(Frame frame, String answer, Sender sender) {
        traffic.refused.increment();
        REFUSED.warn("{} for {} was refused: its type or topic is not known here", frame, integration);
        sender.answer(answer);
    }
}
