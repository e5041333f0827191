package io.github.dingtalkcamel.simulator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.simulator.platform.StreamOptions;

/** A key store with a certificate for this machine, made by the JDK's own keytool. It serves as the trust store as well. */
public record SelfSigned(Path keyStore, String password) {

    public static SelfSigned in(Path directory) throws IOException, InterruptedException {
        SelfSigned made = new SelfSigned(directory.resolve("simulator.p12"), "changeit");
        Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair", "-alias", "simulator", "-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30",
                "-dname", "CN=localhost", "-ext", "SAN=IP:127.0.0.1,DNS:localhost",
                "-storetype", "PKCS12", "-keystore", made.keyStore.toString(), "-storepass", made.password)
                .redirectErrorStream(true).start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool failed: " + output);
        }
        return made;
    }

    StreamOptions.Tls tls() {
        return new StreamOptions.Tls(keyStore, password, 0);
    }
}
