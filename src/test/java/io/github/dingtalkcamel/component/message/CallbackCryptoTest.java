package io.github.dingtalkcamel.component.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.dingtalkcamel.component.message.CallbackCrypto.Envelope;
import io.github.dingtalkcamel.component.message.ProofException.Reason;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CallbackCryptoTest {

    private static final String TOKEN = "tok3nForTest";
    private static final String KEY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
    private static final String OWNER = "dingfakeappkey000001";
    private static final String PREFIX = "0123456789abcdef";
    private static final String TIMESTAMP = "1700000000000";
    private static final String NONCE = "n0nceABC";

    private final CallbackCrypto crypto = new CallbackCrypto(TOKEN, KEY, OWNER);

    /** docs/protocol.md 5.7. */
    record Vector(String name, String token, String key, String owner, String timestamp, String nonce, String prefix, String encrypt,
            String signature, String plaintext) {

        CallbackCrypto crypto() {
            return new CallbackCrypto(token, key, owner, () -> prefix.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Vector> vectors() {
        return Stream.of(
                new Vector("official 1", "123456", "1234567890123456789012345678901234567890123", "dingsnotzck6pm5veliw", "1614767836",
                        "A7Co0cJLMzIDtMMI", "dICkEDLj0eb6yAbc",
                        "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==",
                        "9a95a004dd16f5c307e849b994173f76aa26e5eb", "success"),
                new Vector("official 2", "123456", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", "suite4xxxxxxxxxxxxxxx",
                        "1445827045067", "nEXhMP4r", "hU3bEfGZZewzhG5a",
                        "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5"
                                + "as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==",
                        "5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0",
                        "{\"EventType\":\"check_create_suite_url\",\"Random\":\"LPIdSnlF\",\"TestSuiteKey\":\"suite4xxxxxxxxxxxxxxx\"}"),
                new Vector("success", TOKEN, KEY, OWNER, TIMESTAMP, NONCE, PREFIX,
                        "B4PcXgtThYsrOQnzxvXRUAMkyg9rkQcAM3ARa4OhnF9qiQk8v5T+uun0pw416aN242oZlO4krHjF40384QThPw==",
                        "0f323b44e7ec9eea8c32dfef3c8db9bfe3cb2f6e", "success"),
                new Vector("check_url", TOKEN, KEY, OWNER, TIMESTAMP, NONCE, PREFIX,
                        "B4PcXgtThYsrOQnzxvXRUIxvQObioV3rQImCxPjIf/MjvYOsZ3MmTlMmYKbKU0roJ3+vcueH8+xXaeu5xhU1/3uZzx4hQ5tERN0qOuoDReYk4hXO"
                                + "HU0UGUuJKQPZxc3I",
                        "29d20e9414bd85c226b6f99eebccdecae1dfadf1", "{\"EventType\":\"check_url\"}"),
                new Vector("Chinese and emoji", TOKEN, KEY, OWNER, TIMESTAMP, NONCE, PREFIX,
                        "B4PcXgtThYsrOQnzxvXRUPeRSxsTxwZfmtCZSgO/mtIuAanXp+ckf14MDf3r7niTzFol0NgBejnhsMkxRQmTQpCSXR1NiXSZ0+ggCTy0TCl8mnEI"
                                + "8/LBK9l9lMs6v2Epr/yPlMinnAwOW6Jbhy5UyXeq0PHbxZ6TOF+cnD80zn7G1Pn2/dytd5j6THMMiXw4bnxo1nvKf4MogS8z6uN8rA==",
                        "ec0479d36d354d2df961947d8bc132e918f11c25",
                        "{\"EventType\":\"user_add_org\",\"TimeStamp\":1700000000000,\"UserId\":[\"u1\"],\"CorpId\":\"dingfakecorp\","
                                + "\"Name\":\"张三😀\"}"),
                new Vector("a whole block of padding", TOKEN, KEY, "dingfakeappkey" + "0".repeat(23), TIMESTAMP, NONCE, PREFIX,
                        "B4PcXgtThYsrOQnzxvXRUAMkyg9rkQcAM3ARa4OhnF+RSzJ7c7oqve8Cd5tatL2XLxxX/IyzwaH6xwRv4YeJD7lWVMdEWZXur3Tdo+vFZqe7td+U"
                                + "Ce0BVgNRg1oNED/R",
                        "bbc4c5cfed842ccc2e8286e71ab19dcc9ba0b5b0", "success"));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void opensTheVectorsOfTheProtocol(Vector vector) throws Exception {
        assertThat(vector.crypto().open(vector.signature, vector.timestamp, vector.nonce, vector.encrypt)).isEqualTo(vector.plaintext);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void sealsTheVectorsOfTheProtocol(Vector vector) {
        assertThat(vector.crypto().seal(vector.plaintext, vector.timestamp, vector.nonce))
                .isEqualTo(new Envelope(vector.signature, vector.encrypt, vector.timestamp, vector.nonce));
    }

    @Test
    void anEnvelopeHasTheNamesOfTheWire() throws Exception {
        ObjectMapper json = new ObjectMapper();
        String text = json.writeValueAsString(new Envelope("s", "e", "1", "n"));
        assertThat(text).isEqualTo("{\"msg_signature\":\"s\",\"encrypt\":\"e\",\"timeStamp\":\"1\",\"nonce\":\"n\"}");
        assertThat(json.readValue(text, Envelope.class)).isEqualTo(new Envelope("s", "e", "1", "n"));
    }

    @Property(tries = 300)
    void opensWhatItSealed(@ForAll @StringLength(max = 300) String text, @ForAll @StringLength(min = 1, max = 20) String nonce)
            throws Exception {
        String encodable = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        Envelope sealed = crypto.seal(encodable, TIMESTAMP, nonce);
        assertThat(crypto.open(sealed.msgSignature(), sealed.timeStamp(), sealed.nonce(), sealed.encrypt())).isEqualTo(encodable);
    }

    @Test
    void sealsWithAPrefixOfItsOwnEachTime() {
        List<String> prefixes = IntStream.range(0, 50).mapToObj(i -> new String(
                Arrays.copyOf(decrypted(crypto.seal("success", TIMESTAMP, NONCE).encrypt()), 16), StandardCharsets.US_ASCII)).toList();
        assertThat(prefixes).doesNotHaveDuplicates().allMatch(prefix -> prefix.matches("[A-Za-z0-9]{16}"));
    }

    @Property(tries = 500)
    void anyChangedByteOfTheCiphertextIsRefused(@ForAll @IntRange(max = 63) int at, @ForAll @IntRange(min = 1, max = 255) int change) {
        Envelope sealed = crypto.seal("success", TIMESTAMP, NONCE);
        String changed = changed(sealed.encrypt(), at, change);
        assertRefused(Reason.SIGNATURE, () -> crypto.open(sealed.msgSignature(), TIMESTAMP, NONCE, changed));
    }

    /** As by someone who has the token but not the key: CBC lets them turn bits of the first bytes of the text, and no others. */
    @Property(tries = 500)
    void aChangedByteThatIsSignedNeverPassesTheLengthThePaddingOrTheOwner(
            @ForAll @IntRange(max = 63) int at, @ForAll @IntRange(min = 1, max = 255) int change) {
        ProofException refused = refusalOf(changed(crypto.seal("success", TIMESTAMP, NONCE).encrypt(), at, change));
        if (at < 4 || at > 10) {
            assertThat(refused).isNotNull();
        }
    }

    private static String changed(String encrypt, int at, int change) {
        byte[] ciphertext = Base64.getDecoder().decode(encrypt);
        ciphertext[at] ^= (byte) change;
        return Base64.getEncoder().encodeToString(ciphertext);
    }

    @Property(tries = 300)
    void anyChangedFieldIsRefused(@ForAll @IntRange(max = 3) int field, @ForAll @IntRange(max = 1000) int position, @ForAll char other) {
        Envelope sealed = crypto.seal("success", TIMESTAMP, NONCE);
        String[] fields = {sealed.msgSignature(), sealed.timeStamp(), sealed.nonce(), sealed.encrypt()};
        int at = position % fields[field].length();
        if (fields[field].charAt(at) == other) {
            return;
        }
        StringBuilder changed = new StringBuilder(fields[field]);
        changed.setCharAt(at, other);
        fields[field] = changed.toString();
        assertRefused(Reason.SIGNATURE, () -> crypto.open(fields[0], fields[1], fields[2], fields[3]));
    }

    @Property(tries = 300)
    void garbageIsRefused(@ForAll String signature, @ForAll String timestamp, @ForAll String nonce, @ForAll String encrypt) {
        assertThatThrownBy(() -> crypto.open(signature, timestamp, nonce, encrypt)).isInstanceOf(ProofException.class);
    }

    @Property(tries = 300)
    void garbageThatIsSignedIsRefused(@ForAll @Size(max = 200) byte[] ciphertext) {
        assertThat(refusalOf(Base64.getEncoder().encodeToString(ciphertext))).isNotNull();
    }

    @Test
    void whatIsMissingIsRefused() {
        Envelope sealed = crypto.seal("success", TIMESTAMP, NONCE);
        assertRefused(Reason.MISSING, () -> crypto.open(null, TIMESTAMP, NONCE, sealed.encrypt()));
        assertRefused(Reason.MISSING, () -> crypto.open(sealed.msgSignature(), null, NONCE, sealed.encrypt()));
        assertRefused(Reason.MISSING, () -> crypto.open(sealed.msgSignature(), TIMESTAMP, null, sealed.encrypt()));
        assertRefused(Reason.MISSING, () -> crypto.open(sealed.msgSignature(), TIMESTAMP, NONCE, null));
        assertRefused(Reason.MISSING, () -> crypto.open("a".repeat(100_000), TIMESTAMP, NONCE, sealed.encrypt()));
    }

    @Test
    void aTokenAKeyOrAnOwnerOfAnotherAppIsRefusedAlike() {
        Envelope sealed = crypto.seal("success", TIMESTAMP, NONCE);
        ProofException token = refusalOf(new CallbackCrypto("another", KEY, OWNER), sealed);
        ProofException key = refusalOf(new CallbackCrypto(TOKEN, "1234567890123456789012345678901234567890123", OWNER), sealed);
        ProofException owner = refusalOf(new CallbackCrypto(TOKEN, KEY, "dinganother"), sealed);
        ProofException shorter = refusalOf(new CallbackCrypto(TOKEN, KEY, OWNER.substring(1)), sealed);
        assertThat(token.reason()).isEqualTo(Reason.SIGNATURE);
        assertThat(owner.reason()).isEqualTo(Reason.OWNER);
        assertThat(shorter.reason()).isEqualTo(Reason.OWNER);
        assertThat(token).hasMessageContaining("dingtalk.callback-token");
        assertThat(key).hasMessageContaining("dingtalk.callback-aes-key");
        assertThat(owner).hasMessageContaining("dingtalk.callback-owner-key");
        assertThat(shorter.getMessage()).isEqualTo(owner.getMessage());
    }

    @Test
    void ciphertextThatIsNoWholeBlocksIsRefused() {
        assertThat(refusalOf("").reason()).isEqualTo(Reason.CIPHERTEXT);
        assertThat(refusalOf("!!!!").reason()).isEqualTo(Reason.CIPHERTEXT);
        assertThat(refusalOf(Base64.getEncoder().encodeToString(new byte[33])).reason()).isEqualTo(Reason.CIPHERTEXT);
        assertThat(refusalOf(Base64.getEncoder().encodeToString(new byte[16])).reason()).isIn(Reason.PADDING, Reason.LENGTH);
    }

    @Test
    void aLengthThatLiesIsRefused() {
        for (int length : new int[] {Integer.MIN_VALUE, -1, 8 + OWNER.length(), Integer.MAX_VALUE}) {
            assertThat(refusalOf(encrypted(length, "success", OWNER, 17, 17)).reason()).as("length %d", length).isEqualTo(Reason.LENGTH);
        }
        // one that is too small or a little too large moves the owner
        assertThat(refusalOf(encrypted(6, "success", OWNER, 17, 17)).reason()).isEqualTo(Reason.OWNER);
        assertThat(refusalOf(encrypted(8, "success", OWNER, 17, 17)).reason()).isEqualTo(Reason.OWNER);
    }

    @Test
    void paddingOfAnyOtherFormIsRefused() throws Exception {
        String owner = OWNER;
        assertThat(open(encrypted(7, "success", owner, 17, 17))).isEqualTo("success");
        assertThat(refusalOf(encrypted(7, "success", owner, 17, 0)).reason()).isEqualTo(Reason.PADDING);
        assertThat(refusalOf(encrypted(7, "success", owner, 17, 33)).reason()).isEqualTo(Reason.PADDING);
        assertThat(refusalOf(encrypted(7, "success", owner, 17, -1)).reason()).isEqualTo(Reason.PADDING);
        // the last byte is right, the first of the padding is not
        byte[] plain = plain(7, "success", owner, 17, 17);
        plain[plain.length - 17] = 16;
        assertThat(refusalOf(aes(plain)).reason()).isEqualTo(Reason.PADDING);
    }

    @Test
    void paddingThatLeavesNoRoomIsRefused() {
        byte[] plain = new byte[32];
        Arrays.fill(plain, (byte) 32);
        assertThat(refusalOf(aes(plain)).reason()).isEqualTo(Reason.LENGTH);
        byte[] half = new byte[16];
        Arrays.fill(half, (byte) 32);
        assertThat(refusalOf(aes(half)).reason()).isEqualTo(Reason.PADDING);
    }

    @Test
    void textThatIsNotUtf8IsRefused() {
        byte[] plain = plain(7, "success", OWNER, 17, 17);
        plain[20] = (byte) 0xC0;
        assertThat(refusalOf(aes(plain)).reason()).isEqualTo(Reason.TEXT);
    }

    @Test
    void secretsThatCannotBeRightAreRefusedWithoutShowingThem() {
        assertThatThrownBy(() -> new CallbackCrypto(TOKEN, KEY + "R", OWNER)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("43").hasMessageNotContaining(KEY);
        assertThatThrownBy(() -> new CallbackCrypto(TOKEN, KEY.replace('a', '*'), OWNER)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("*").hasNoCause();
        assertThatThrownBy(() -> new CallbackCrypto(" ", KEY, OWNER)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CallbackCrypto(TOKEN, null, OWNER)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CallbackCrypto(TOKEN, KEY, null)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void servesManyThreadsAtOnce() {
        assertThat(IntStream.range(0, 2000).parallel().mapToObj(i -> {
            Envelope sealed = crypto.seal("text " + i, TIMESTAMP, NONCE);
            try {
                return crypto.open(sealed.msgSignature(), TIMESTAMP, NONCE, sealed.encrypt()).equals("text " + i);
            } catch (ProofException e) {
                return false;
            }
        })).doesNotContain(false);
    }

    private interface Opening {
        String open() throws ProofException;
    }

    private static void assertRefused(Reason reason, Opening opening) {
        assertThatThrownBy(opening::open).isInstanceOfSatisfying(ProofException.class,
                refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    private static ProofException refusalOf(CallbackCrypto crypto, Envelope sealed) {
        return catchThrowableOfType(ProofException.class,
                () -> crypto.open(sealed.msgSignature(), sealed.timeStamp(), sealed.nonce(), sealed.encrypt()));
    }

    private ProofException refusalOf(String encrypt) {
        return catchThrowableOfType(ProofException.class, () -> open(encrypt));
    }

    /** With a signature that is right. */
    private String open(String encrypt) throws ProofException {
        return crypto.open(signatureOf(encrypt), TIMESTAMP, NONCE, encrypt);
    }

    private static String signatureOf(String encrypt) {
        try {
            String all = Stream.of(TOKEN, TIMESTAMP, NONCE, encrypt).sorted().collect(Collectors.joining());
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(all.getBytes(StandardCharsets.UTF_8)));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String encrypted(int length, String text, String owner, int padding, int paddingByte) {
        return aes(plain(length, text, owner, padding, paddingByte));
    }

    private static byte[] plain(int length, String text, String owner, int padding, int paddingByte) {
        byte[] pad = new byte[padding];
        Arrays.fill(pad, (byte) paddingByte);
        return ByteBuffer.allocate(20 + text.length() + owner.length() + padding).put(PREFIX.getBytes(StandardCharsets.US_ASCII))
                .putInt(length).put(text.getBytes(StandardCharsets.US_ASCII)).put(owner.getBytes(StandardCharsets.US_ASCII)).put(pad)
                .array();
    }

    private static String aes(byte[] plain) {
        return Base64.getEncoder().encodeToString(aes(Cipher.ENCRYPT_MODE, plain));
    }

    private static byte[] decrypted(String encrypt) {
        return aes(Cipher.DECRYPT_MODE, Base64.getDecoder().decode(encrypt));
    }

    private static byte[] aes(int mode, byte[] bytes) {
        try {
            byte[] key = Base64.getDecoder().decode(KEY + "=");
            Cipher cipher = Cipher.getInstance("AES/CBC/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(key, 0, 16));
            return cipher.doFinal(bytes);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
