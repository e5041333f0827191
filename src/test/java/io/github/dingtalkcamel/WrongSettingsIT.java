package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.InetAddress;
import java.net.ServerSocket;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an operator sees who set something wrongly (docs/promises.md 2). */
class WrongSettingsIT {

    private static final String SECRET = "s3cret-that-no-log-may-show-0123456789";

    private PackagedJar jar;

    @BeforeEach
    void unpack() throws Exception {
        jar = PackagedJar.inTemporaryDirectory().env("DINGTALK_SIMULATOR_PORT", "0");
    }

    @AfterEach
    void delete() throws Exception {
        jar.close();
    }

    @Test
    void tellsEveryFaultAtOnceInALineEachAndEndsWithStatus2() throws Exception {
        PackagedJar.Run run = jar
                .env("DINGTALK_APP_KEI", "dingkey")
                .env("DINGTALK_APP_SECRET", SECRET)
                .env("DINGTALK_API_TOKEN", " " + SECRET)
                .env("DINGTALK_CALLBACK_TOKEN", "token")
                .env("DINGTALK_CALLBACK_AES_KEY", SECRET)
                .env("DINGTALK_DM_POLICY", "opn")
                .option("-Ddingtalk.management-host=0.0.0.0")
                .file("config/application.properties", "dingtalk.queue-capacity=many\ndingtalk.fallback-agnet=x\ncamel.main.name=x\n")
                .launch();

        assertThat(run.exitStatus()).isEqualTo(2);
        assertThat(run.errors().lines()).satisfiesExactlyInAnyOrder(
                line -> assertThat(line).startsWith("DINGTALK_APP_KEI: ").contains("did you mean DINGTALK_APP_KEY?"),
                line -> assertThat(line).startsWith("dingtalk.fallback-agnet: ").contains("did you mean dingtalk.fallback-agent?"),
                line -> assertThat(line).startsWith("dingtalk.app-key")
                .contains("is not set, although dingtalk.app-secret (DINGTALK_APP_SECRET) is"),
                line -> assertThat(line).startsWith("dingtalk.api-token (DINGTALK_API_TOKEN)").contains("white space"),
                line -> assertThat(line).startsWith("dingtalk.callback-aes-key (DINGTALK_CALLBACK_AES_KEY)").contains("43"),
                line -> assertThat(line).startsWith("dingtalk.dm-policy (DINGTALK_DM_POLICY)").contains("open, allowlist or disabled"),
                line -> assertThat(line).startsWith("dingtalk.queue-capacity").contains("many"),
                line -> assertThat(line).startsWith("dingtalk.management-host").contains("dingtalk.management-user"));
        assertThat(run.log() + run.errors()).doesNotContain(SECRET).doesNotContain("\tat ");
    }

    @Test
    void stopsWhereAPortIsTakenAndNamesItsSetting() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = String.valueOf(other.getLocalPort());

            PackagedJar.Run webhook = jar.env("DINGTALK_WEBHOOK_PORT", port).launch();
            assertThat(webhook.exitStatus()).isEqualTo(1);
            assertThat(webhook.errors().lines()).singleElement().asString()
                    .contains("0.0.0.0:" + port, "in use", "dingtalk.webhook-port (DINGTALK_WEBHOOK_PORT)");

            PackagedJar.Run management = jar.env("DINGTALK_WEBHOOK_PORT", "0").env("DINGTALK_MANAGEMENT_PORT", port).launch();
            assertThat(management.exitStatus()).isEqualTo(1);
            assertThat(management.errors().lines()).singleElement().asString()
                    .contains("127.0.0.1:" + port, "in use", "dingtalk.management-port (DINGTALK_MANAGEMENT_PORT)");

            PackagedJar.Run simulator = jar.env("DINGTALK_MANAGEMENT_PORT", "0").env("DINGTALK_SIMULATOR_PORT", port).launch();
            assertThat(simulator.exitStatus()).isEqualTo(1);
            assertThat(simulator.errors().lines()).singleElement().asString()
                    .contains("127.0.0.1:" + port, "in use", "dingtalk.simulator-port (DINGTALK_SIMULATOR_PORT)");
            assertThat(webhook.log() + management.log() + simulator.log()).doesNotContain("\tat ");
        }
    }

    @Test
    void stopsAtARouteFileThatDoesNotParseAndNamesFileAndLine() throws Exception {
        PackagedJar.Run run = jar.file("routes/broken.yaml", """
                - route:
                    from:
                      uri: agent:broken
                     steps: [
                """).launch();

        assertThat(run.exitStatus()).isEqualTo(1);
        assertThat(run.errors()).contains("routes/broken.yaml, line 4");
        assertThat(run.log() + run.errors()).doesNotContain("\tat ");
    }

    @Test
    void stopsAtARouteWithAStepThatThereIsNotAndNamesFileAndLine() throws Exception {
        PackagedJar.Run run = jar.file("routes/misspelt.yaml", """
                - route:
                    from:
                      uri: agent:misspelt
                      steps:
                        - tu: log:x
                """).launch();

        assertThat(run.exitStatus()).isEqualTo(1);
        assertThat(run.errors()).contains("Unknown node id: tu", "routes/misspelt.yaml, line 5");
        assertThat(run.log() + run.errors()).doesNotContain("\tat ");
    }

    @Test
    void stopsAtARouteWithAnUnknownComponentAndNamesFileAndComponent() throws Exception {
        PackagedJar.Run run = jar.file("routes/unknown.yaml", """
                - route:
                    from:
                      uri: agent:unknown
                      steps:
                        - to: nosuch:thing
                """).launch();

        assertThat(run.exitStatus()).isEqualTo(1);
        assertThat(run.errors()).contains("routes/unknown.yaml: ", "nosuch://thing");
        assertThat(run.log() + run.errors()).doesNotContain("\tat ");
    }

    @Test
    void stopsWhereItsDirectoryCannotBeUsed() throws Exception {
        PackagedJar.Run run = jar.file("occupied", "a file, no directory").env("DINGTALK_DATA_DIR", "occupied").launch();

        assertThat(run.exitStatus()).isEqualTo(1);
        assertThat(run.errors().lines()).singleElement().asString().contains("occupied", "dingtalk.data-dir (DINGTALK_DATA_DIR)");
    }
}
