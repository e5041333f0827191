package io.github.dingtalkcamel;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What DingTalk posts to a callback (docs/protocol.md 4, 5), made by hand and without the program's own code, so that any part of it can be
 * made wrong.
 */
final class Callback {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final String NONCE = "n0nceABC";

    private Callback() {
    }

    /** A robot message in a DM, with nothing in it but what is needed and a text. */
    static ObjectNode message(String msgId) {
        ObjectNode message = JSON.createObjectNode();
        message.put("msgId", msgId).put("msgtype", "text").put("conversationType", "1").put("conversationId", "cid-" + msgId)
                .put("senderId", "$:LWCP_v1:$somebody").put("senderStaffId", "staff001").put("chatbotUserId", "$:LWCP_v1:$robot");
        message.putObject("text").put("content", "hello " + msgId);
        return message;
    }

    static byte[] bytes(JsonNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The headers that prove a robot message to integration main, just made. */
    static Function<HttpRequest.Builder, HttpRequest.Builder> proof() {
        return proof(Bot.APP_SECRET, Instant.now());
    }

    static Function<HttpRequest.Builder, HttpRequest.Builder> proof(String appSecret, Instant madeAt) {
        String timestamp = String.valueOf(madeAt.toEpochMilli());
        return request -> request.header("timestamp", timestamp).header("sign", sign(timestamp, appSecret));
    }

    static String sign(String timestamp, String appSecret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(appSecret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal((timestamp + "\n" + appSecret).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An encrypted callback: query and body. */
    record Sealed(String query, byte[] body) {
    }

    /** As DingTalk encrypts for integration main. */
    static Sealed sealed(JsonNode content) {
        return sealed(bytes(content), Bot.CALLBACK_TOKEN, Bot.AES_KEY, Bot.APP_KEY, bytes(content).length);
    }

    /** The same with any part of one's choice; {@code length} is what the length field says. */
    static Sealed sealed(byte[] text, String token, String aesKey, String ownerKey, int length) {
        byte[] owner = ownerKey.getBytes(StandardCharsets.UTF_8);
        int used = 16 + 4 + text.length + owner.length;
        int padding = 32 - used % 32;
        ByteBuffer plain = ByteBuffer.allocate(used + padding).put("0123456789abcdef".getBytes(StandardCharsets.US_ASCII)).putInt(length)
                .put(text).put(owner);
        Arrays.fill(plain.array(), used, used + padding, (byte) padding);
        return enveloped(Base64.getEncoder().encodeToString(aes(Cipher.ENCRYPT_MODE, aesKey, plain.array())), token);
    }

    /** Any ciphertext with a right signature. */
    static Sealed enveloped(String encrypt, String token) {
        String timestamp = String.valueOf(System.currentTimeMillis());
        String signature = signature(token, timestamp, NONCE, encrypt);
        String query = "?signature=" + signature + "&timestamp=" + timestamp + "&nonce=" + NONCE;
        return new Sealed(query, bytes(JSON.createObjectNode().put("encrypt", encrypt)));
    }

    static String signature(String token, String timestamp, String nonce, String encrypt) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            Stream.of(token, timestamp, nonce, encrypt).sorted().forEach(part -> sha1.update(part.getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sha1.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The text in an encrypted answer for integration main, once everything around it is found right. */
    static byte[] opened(String answer) throws JsonProcessingException {
        JsonNode envelope = JSON.readTree(answer);
        String encrypt = envelope.get("encrypt").textValue();
        if (!signature(Bot.CALLBACK_TOKEN, envelope.get("timeStamp").textValue(), envelope.get("nonce").textValue(), encrypt)
                .equals(envelope.get("msg_signature").textValue())) {
            throw new AssertionError("the answer's signature is wrong");
        }
        byte[] plain = aes(Cipher.DECRYPT_MODE, Bot.AES_KEY, Base64.getDecoder().decode(encrypt));
        int length = ByteBuffer.wrap(plain).getInt(16);
        String owner = new String(plain, 20 + length, plain.length - 20 - length - plain[plain.length - 1], StandardCharsets.UTF_8);
        if (plain.length % 32 != 0 || !owner.equals(Bot.APP_KEY)) {
            throw new AssertionError("the answer's padding or owner key is wrong");
        }
        return Arrays.copyOfRange(plain, 20, 20 + length);
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static byte[] aes(int mode, String aesKey, byte[] blocks) {
        try {
            byte[] key = Base64.getDecoder().decode(aesKey + "=");
            Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(key, 0, 16));
            return cipher.doFinal(blocks);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
