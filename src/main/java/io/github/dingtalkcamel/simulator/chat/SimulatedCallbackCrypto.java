package io.github.dingtalkcamel.simulator.chat;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import io.github.dingtalkcamel.simulator.text.RandomText;

/** The platform's side of encrypted callbacks (docs/protocol.md 5.3), written on its own so that it can bear witness. */
public final class SimulatedCallbackCrypto {

    private static final int BLOCK = 32;
    private static final int PREFIX = 16;

    private final String token;
    private final byte[] key;
    private final String ownerKey;

    public SimulatedCallbackCrypto(String token, String aesKey, String ownerKey) {
        this.token = token;
        this.key = Base64.getDecoder().decode(aesKey + "=");
        this.ownerKey = ownerKey;
    }

    /** Lower-case hex SHA-1 over the four strings in ascending order. */
    public String signature(String timestamp, String nonce, String encrypt) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            Stream.of(token, timestamp, nonce, encrypt).sorted()
                    .forEach(part -> sha1.update(part.getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sha1.digest());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK lacks SHA-1", e);
        }
    }

    public String encrypt(String message) {
        return encrypt(message, RandomText.alphanumeric(PREFIX));
    }

    public String encrypt(String message, String randomPrefix) {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        byte[] owner = ownerKey.getBytes(StandardCharsets.UTF_8);
        int length = PREFIX + Integer.BYTES + text.length + owner.length;
        int pad = BLOCK - length % BLOCK;
        byte[] padding = new byte[pad];
        Arrays.fill(padding, (byte) pad);
        byte[] plain = ByteBuffer.allocate(length + pad)
                .put(randomPrefix.getBytes(StandardCharsets.US_ASCII)).putInt(text.length).put(text).put(owner).put(padding).array();
        return Base64.getEncoder().encodeToString(crypt(Cipher.ENCRYPT_MODE, plain));
    }

    /** The message inside. IllegalArgumentException says what is wrong with it. */
    public String decrypt(String encrypt) {
        byte[] cipherText = Base64.getDecoder().decode(encrypt);
        if (cipherText.length == 0 || cipherText.length % BLOCK != 0) {
            throw new IllegalArgumentException("the ciphertext is not made of blocks of 32 bytes");
        }
        byte[] plain = crypt(Cipher.DECRYPT_MODE, cipherText);
        int pad = plain[plain.length - 1];
        if (pad < 1 || pad > BLOCK) {
            throw new IllegalArgumentException("the padding is not 1 to 32");
        }
        ByteBuffer rest = ByteBuffer.wrap(plain, 0, plain.length - pad);
        try {
            rest.position(PREFIX);
            int length = rest.getInt();
            if (length < 0 || length > rest.remaining()) {
                throw new IllegalArgumentException("the length inside does not fit");
            }
            byte[] text = new byte[length];
            rest.get(text);
            byte[] owner = new byte[rest.remaining()];
            rest.get(owner);
            if (!ownerKey.equals(new String(owner, StandardCharsets.UTF_8))) {
                throw new IllegalArgumentException("the owner key inside is another");
            }
            return new String(text, StandardCharsets.UTF_8);
        } catch (BufferUnderflowException tooShort) {
            throw new IllegalArgumentException("the plaintext is too short", tooShort);
        }
    }

    private byte[] crypt(int mode, byte[] input) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(key, 0, 16));
            return cipher.doFinal(input);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("AES failed", e);
        }
    }
}
