package io.github.dingtalkcamel.tool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How long a recording or a film lasts, read from the file itself: DingTalk shows the length that the sender gives (docs/protocol.md
 * 6.3.4).
 */
final class MediaLength {

    /** Bytes of a frame of 20 ms by its mode, the mode's own byte included. */
    private static final int[] AMR_FRAMES = {13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1};
    private static final int[] AMR_WB_FRAMES = {18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1};
    private static final byte[] AMR = "#!AMR\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] AMR_WB = "#!AMR-WB\n".getBytes(StandardCharsets.US_ASCII);
    /** Kilobits a second of MPEG 1 and MPEG 2, layer 3. */
    private static final int[] MP3_RATES_1 = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0};
    private static final int[] MP3_RATES_2 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0};

    private MediaLength() {
    }

    /** The length, or nothing where the file does not tell. */
    static Optional<Duration> of(Path file, String format) throws IOException {
        try {
            return Optional.ofNullable(switch (format) {
                case "amr" -> amr(Files.readAllBytes(file));
                case "wav" -> wav(Files.readAllBytes(file));
                case "ogg" -> ogg(Files.readAllBytes(file));
                case "mp3" -> mp3(Files.readAllBytes(file));
                case "mp4" -> mp4(file);
                default -> null;
            }).filter(length -> !length.isNegative() && length.compareTo(Duration.ofHours(24)) < 0);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | ArithmeticException | java.nio.BufferUnderflowException e) {
            // a file that ends in the middle of what it says
            return Optional.empty();
        }
    }

    private static Duration amr(byte[] file) {
        boolean wide = begins(file, AMR_WB);
        int[] frames = wide ? AMR_WB_FRAMES : AMR_FRAMES;
        long count = 0;
        for (int at = wide ? AMR_WB.length : AMR.length; at < file.length; at += frames[file[at] >> 3 & 0x0f]) {
            count++;
        }
        return Duration.ofMillis(20 * count);
    }

    private static boolean begins(byte[] file, byte[] head) {
        return file.length >= head.length && java.util.Arrays.equals(file, 0, head.length, head, 0, head.length);
    }

    private static Duration wav(byte[] file) {
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long bytesPerSecond = 0;
        for (int at = 12; at + 8 <= file.length;) {
            String chunk = new String(file, at, 4, StandardCharsets.US_ASCII);
            long size = buffer.getInt(at + 4) & 0xffff_ffffL;
            if (chunk.equals("fmt ")) {
                bytesPerSecond = buffer.getInt(at + 16) & 0xffff_ffffL;
            } else if (chunk.equals("data") && bytesPerSecond > 0) {
                return Duration.ofMillis(Math.min(size, file.length - at - 8) * 1_000 / bytesPerSecond);
            }
            at = Math.toIntExact(at + 8 + size + (size & 1));
        }
        return null;
    }

    /** The last page counts the samples: of Opus 48,000 a second, of Vorbis as its head says. */
    private static Duration ogg(byte[] file) {
        ByteBuffer buffer = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int head = 27 + (file[26] & 0xff);
        long rate = new String(file, head, 8, StandardCharsets.US_ASCII).equals("OpusHead") ? 48_000 : buffer.getInt(head + 12);
        for (int at = file.length - 27; at >= 0 && rate > 0; at--) {
            if (file[at] == 'O' && file[at + 1] == 'g' && file[at + 2] == 'g' && file[at + 3] == 'S') {
                return Duration.ofMillis(Math.multiplyExact(buffer.getLong(at + 6), 1_000) / rate);
            }
        }
        return null;
    }

    /** By the rate of the first frame: right for constant rates, near for others. */
    private static Duration mp3(byte[] file) {
        int at = 0;
        if (file[0] == 'I' && file[1] == 'D' && file[2] == '3') {
            at = 10 + ((file[6] & 0x7f) << 21 | (file[7] & 0x7f) << 14 | (file[8] & 0x7f) << 7 | file[9] & 0x7f);
        }
        while ((file[at] & 0xff) != 0xff || (file[at + 1] & 0xe0) != 0xe0) {
            at++;
        }
        boolean first = (file[at + 1] & 0x18) == 0x18;
        int kilobits = (first ? MP3_RATES_1 : MP3_RATES_2)[file[at + 2] >> 4 & 0x0f];
        return kilobits == 0 ? null : Duration.ofMillis((file.length - at) * 8L / kilobits);
    }

    /** {@code moov} holds {@code mvhd}, which holds the time scale and the length in it. */
    private static Duration mp4(Path file) throws IOException {
        try (SeekableByteChannel channel = Files.newByteChannel(file)) {
            long end = channel.size();
            long at = 0;
            for (int boxes = 0; at + 8 <= end && boxes < 10_000; boxes++) {
                ByteBuffer head = read(channel, at, 16);
                long size = head.getInt(0) & 0xffff_ffffL;
                String type = new String(head.array(), 4, 4, StandardCharsets.US_ASCII);
                int headSize = size == 1 ? 16 : 8;
                size = size == 1 ? head.getLong(8) : size == 0 ? end - at : size;
                if (type.equals("mvhd")) {
                    ByteBuffer box = read(channel, at + headSize, 32);
                    boolean wide = box.get(0) == 1;
                    long scale = box.getInt(wide ? 20 : 12) & 0xffff_ffffL;
                    long length = wide ? box.getLong(24) : box.getInt(16) & 0xffff_ffffL;
                    return scale == 0 ? null : Duration.ofMillis(Math.multiplyExact(length, 1_000) / scale);
                }
                if (size < headSize) {
                    return null;
                }
                at = type.equals("moov") ? at + headSize : Math.addExact(at, size);
            }
            return null;
        }
    }

    private static ByteBuffer read(SeekableByteChannel channel, long at, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        channel.position(at);
        while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
            // what is missing at the end of the file stays zero
        }
        return buffer;
    }
}
