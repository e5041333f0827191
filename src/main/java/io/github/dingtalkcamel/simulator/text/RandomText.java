package io.github.dingtalkcamel.simulator.text;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Ids in the shapes that DingTalk gives them (docs/protocol.md 0.3). */
public final class RandomText {

    private static final String ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private RandomText() {
    }

    /** 32 lower-case hex digits: tokens and sessions. */
    public static String hex32() {
        return HexFormat.of().formatHex(bytes());
    }

    /** The prefix, then base64 ending in {@code ==}: message ids, processQueryKeys. */
    public static String base64(String prefix) {
        return prefix + Base64.getEncoder().encodeToString(bytes());
    }

    /** As {@link #base64}, but always the same for the same seed: conversation ids. */
    public static String base64Of(String prefix, String seed) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(seed.getBytes(StandardCharsets.UTF_8));
            return prefix + Base64.getEncoder().encodeToString(ByteBuffer.allocate(16).put(digest, 0, 16).array());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String alphanumeric(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHANUMERIC.charAt(ThreadLocalRandom.current().nextInt(ALPHANUMERIC.length())));
        }
        return text.toString();
    }

    /** An upper-case UUID, as the api host puts in {@code requestid} (docs/protocol.md 1.1). */
    public static String requestId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString().toUpperCase(Locale.ROOT);
    }

    /** A lower-case UUID: tickets, opaque values. */
    public static String uuid() {
        return requestId().toLowerCase(Locale.ROOT);
    }

    /** Four hex numbers, as Stream pushes are numbered (docs/protocol.md 2.3). */
    public static String pushId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return Integer.toHexString(random.nextInt() | 0x8000_0000) + '_' + Integer.toHexString(random.nextInt(0x1000)) + '_'
                + Long.toHexString(random.nextLong(1L << 44)) + '_' + Integer.toHexString(random.nextInt(0x1000_0000));
    }

    private static byte[] bytes() {
        byte[] bytes = new byte[16];
        ThreadLocalRandom.current().nextBytes(bytes);
        return bytes;
    }
}
