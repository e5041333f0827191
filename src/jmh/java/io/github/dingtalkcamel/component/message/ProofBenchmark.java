package io.github.dingtalkcamel.component.message;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What proves a push by webhook: the signature of a plain one; signature and decryption of an encrypted one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ProofBenchmark {

    private static final String SECRET = "bench-app-secret";
    private static final long NOW = 1_794_990_000_000L;
    private static final String TIMESTAMP = String.valueOf(NOW);
    private static final String NONCE = "nonce123";

    private final RobotSignature signature = new RobotSignature(SECRET, () -> Instant.ofEpochMilli(NOW));
    private final CallbackCrypto crypto = new CallbackCrypto("bench-token", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ", "dingbench");
    private final CallbackCrypto.Envelope sealed = crypto.seal("{\"text\":{\"content\":\"" + "words ".repeat(100) + "\"}}", TIMESTAMP,
            NONCE);
    private String sign;

    @Setup
    public void sign() throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        sign = Base64.getEncoder().encodeToString(mac.doFinal((TIMESTAMP + "\n" + SECRET).getBytes(StandardCharsets.UTF_8)));
        signature.check(TIMESTAMP, sign);
    }

    @Benchmark
    public boolean plain() {
        return signature.proves(TIMESTAMP, sign);
    }

    @Benchmark
    public String encrypted() throws ProofException {
        return crypto.open(sealed.msgSignature(), TIMESTAMP, NONCE, sealed.encrypt());
    }
}
