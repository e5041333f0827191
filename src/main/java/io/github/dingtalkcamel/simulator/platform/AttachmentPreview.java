package io.github.dingtalkcamel.simulator.platform;

import java.util.Arrays;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.buffer.Buffer;

/**
 * A file that a robot's message shows, uploaded before (docs/protocol.md 6.6.1).
 *
 * @param picture whether browsers can show it
 */
record AttachmentPreview(String mediaId, String name, int bytes, boolean picture) {

    private static final int BEGINNING = 16;

    /** The file of this message; null without one, and where it is forgotten. */
    static AttachmentPreview ofOrNull(Delivery delivery, Platform platform) {
        String field = switch (delivery.type()) {
            case "sampleFile", "sampleAudio" -> "mediaId";
            case "sampleVideo" -> "videoMediaId";
            case "sampleImageMsg" -> "photoURL";
            default -> null;
        };
        ObjectNode content = field == null ? null : Json.objectOrNull(delivery.body());
        String mediaId = content == null ? null : Json.text(content, field);
        StoredFile file = mediaId == null ? null : platform.storedFile(mediaId);
        if (file == null) {
            return null;
        }
        Buffer beginning = Buffer.buffer(Arrays.copyOf(file.content(), Math.min(file.content().length, BEGINNING)));
        String userMessage = Json.text(content, "fileName");
        return new AttachmentPreview(mediaId, userMessage == null ? file.name() : userMessage, file.content().length,
                PictureType.isPicture(beginning));
    }

    ObjectNode json() {
        return Json.object().put("mediaId", mediaId).put("name", name).put("bytes", bytes).put("picture", picture);
    }
}
