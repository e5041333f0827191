package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import io.github.dingtalkcamel.simulator.Delivery;
import io.github.dingtalkcamel.simulator.Said;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.simulator.SimulatorOptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chinese from files, words and the environment, on a machine without a locale, where Java itself loses it. */
class EncodingIT {

    private static final String MARK = "\uFEFF";

    private static Simulator simulator;
    private PackagedJar jar;

    @BeforeAll
    static void simulate() {
        simulator = PackagedJar.simulator(SimulatorOptions.defaults());
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    @BeforeEach
    void unpack() throws Exception {
        simulator.clearRecords();
        jar = PackagedJar.facing(simulator).env("LC_ALL", "C");
    }

    @AfterEach
    void delete() throws Exception {
        jar.close();
    }

    private static List<String> answersTo(String person) {
        return simulator.deliveriesTo(simulator.dm(Bot.APP_KEY, person)).stream().map(Delivery::text).toList();
    }

    @Test
    void readsFilesWithAByteOrderMarkAndChineseLikeAnyOther() throws Exception {
        PackagedJar.Run run = jar
                .file("config/application.properties", MARK + "dingtalk.allowed-users=staffONLY\nmy.salute=你好\n")
                .file("config/texts_en.properties", MARK + "refused-user=请联系管理员。\n")
                .file("routes/招呼.yaml", MARK + """
                        - route:
                            id: salute
                            from:
                              uri: agent:salute
                              parameters:
                                trigger: main
                              steps:
                                - setBody:
                                    simple: "{{my.salute}}，${body}！"
                        """)
                .start();
        simulator.callbackUrl(Bot.APP_KEY, run.webhookUrl("main"));

        simulator.say(Said.text("hello").from("stranger"));
        simulator.say(Said.text("世界").from("staffONLY"));

        Awaitility.await().atMost(PackagedJar.PATIENCE).untilAsserted(() -> assertThat(answersTo("staffONLY")).containsExactly("你好，世界！"));
        Awaitility.await().atMost(PackagedJar.PATIENCE).untilAsserted(() -> assertThat(answersTo("stranger")).containsExactly("请联系管理员。"));
        assertThat(run.log()).containsPattern("Routes of \\S*routes/招呼.yaml");
    }
}
