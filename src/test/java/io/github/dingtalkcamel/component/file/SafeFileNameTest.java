package io.github.dingtalkcamel.component.file;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;
import io.github.dingtalkcamel.component.message.InboundMessage.AttachmentKind;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeFileNameTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
            "report.pdf~report.pdf", "'  two  words .txt '~two words .txt", "/etc/passwd~passwd", "../../x~x",
                    "C:\\\\Windows\\\\win.ini~win.ini", "..~''", ".~''",
            "a/..~''", ".bashrc~bashrc", "-rf~_rf", "con~_con", "Com1.tar.gz~_Com1.tar.gz", "lpt¹~_lpt¹", "console.txt~console.txt",
            "aux .txt~_aux .txt", "a<b>:c|d?e*f\"g.txt~a_b__c_d_e_fg.txt", "end...~end", "${body}~_{body}", "$simple{body}~_simple{body}",
            "$5.txt~$5.txt", "x.pdf.camelLock~x.pdf_camelLock"})
    void makesANameThatIsSafeToStore(String name, String safe) {
        assertThat(SafeFileName.toStore(name)).isEqualTo(safe);
    }

    @Test
    void leavesOutWhatIsNotSeen() {
        assertThat(SafeFileName.toStore("a\0b\nc\u007f\u0085\u2028d\u202Efdp.exe\u200b\ufeff")).isEqualTo("abcdfdp.exe");
        assertThat(SafeFileName.toStore("$\u200b{body}")).isEqualTo("_{body}");
        assertThat(SafeFileName.toStore("x\ud800y\ufffd.txt")).isEqualTo("xy.txt");
        assertThat(SafeFileName.toStore("a\u3000b\u00a0c")).isEqualTo("a b c");
        assertThat(SafeFileName.toStore(null)).isEmpty();
        assertThat(SafeFileName.toStore("\u202e \u0001")).isEmpty();
    }

    @Test
    void boundsBytesAndKeepsTheExtension() {
        assertThat(SafeFileName.toStore("😀".repeat(100) + ".docx")).isEqualTo("😀".repeat(43) + ".docx");
        assertThat(SafeFileName.toStore("x".repeat(300))).isEqualTo("x".repeat(180));
        assertThat(SafeFileName.toStore("x." + "y".repeat(300))).hasSize(180);
        assertThat(SafeFileName.shown("dir/" + "长".repeat(300) + ".xlsx")).isEqualTo("长".repeat(58) + ".xlsx");
        assertThat(SafeFileName.shown("what? 1:2 \"quoted\".pdf")).as("people may see what files can't have")
                .isEqualTo("what? 1:2 quoted.pdf");
    }

    @Property
    void everyNameStaysInItsDirectory(@ForAll String name) {
        String safe = SafeFileName.toStore(name);
        assertThat(safe.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(SafeFileName.MOST_BYTES);
        assertThat(safe).doesNotStartWith(".").doesNotContain("/", "\\", "${", "\0");
        if (!safe.isEmpty()) {
            assertThat(Path.of("/received").resolve(safe).normalize().getParent()).isEqualTo(Path.of("/received"));
        }
        assertThat(SafeFileName.toStore(safe)).as("once is enough").isEqualTo(safe);
    }

    @Test
    void namesWhatHasNoNameByItsKindAndTheTime() throws Exception {
        AttachmentNames names = new AttachmentNames(() -> Instant.parse("2026-11-28T09:05:03.123Z"));
        assertThat(names.of(attachment(AttachmentKind.PICTURE, null, null), file("\u00ff\u00d8\u00ff\u00e0")))
                .isEqualTo("picture-20261128-090503-123.jpg");
        assertThat(names.of(attachment(AttachmentKind.PICTURE, null, null), file("\u0089PNG\r\n"))).as("never the same twice")
                .isEqualTo("picture-20261128-090503-124.png");
        assertThat(names.of(attachment(AttachmentKind.PICTURE, "..", null), file("?"))).isEqualTo("picture-20261128-090503-125.jpg");
        assertThat(names.of(attachment(AttachmentKind.AUDIO, null, null), file("#!AMR"))).isEqualTo("audio-20261128-090503-126.amr");
        assertThat(names.of(attachment(AttachmentKind.VIDEO, null, "MOV"), file(""))).isEqualTo("video-20261128-090503-127.mov");
        assertThat(names.of(attachment(AttachmentKind.VIDEO, null, "../x"), file("?"))).isEqualTo("video-20261128-090503-128.mp4");
        assertThat(names.of(attachment(AttachmentKind.FILE, null, null), file("%PDF-1.7"))).isEqualTo("file-20261128-090503-129.pdf");
        assertThat(names.of(attachment(AttachmentKind.FILE, "scan", null), file("%PDF-1.7"))).isEqualTo("scan.pdf");
        assertThat(names.of(attachment(AttachmentKind.FILE, "scan.txt", null), file("%PDF-1.7"))).isEqualTo("scan.txt");
        assertThat(names.of(attachment(AttachmentKind.FILE, "Makefile", null), file("all:"))).isEqualTo("Makefile");
    }

    private static Attachment attachment(AttachmentKind kind, String name, String format) {
        return new Attachment(kind, "code", name, null, format);
    }

    private Path file(String head) throws Exception {
        return Files.write(folder.resolve("received"), head.getBytes(StandardCharsets.ISO_8859_1));
    }
}
