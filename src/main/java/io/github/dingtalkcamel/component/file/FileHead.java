package io.github.dingtalkcamel.component.file;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a file is by its first bytes. */
final class FileHead {

    private static final int BYTES = 16;

    private record Mark(int offset, String bytes, String extension) {
        boolean isIn(String head) {
            return head.startsWith(bytes, offset);
        }
    }

    private static final List<Mark> MARKS = List.of(
            new Mark(0, "\u0089PNG", "png"), new Mark(0, "\u00ff\u00d8\u00ff", "jpg"), new Mark(0, "GIF8", "gif"),
            new Mark(8, "WEBP", "webp"), new Mark(0, "BM", "bmp"), new Mark(4, "ftyphei", "heic"), new Mark(4, "ftypmif1", "heic"),
            new Mark(4, "ftyp", "mp4"), new Mark(0, "#!AMR", "amr"), new Mark(0, "OggS", "ogg"), new Mark(0, "ID3", "mp3"),
            new Mark(8, "WAVE", "wav"), new Mark(0, "%PDF", "pdf"), new Mark(0, "PK\u0003\u0004", "zip"), new Mark(0, "Rar!", "rar"));

    private FileHead() {
    }

    /** The usual extension of its kind; empty where it is not known. */
    static String extension(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            String head = new String(in.readNBytes(BYTES), StandardCharsets.ISO_8859_1);
            return MARKS.stream().filter(mark -> mark.isIn(head)).map(Mark::extension).findFirst().orElse("");
        }
    }
}
