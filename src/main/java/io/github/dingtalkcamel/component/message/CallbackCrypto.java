package io.github.dingtalkcamel.component.message;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.dingtalkcamel.component.message.ProofException.Reason;

/**
 * Opens and seals encrypted callbacks (docs/protocol.md 5.2 to 5.4).
 *
 * <p>What {@link #open} returns was made with the knowledge of token, AES key and owner key. There is no freshness window: DingTalk
 * sends again what was not answered, so repeats are recognised by the message's or event's own id. Safe for use by many threads.
 */
public final class CallbackCrypto {

    private static final int KEY_CHARACTERS = 43;
    private static final int PREFIX_LENGTH = 16;
    private static final int LENGTH_FIELD = 4;
    private static final int AES_BLOCK = 16;
    /** DingTalk pads to 32 although AES blocks have 16 bytes. */
    private static final int PADDING_BLOCK = 32;
    /** Of signature, timestamp and nonce each; DingTalk's have 40 characters at most. */
    private static final int MAX_PARAMETER_LENGTH = 256;

    private final String token;
    private final byte[] ownerKey;
    private final SecretKeySpec key;
    private final IvParameterSpec iv;
    private final Supplier<byte[]> prefixes;

    /**
     * @param token    the callback token
     * @param aesKey43 the EncodingAESKey: 43 characters of Base64
     * @param ownerKey the app key for subscriptions made in the console, else as in docs/protocol.md 5.3
     * @throws IllegalArgumentException where one of them cannot be right; the message does not hold its value
     */
    public CallbackCrypto(String token, String aesKey43, String ownerKey) {
        this(token, aesKey43, ownerKey, new RandomPrefix());
    }

    /** With given 16 bytes before each encrypted text: for test vectors. */
    CallbackCrypto(String token, String aesKey43, String ownerKey, Supplier<byte[]> prefixes) {
        if (token == null || token.isBlank()) {
            throw new IllegalArgumentException("the callback token is missing");
        }
        if (ownerKey == null || ownerKey.isBlank()) {
            throw new IllegalArgumentException("the callback owner key is missing");
        }
        byte[] aesKey = decodeKey(aesKey43);
        this.token = token;
        this.ownerKey = ownerKey.getBytes(StandardCharsets.UTF_8);
        this.key = new SecretKeySpec(aesKey, "AES");
        this.iv = new IvParameterSpec(aesKey, 0, AES_BLOCK);
        this.prefixes = prefixes;
    }

    private static byte[] decodeKey(String aesKey43) {
        if (aesKey43 == null || aesKey43.length() != KEY_CHARACTERS) {
            throw new IllegalArgumentException("the callback AES key must have " + KEY_CHARACTERS + " characters, not "
                    + (aesKey43 == null ? 0 : aesKey43.length()));
        }
        try {
            // java.util.Base64 takes the two unused bits of the last character as they come, as DingTalk's own keys need
            return Base64.getDecoder().decode(aesKey43 + "=");
        } catch (IllegalArgumentException e) {
            // without the cause: its message quotes a character of the key
            throw new IllegalArgumentException("the callback AES key must consist of letters and digits");
        }
    }

    /**
     * Checks the proof and decrypts.
     *
     * @param signature the query parameter {@code signature} or {@code msg_signature}: 40 lower-case hex digits
     * @param timestamp the query parameter of that name, as it came
     * @param nonce     the query parameter of that name, as it came
     * @param encrypt   the body's field of that name
     * @return the text that was sealed, usually JSON
     * @throws ProofException for every fault, null and garbage included; callers outside can't distinguish the faults
     */
    public String open(String signature, String timestamp, String nonce, String encrypt) throws ProofException {
        verify(signature, timestamp, nonce, encrypt);
        return decrypted(encrypt);
    }

