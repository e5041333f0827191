package io.github.dingtalkcamel.simulator.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import io.github.dingtalkcamel.simulator.api.SimulatedRobotSignature;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against the vectors of docs/protocol.md 5.7, 4 and 6.2, of which the first two are DingTalk's own. */
class SimulatedCallbackCryptoTest {

    record Vector(String token, String aesKey, String ownerKey, String timestamp, String nonce, String prefix, String message,
            String encrypt, String signature) {
    }

    static Vector[] vectors() {
        return new Vector[] {
            new Vector("123456", "1234567890123456789012345678901234567890123", "dingsnotzck6pm5veliw", "1614767836", "A7Co0cJLMzIDtMMI",
                    "dICkEDLj0eb6yAbc", "success",
                    "YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==",
                    "9a95a004dd16f5c307e849b994173f76aa26e5eb"),
            new Vector("123456", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij", "suite4xxxxxxxxxxxxxxx", "1445827045067", "nEXhMP4r",
                    "hU3bEfGZZewzhG5a",
                    "{\"EventType\":\"check_create_suite_url\",\"Random\":\"LPIdSnlF\",\"TestSuiteKey\":\"suite4xxxxxxxxxxxxxxx\"}",
                    "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/"
                            + "ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==",
                    "5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0"),
            own("success", "dingfakeappkey000001",
                    "B4PcXgtThYsrOQnzxvXRUAMkyg9rkQcAM3ARa4OhnF9qiQk8v5T+uun0pw416aN242oZlO4krHjF40384QThPw==",
                    "0f323b44e7ec9eea8c32dfef3c8db9bfe3cb2f6e"),
            own("{\"EventType\":\"check_url\"}", "dingfakeappkey000001",
                    "B4PcXgtThYsrOQnzxvXRUIxvQObioV3rQImCxPjIf/MjvYOsZ3MmTlMmYKbKU0roJ3+vcueH8+xXaeu5xhU1/3uZzx4hQ5tERN0qOuoDReYk4hXOHU0UGUuJ"
                            + "KQPZxc3I",
                    "29d20e9414bd85c226b6f99eebccdecae1dfadf1"),
            own("{\"EventType\":\"user_add_org\",\"TimeStamp\":1700000000000,\"UserId\":[\"u1\"],\"CorpId\":\"dingfakecorp\",\"Name\":\"张三😀\"}",
                    "dingfakeappkey000001",
                    "B4PcXgtThYsrOQnzxvXRUPeRSxsTxwZfmtCZSgO/mtIuAanXp+ckf14MDf3r7niTzFol0NgBejnhsMkxRQmTQpCSXR1NiXSZ0+ggCTy0TCl8mnEI8/LBK9l9"
                            + "lMs6v2Epr/yPlMinnAwOW6Jbhy5UyXeq0PHbxZ6TOF+cnD80zn7G1Pn2/dytd5j6THMMiXw4bnxo1nvKf4MogS8z6uN8rA==",
                    "ec0479d36d354d2df961947d8bc132e918f11c25"),
            own("success", "dingfakeappkey" + "0".repeat(23),
                    "B4PcXgtThYsrOQnzxvXRUAMkyg9rkQcAM3ARa4OhnF+RSzJ7c7oqve8Cd5tatL2XLxxX/IyzwaH6xwRv4YeJD7lWVMdEWZXur3Tdo+vFZqe7td+UCe0BVgNR"
                            + "g1oNED/R",
                    "bbc4c5cfed842ccc2e8286e71ab19dcc9ba0b5b0"),
        };
    }

    private static Vector own(String message, String ownerKey, String encrypt, String signature) {
        return new Vector("tok3nForTest", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ", ownerKey, "1700000000000", "n0nceABC",
                "0123456789abcdef", message, encrypt, signature);
    }

    private static SimulatedCallbackCrypto crypto(Vector vector) {
        return new SimulatedCallbackCrypto(vector.token(), vector.aesKey(), vector.ownerKey());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void decryptsTheVector(Vector vector) {
        assertThat(crypto(vector).decrypt(vector.encrypt())).isEqualTo(vector.message());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void encryptsToTheSameBytes(Vector vector) {
        assertThat(crypto(vector).encrypt(vector.message(), vector.prefix())).isEqualTo(vector.encrypt());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void signsAsTheVector(Vector vector) {
        assertThat(crypto(vector).signature(vector.timestamp(), vector.nonce(), vector.encrypt())).isEqualTo(vector.signature());
    }

    @Property(tries = 200)
    void decryptsWhatItEncrypted(@ForAll String message) {
        SimulatedCallbackCrypto crypto = crypto(vectors()[2]);
        // a lone surrogate has no UTF-8 form
        String encodable = new String(message.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        assertThat(crypto.decrypt(crypto.encrypt(encodable))).isEqualTo(encodable);
    }

    @Test
    void refusesAnotherOwner() {
        Vector vector = vectors()[2];
        assertThatThrownBy(() -> new SimulatedCallbackCrypto(vector.token(), vector.aesKey(), "dingother").decrypt(vector.encrypt()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("owner key");
    }

    @Property(tries = 200)
    void refusesGarbageWithWords(@ForAll byte[] garbage) {
        String text = Base64.getEncoder().encodeToString(garbage);
        assertThatThrownBy(() -> crypto(vectors()[2]).decrypt(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void signsRobotCallbacksAsTheVector() {
        assertThat(SimulatedRobotSignature.of("1577262236757", "this is a secret"))
                .isEqualTo("DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA=");
    }

    @Test
    void signsCustomRobotsAsTheVector() {
        assertThat(SimulatedRobotSignature.of("1700000000000", "SEC0123456789abcdef"))
                .isEqualTo("TSZbRFUuvaSQaRKUpF970OPCb2/LcQAP3wOvwZIzBZk=");
    }
}
