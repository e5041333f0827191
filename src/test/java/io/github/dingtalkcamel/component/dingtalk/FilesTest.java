package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import io.github.dingtalkcamel.component.api.FileException;
import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.simulator.platform.StoredFile;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dingtalk:upload} and {@code dingtalk:download}. */
class FilesTest {

    private static final byte[] CONTENT = "%PDF-1.4 with\r\n--boundary and \u0000 bytes".getBytes(StandardCharsets.ISO_8859_1);

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    private StoredFile uploaded(Exchange sent) {
        assertThat(sent.getException()).isNull();
        return bare.simulator().media(sent.getMessage().getBody(String.class)).orElseThrow();
    }

    @Test
    void uploadsBytesStreamsAndFiles(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("from disk.pdf"), CONTENT);

        assertThat(uploaded(bare.send("dingtalk:upload?fileName=a.pdf", CONTENT)).content()).isEqualTo(CONTENT);
        assertThat(uploaded(bare.send("dingtalk:upload", new ByteArrayInputStream(CONTENT), Map.of("CamelFileName", "报告.pdf"))).name())
                .isEqualTo("报告.pdf");
        StoredFile stored = uploaded(bare.send("dingtalk:upload", file.toFile()));
        assertThat(stored.name()).isEqualTo("from disk.pdf");
        assertThat(stored.content()).isEqualTo(CONTENT);
    }

    @Test
    void anUploadIsRepeatedWithANewTokenAndTheWholeFile() {
        bare.send("dingtalk:upload?fileName=a.pdf", CONTENT);
        bare.simulator().expireToken(BareContext.APP_KEY);

        assertThat(uploaded(bare.send("dingtalk:upload?fileName=b.pdf", CONTENT)).content()).isEqualTo(CONTENT);
    }

    @Test
    void refusesBeforeItSendsWhatDingTalkWouldNotTake() {
        assertThat(bare.send("dingtalk:upload?fileName=a.exe", CONTENT).getException()).isInstanceOf(FileException.class)
                .hasMessageContaining("exe");
        assertThat(bare.send("dingtalk:upload?fileName=a.pdf", new byte[0]).getException()).isInstanceOf(FileException.class);
        byte[] large = new byte[(2 << 20) + 1];
        Arrays.fill(large, (byte) 1);
        assertThat(bare.send("dingtalk:upload?fileName=a.mp3", large).getException()).isInstanceOf(FileException.class)
                .hasMessageContaining("2 MB");
        assertThat(bare.send("dingtalk:upload", CONTENT).getException()).hasMessageContaining("fileName");
        assertThat(bare.requests("/media/upload")).isEmpty();
    }

    private Exchange download(String name, String step) throws Exception {
        String code = bare.simulator().attach(BareContext.APP_KEY, "x", CONTENT);
        AtomicReference<Exchange> got = new AtomicReference<>();
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("dingtalk:messages").process(exchange -> {
                    if (step.equals("attachment")) {
                        exchange.getMessage().setBody(exchange.getProperty("CamelDingTalkMessage", InboundMessage.class).attachments()
                                .get(0));
                    } else {
                        exchange.getMessage().setHeader("CamelDingTalkDownloadCode", code);
                    }
                }).to("dingtalk:download").process(exchange -> {
                    exchange.getMessage().setBody(exchange.getMessage().getBody(InputStream.class).readAllBytes());
                    got.set(exchange.copy());
                });
            }
        }).connected(1);
        bare.simulator().say(UserMessage.text("").without("text").with("{\"msgtype\":\"file\",\"content\":{\"downloadCode\":\"" + code
                + "\",\"fileName\":\"" + name
                + "\"}}").byStream());
        BareContext.await(() -> got.get() != null);
        return got.get();
    }

    @Test
    void downloadsAnAttachmentUnderASafeName() throws Exception {
        Exchange exchange = download("../../etc/cron.d/report.pdf", "attachment");

        assertThat(exchange.getMessage().getBody()).isEqualTo(CONTENT);
        assertThat(exchange.getMessage().getHeader("CamelFileName")).isEqualTo("report.pdf");
    }

    @Test
    void downloadsByCode() throws Exception {
        assertThat(download("report.pdf", "code").getMessage().getBody()).isEqualTo(CONTENT);
    }

    /** A caller of a template gets the exchange when it has completed, and its temporary file is deleted. */
    @Test
    void aDownloadIsReadByACallerOfATemplate() throws Exception {
        byte[] large = new byte[3 << 20];
        Arrays.fill(large, (byte) 7);
        for (byte[] content : List.of(CONTENT, large)) {
            String code = bare.simulator().attach(BareContext.APP_KEY, "x", content);

            Exchange done = bare.send("dingtalk:download", null, Map.of("CamelDingTalkDownloadCode", code));

            assertThat(done.getMessage().getBody(byte[].class)).isEqualTo(content);
        }
    }

    @Test
    void neverFetchesFromAHostThatIsNotDingTalks() {
        bare.simulator().faults().on("/v1.0/robot/messageFiles/download").answer(200, "{\"downloadUrl\":\"http://127.0.0.1:9/secret\"}");

        assertThat(bare.send("dingtalk:download?downloadCode=x", null).getException()).isInstanceOfSatisfying(RejectedException.class,
                e -> {
            assertThat(e.code()).isEqualTo("urlRefused");
            assertThat(e.getMessage()).contains("127.0.0.1 is not one that attachments are fetched from");
            assertThat(e.remedy()).contains("option attachmentHosts");
        });
    }
}
