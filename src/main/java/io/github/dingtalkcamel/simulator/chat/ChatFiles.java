package io.github.dingtalkcamel.simulator.chat;

import io.github.dingtalkcamel.simulator.platform.Ring;
import io.github.dingtalkcamel.simulator.platform.SimulatorMemory;
import io.github.dingtalkcamel.simulator.text.RandomText;
import io.vertx.core.buffer.Buffer;

/**
 * Pictures and files that the page's people sent, by download code: at most 8 MiB each, and together a 32nd of the heap, at most 64
 * MiB; the oldest are forgotten first. Safe for use by several threads.
 */
final class ChatFiles {

    static final int MAX_BYTES = 8 << 20;

    private static final int MAX_FILES = 1_000;
    private static final long MAX_TOTAL_BYTES = SimulatorMemory.share(32, 64);

    private final Ring<ChatFile> files = new Ring<>(MAX_FILES, MAX_TOTAL_BYTES, file -> 400 + file.content().length());

    record ChatFile(String code, Buffer content) {
    }

    /**
     * Keeps it.
     *
     * @throws IllegalArgumentException if it is too large
     */
    ChatFile add(Buffer content) {
        if (content.length() > MAX_BYTES) {
            throw new IllegalArgumentException("files may have " + (MAX_BYTES >> 20) + " MiB here, and this one has more");
        }
        ChatFile file = new ChatFile(RandomText.hex32(), content);
        files.add(file);
        return file;
    }

    ChatFile orNull(String code) {
        return files.all().stream().filter(file -> file.code().equals(code)).findAny().orElse(null);
    }
}
