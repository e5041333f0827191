package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of HTTP/1.1, whole and in pieces. */
class AnswerReaderTest {

    private static final long LIMIT = 100;

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads it whole, and again in pieces of one byte: both must give the same. */
    private static AnswerReader read(String answer) throws IOException {
        AnswerReader whole = new AnswerReader(LIMIT);
        ByteBuffer all = bytes(answer);
        boolean done = whole.read(all);
        AnswerReader pieces = new AnswerReader(LIMIT);
        boolean piecesDone = false;
        for (int i = 0; i < answer.length() && !piecesDone; i++) {
            piecesDone = pieces.read(bytes(answer.substring(i, i + 1)));
        }
        assertThat(piecesDone).isEqualTo(done);
        assertThat(pieces.ended()).isEqualTo(whole.ended());
        if (done || whole.ended()) {
            assertThat(pieces.answer().body()).isEqualTo(whole.answer().body());
            assertThat(pieces.answer().status()).isEqualTo(whole.answer().status());
            assertThat(pieces.isKept()).isEqualTo(whole.isKept());
        }
        return whole;
    }

    private static String body(AnswerReader reader) {
        return new String(reader.answer().body(), StandardCharsets.ISO_8859_1);
    }

    private static boolean isWhole(String answer) throws IOException {
        return new AnswerReader(LIMIT).read(bytes(answer));
    }

    @Test
    void readsABodyOfAGivenLengthAndKeepsTheConnection() throws Exception {
        String answer = "HTTP/1.1 200 OK\r\nDate: now\r\ncontent-LENGTH:  5 \r\n\r\nhello";
        AnswerReader reader = read(answer);

        assertThat(isWhole(answer)).isTrue();
        assertThat(isWhole(answer.substring(0, answer.length() - 1))).isFalse();
        assertThat(reader.answer().status()).isEqualTo(200);
        assertThat(body(reader)).isEqualTo("hello");
        assertThat(reader.isKept()).isTrue();
    }

    @Test
    void readsChunksWithExtensionsAndTrailers() throws Exception {
        String answer = "HTTP/1.1 200\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=b\r\nhello\r\nA\r\n, good day\r\n0\r\nX: y\r\n\r\n";

        assertThat(isWhole(answer)).isTrue();
        assertThat(isWhole(answer.substring(0, answer.length() - 2))).isFalse();
        assertThat(body(read(answer))).isEqualTo("hello, good day");
        assertThat(read(answer).isKept()).isTrue();
    }

    @Test
    void anAnswerWithoutALengthEndsWithTheConnection() throws Exception {
        AnswerReader reader = read("HTTP/1.1 500 Oh dear\r\n\r\nhel");

        assertThat(isWhole("HTTP/1.1 500 Oh dear\r\n\r\nhel")).isFalse();
        assertThat(reader.ended()).isTrue();
        assertThat(body(reader)).isEqualTo("hel");
        assertThat(reader.isKept()).isFalse();
        assertThat(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel").ended()).as("cut").isFalse();
        assertThat(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n").ended()).as("cut").isFalse();
        assertThat(read("HTTP/1.1 200 OK\r\nContent-").ended()).as("cut").isFalse();
    }

    @Test
    void passesOverInterimAnswers() throws Exception {
        AnswerReader reader = read("HTTP/1.1 103 Early\r\nContent-Length: 9\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        assertThat(reader.answer().status()).isEqualTo(200);
        assertThat(reader.answer().body()).isEmpty();
    }

    @Test
    void answersWithoutABodyAreWholeAfterTheirHead() throws Exception {
        assertThat(isWhole("HTTP/1.1 204 No Content\r\n\r\n")).isTrue();
        assertThat(isWhole("HTTP/1.1 304 Not Modified\r\nContent-Length: 12\r\n\r\n")).isTrue();
        assertThat(read("HTTP/1.1 204 No Content\r\n\r\n").answer().body()).isEmpty();
    }

    @Test
    void doesNotKeepAConnectionThatTheOtherSideCloses() throws Exception {
        assertThat(read("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n").isKept()).isFalse();
        assertThat(read("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n").isKept()).isFalse();
    }

    @Test
    void takesNoMoreThanTheAnswer() throws Exception {
        ByteBuffer in = bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK");

        assertThat(new AnswerReader(LIMIT).read(in)).isTrue();
        assertThat(in.remaining()).isEqualTo("HTTP/1.1 200 OK".length());
    }

    @ParameterizedTest
    @ValueSource(strings = { "HTTP/2 200 OK\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\r\n", "HTTP/1.1 20\r\n", "HTTP/1.1 2x0 OK\r\n",
            "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 -20 OK\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n", "HTTP/1.1 200 OK\r\n: nothing\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n", "HTTP/1.1 200 OK\r\nContent-Length: \r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n", "HTTP/1.1 200 OK\r\nContent-Length: ٣\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n" })
    void refusesWhatLeavesDoubt(String answer) {
        assertThatThrownBy(() -> read(answer)).isInstanceOf(IOException.class).hasMessageContaining("not HTTP/1.1");
    }

    @ParameterizedTest
    @ValueSource(strings = { "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n%s",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n%s" })
    void refusesABodyBeyondTheLimit(String answer) throws Exception {
        assertThatThrownBy(() -> read(answer.formatted("x".repeat(101)))).isInstanceOf(BoundedAnswer.TooLargeException.class)
                .hasMessageContaining("100 bytes");
        assertThat(read("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + "x".repeat(100)).answer().body()).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "HTTP/1.1 200 OK\r\nA: ", "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0;", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" })
    void refusesAHeadThatDoesNotEnd(String beginning) {
        AnswerReader reader = new AnswerReader(LIMIT);
        assertThatThrownBy(() -> {
            reader.read(bytes(beginning));
            for (int i = 0; i < 66; i++) {
                reader.read(bytes(beginning.startsWith("HTTP/1.1 100") ? beginning.repeat(40) : "x".repeat(1_000)));
            }
        }).isInstanceOf(IOException.class).hasMessageContaining("head is larger than 65536");
    }

    @Test
    void endsOnAnyBytesWithAnAnswerOrAnIOException() {
        Random random = new Random(14);
        String[] pieces = { "HTTP/1.1 200 OK", "\r\n", "\n", "Content-Length: ", "Transfer-Encoding: chunked", "Connection: close", "5",
                "0", "a", "\r\n\r\n", " ", ":", "\0", "\u00ff", "hello" };
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "HTTP/1.1 200 OK\r\n" : "");
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            try {
                read(text.toString());
            } catch (IOException e) {
                assertThat(e.getMessage()).startsWith("the answer");
            }
        }
    }
}
