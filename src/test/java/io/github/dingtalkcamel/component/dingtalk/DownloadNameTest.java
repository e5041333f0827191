package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.charset.StandardCharsets;

import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;
import io.github.dingtalkcamel.component.message.InboundMessage.AttachmentKind;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code dingtalk:download} leaves a file name that is safe to store under. */
class DownloadNameTest {

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    @ParameterizedTest
    @CsvSource({"年度报告.pdf, 年度报告\\.pdf", "../../x, x", "${bean:x}.txt, _\\{bean_x\\}\\.txt", "aux.txt, _aux\\.txt",
            "'', 'file-\\d{8}-\\d{6}-\\d{3}\\.bin'"})
    void leavesANameThatIsSafeToStore(String name, String safe) {
        String code = bare.simulator().attach(null, "any", "content".getBytes(StandardCharsets.UTF_8));

        Exchange fetched = bare.send("dingtalk:download", new Attachment(AttachmentKind.FILE, code, name, null, null));

        assertThat(fetched.getException()).isNull();
        assertThat(fetched.getMessage().getHeader(Exchange.FILE_NAME, String.class)).matches(safe);
    }
}
