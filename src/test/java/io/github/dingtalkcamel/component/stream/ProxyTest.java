package io.github.dingtalkcamel.component.stream;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.vertx.core.net.PfxOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A company's network: one way out, by a proxy with a password, and certificates of its own. */
class ProxyTest {

    private static final String PASSWORD = "changeit";

    @TempDir
    private Path folder;

    @Test
    void reachesStreamAndRestThroughAProxyWithAPasswordAndACompanysCertificate() throws Exception {
        Path key = folder.resolve("key.p12");
        Path certificate = folder.resolve("ca.pem");
        Path trusted = folder.resolve("trusted.p12");
        keytool("-genkeypair", "-alias", "gateway", "-keyalg", "EC", "-dname", "CN=localhost", "-ext", "san=dns:localhost", "-validity",
                "2", "-storetype", "PKCS12", "-keystore", key.toString());
        keytool("-exportcert", "-alias", "gateway", "-keystore", key.toString(), "-rfc", "-file", certificate.toString());
        keytool("-importcert", "-noprompt", "-alias", "company", "-storetype", "PKCS12", "-keystore", trusted.toString(), "-file",
                certificate.toString());

        try (FakeGateway gateway = new FakeGateway(new PfxOptions().setPath(key.toString()).setPassword(PASSWORD));
                FakeProxy proxy = new FakeProxy("ann", "p@ss:w0rd")) {
            ProcessBuilder probe = new ProcessBuilder(java("java"), "-cp", System.getProperty("java.class.path"), "-Dhttp.nonProxyHosts=",
                    "-Djavax.net.ssl.trustStore=" + trusted, "-Djavax.net.ssl.trustStorePassword=" + PASSWORD, ProxyProbe.class.getName(),
                    gateway.url());
            probe.environment().put("HTTPS_PROXY", "http://ann:p%40ss:w0rd@127.0.0.1:" + proxy.port());
            Process process = probe.redirectErrorStream(true).redirectOutput(folder.resolve("out").toFile()).start();
            try {
                gateway.session(0).push("hello");
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            } finally {
                process.destroyForcibly();
            }
            String output = Files.readString(folder.resolve("out"), StandardCharsets.UTF_8);
            assertThat(output).contains("STREAM hello").contains("REST done");
            assertThat(output).as("consoles show system properties").doesNotContain("p@ss").doesNotContain("p%40ss");
            assertThat(gateway.posted).hasSize(1);
            // the open call, the upgrade and the REST call: nothing went past the proxy
            assertThat(proxy.tunnels).hasSizeBetween(2, 3).allMatch(target -> target.startsWith("localhost:"));
            assertThat(proxy.refusals).as("the password goes out only when it is asked for").isNotEmpty();
        }
    }

    private static String java(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java("keytool")));
        command.addAll(Arrays.asList(arguments));
        command.addAll(List.of("-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