    /** The first half of {@link #open}: checks the signature over what is encrypted. */
    public void verify(String signature, String timestamp, String nonce, String encrypt) throws ProofException {
        if (!isParameter(signature) || !isParameter(timestamp) || !isParameter(nonce)
                || encrypt == null || encrypt.length() > Body.MAX_SIZE) {
            throw new ProofException(Reason.MISSING);
        }
        byte[] expected = sign(timestamp, nonce, encrypt).getBytes(StandardCharsets.US_ASCII);
        if (!MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8))) {
            throw new ProofException(Reason.SIGNATURE);
        }
    }

    /** The second half of {@link #open}: decrypts what was verified, and checks the owner key in it. */
    public String decrypted(String encrypt) throws ProofException {
        return unwrap(decrypt(encrypt));
    }

    /**
     * Seals a text so that DingTalk, or {@link #open} with the same secrets, can read it.
     *
     * @param timestamp goes into the envelope and its signature: the request's or a new one
     * @param nonce     likewise
     */
    public Envelope seal(String plaintext, String timestamp, String nonce) {
        String encrypt = encrypt(plaintext.getBytes(StandardCharsets.UTF_8));
        return new Envelope(sign(timestamp, nonce, encrypt), encrypt, timestamp, nonce);
    }

    /** The answer to an encrypted callback, with the names that DingTalk reads (docs/protocol.md 5.4; note the capital S). */
    @JsonPropertyOrder({"msg_signature", "encrypt", "timeStamp", "nonce"})
    public record Envelope(
            @JsonProperty("msg_signature") String msgSignature,
            @JsonProperty("encrypt") String encrypt,
            @JsonProperty("timeStamp") String timeStamp,
            @JsonProperty("nonce") String nonce) {
    }

    private static boolean isParameter(String value) {
        return value != null && !value.isEmpty() && value.length() <= MAX_PARAMETER_LENGTH;
    }

    private String sign(String timestamp, String nonce, String encrypt) {
        byte[][] parts = {utf8(token), utf8(timestamp), utf8(nonce), utf8(encrypt)};
        Arrays.sort(parts, Arrays::compareUnsigned);
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            for (byte[] part : parts) {
                sha1.update(part);
            }
            return HexFormat.of().formatHex(sha1.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-1", e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private byte[] decrypt(String encrypt) throws ProofException {
        byte[] ciphertext;
        try {
            ciphertext = Base64.getDecoder().decode(encrypt);
        } catch (IllegalArgumentException e) {
            throw new ProofException(Reason.CIPHERTEXT);
        }
        if (ciphertext.length == 0 || ciphertext.length % AES_BLOCK != 0) {
            throw new ProofException(Reason.CIPHERTEXT);
        }
        return aes(Cipher.DECRYPT_MODE, ciphertext);
    }

    private String unwrap(byte[] padded) throws ProofException {
        int end = padded.length - paddingOf(padded);
        int start = PREFIX_LENGTH + LENGTH_FIELD;
        if (end < start) {
            throw new ProofException(Reason.LENGTH);
        }
        int length = ByteBuffer.wrap(padded).getInt(PREFIX_LENGTH);
        if (length < 0 || length > end - start) {
            throw new ProofException(Reason.LENGTH);
        }
        if (!MessageDigest.isEqual(ownerKey, Arrays.copyOfRange(padded, start + length, end))) {
            throw new ProofException(Reason.OWNER);
        }
        try {
            // a new decoder reports what is malformed, where new String() would put U+FFFD in its place
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(padded, start, length)).toString();
        } catch (CharacterCodingException e) {
            throw new ProofException(Reason.TEXT);
        }
    }

    private static int paddingOf(byte[] padded) throws ProofException {
        int padding = padded[padded.length - 1];
        if (padding < 1 || padding > PADDING_BLOCK || padding > padded.length) {
            throw new ProofException(Reason.PADDING);
        }
        int difference = 0;
        for (int i = padded.length - padding; i < padded.length; i++) {
            difference |= padded[i] ^ padding;
        }
        if (difference != 0) {
            throw new ProofException(Reason.PADDING);
        }
        return padding;
    }

    private String encrypt(byte[] text) {
        int length = PREFIX_LENGTH + LENGTH_FIELD + text.length + ownerKey.length;
        int padding = PADDING_BLOCK - length % PADDING_BLOCK;
        ByteBuffer padded = ByteBuffer.allocate(length + padding)
                .put(prefixes.get(), 0, PREFIX_LENGTH).putInt(text.length).put(text).put(ownerKey);
        Arrays.fill(padded.array(), length, length + padding, (byte) padding);
        return Base64.getEncoder().encodeToString(aes(Cipher.ENCRYPT_MODE, padded.array()));
    }

    private byte[] aes(int mode, byte[] blocks) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(mode, key, iv);
            return cipher.doFinal(blocks);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot do AES-256-CBC", e);
        }
    }

    /** Letters and digits, as DingTalk's own prefixes are. */
    private static final class RandomPrefix implements Supplier<byte[]> {

        private static final byte[] ALPHABET =
                "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".getBytes(StandardCharsets.US_ASCII);

        private final SecureRandom random = new SecureRandom();

        @Override
        public byte[] get() {
            byte[] prefix = new byte[PREFIX_LENGTH];
            for (int i = 0; i < prefix.length; i++) {
                prefix[i] = ALPHABET[random.nextInt(ALPHABET.length)];
            }
            return prefix;
        }
    }
}
