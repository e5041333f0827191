package io.github.dingtalkcamel.component.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import io.github.dingtalkcamel.component.message.BadMessageException.Code;
import io.github.dingtalkcamel.component.message.Body.Form;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyTest {

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertRefused(Code code, String body) {
        assertThatThrownBy(() -> Body.read(bytes(body))).isInstanceOfSatisfying(BadMessageException.class,
                refused -> assertThat(refused.code()).isEqualTo(code));
        assertThatThrownBy(() -> Body.read(body)).isInstanceOfSatisfying(BadMessageException.class,
                refused -> assertThat(refused.code()).isEqualTo(code));
    }

    /** Nested so many levels deep, the outer object included. */
    private static String nested(int levels) {
        return "{\"msgId\":" + "[".repeat(levels - 1) + "]".repeat(levels - 1) + "}";
    }

    @Test
    void tellsTheFormsApart() throws Exception {
        assertThat(Body.read("{\"encrypt\":\"x\",\"msgtype\":\"text\"}").form()).isEqualTo(Form.ENCRYPTED);
        assertThat(Body.read("{\"msgtype\":\"text\"}").form()).isEqualTo(Form.ROBOT_MESSAGE);
        assertThat(Body.read("{\"msgId\":1}").form()).isEqualTo(Form.ROBOT_MESSAGE);
        assertThat(Body.read("{\"EventType\":\"check_url\"}").form()).isEqualTo(Form.EVENT);
        assertThat(Body.read("{\"encrypt\":1}").form()).isEqualTo(Form.OTHER);
        assertThat(Body.read("{}").form()).isEqualTo(Form.OTHER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"encrypt\":1}", "{\"encrypt\":null}", "{\"EventType\":\"check_url\"}", "{\"data\":{\"msgId\":\"m\"}}"})
    void aRequestOfNeitherFormIsRefused(String body) {
        assertThatThrownBy(() -> Body.ofRequest(bytes(body))).isInstanceOfSatisfying(BadMessageException.class,
                refused -> assertThat(refused.code()).isEqualTo(Code.NEITHER_FORM));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"encrypt\":\"x\"}", "{\"msgtype\":\"text\",\"a\":[1,{\"encrypt\":2}]}", "{\"msgId\":{}}",
            "{\"encrypt\":1,\"encrypt\":\"x\"}",
        "{\"encrypt\":\"x\",\"encrypt\":1}", "{\"encrypt\":\"x\",\"encrypt\":{\"a\":1},\"msgId\":1}", "{\"EventType\":\"check_url\"}", "{}",
        "", " ", "{", "[", "[{}]", "[}", "1", "\"text\"", "null", "true", "{\"msgId\":1}{}", "{\"msgId\":1} x", "[] []", "{\"msgId\":NaN}",
        "{'msgId':1}", "{\"msgId\":1,}"})
    void aBodyThatIsOnlyLookedThroughIsTakenAndRefusedAsOneThatIsRead(String body) throws Exception {
        assertThat(outcome(Body::lookedThrough, bytes(body))).isEqualTo(outcome(Body::ofRequest, bytes(body)));
    }

    @Test
    void ofABodyThatIsOnlyLookedThroughNothingIsKeptButWhatIsEncrypted() throws Exception {
        String many = "[" + "{},".repeat(100_000) + "{}]";

        assertThat(Body.lookedThrough(bytes("{\"encrypt\":\"x\",\"many\":" + many + ",\"text\":\"hello\"}")).json().toString())
                .isEqualTo("{\"encrypt\":\"x\"}");
    }

    @Test
    void aBodyThatIsOnlyLookedThroughHasTheSameBounds() {
        for (String body : new String[] {nested(65), "{\"msgId\":" + "1".repeat(500) + "}", "{\"" + "n".repeat(20_000) + "\":1}",
                "[".repeat(500_000)}) {
            assertThat(outcome(Body::lookedThrough, bytes(body))).isEqualTo(outcome(Body::ofRequest, bytes(body)));
        }
        byte[] overlong = {'{', '"', (byte) 0xC0, (byte) 0xAF, '"', ':', '1', '}'};
        assertThat(outcome(Body::lookedThrough, overlong)).isEqualTo(outcome(Body::ofRequest, overlong));
        assertThat(outcome(Body::lookedThrough, null)).isEqualTo(outcome(Body::ofRequest, null));
    }

    private interface Reading {
        Body of(byte[] bytes) throws BadMessageException;
    }

    /** Its form, or the code and the text of its refusal, without the place in it. */
    private static String outcome(Reading reading, byte[] body) {
        try {
            return reading.of(body).form().name();
        } catch (BadMessageException e) {
            return e.code() + " " + e.getMessage().replaceAll(" \\(line.*", "");
        }
    }

    @Test
    void aRequestOfEitherFormIsTaken() throws Exception {
        assertThat(Body.ofRequest(bytes("{\"encrypt\":\"x\"}")).form()).isEqualTo(Form.ENCRYPTED);
        assertThat(Body.ofRequest(bytes("{\"msgtype\":\"text\"}")).form()).isEqualTo(Form.ROBOT_MESSAGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "{\"a\":}", "{'a':1}", "{\"a\":1}}", "{\"a\":1} {}", "{\"a\":1} x", "nul", "\"", "{\"a\":NaN}",
            "{\"a\":\"\u0001\"}", "<xml/>", "{\"a\":1,}", "{//\n}"})
    void whatIsNotJsonIsRefused(String body) {
        assertRefused(Code.NOT_JSON, body);
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        assertThatThrownBy(() -> Body.read(new byte[] {'{', '"', (byte) 0xC0, (byte) 0xAF, '"', ':', '1', '}'}))
                .isInstanceOf(BadMessageException.class);
        assertThatThrownBy(() -> Body.read((byte[]) null)).isInstanceOf(BadMessageException.class);
        assertThatThrownBy(() -> Body.read((String) null)).isInstanceOf(BadMessageException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "[{}]", "1", "\"text\"", "null", "true"})
    void whatIsNoObjectIsRefused(String body) {
        assertRefused(Code.NOT_AN_OBJECT, body);
    }

    @Test
    void sixtyFourLevelsAreTakenAndNoMore() throws Exception {
        assertThat(Body.read(nested(64)).form()).isEqualTo(Form.ROBOT_MESSAGE);
        assertRefused(Code.TOO_DEEP, nested(65));
        assertRefused(Code.TOO_DEEP, "{\"a\":".repeat(65) + "1" + "}".repeat(65));
        assertRefused(Code.TOO_DEEP, nested(10_000));
        assertRefused(Code.TOO_DEEP, "{\"a\":" + "[".repeat(100_000));
    }

    @Test
    void aMebibyteIsTakenAndNoMore() throws Exception {
        String fits = "{\"msgId\":\"" + "x".repeat(Body.MAX_SIZE - 12) + "\"}";
        assertThat(Body.read(bytes(fits)).json().path("msgId").textValue()).hasSize(Body.MAX_SIZE - 12);
        assertRefused(Code.TOO_LARGE, fits + " ");
        assertRefused(Code.TOO_LARGE, "{\"a\":\"" + "x".repeat(10_000_000) + "\"}");
    }

    @Test
    @Timeout(5)
    void hugeNumbersAndNamesCostNothing() throws Exception {
        assertThat(Body.read("{\"msgId\":1e999999999,\"a\":-1e-999999999,\"b\":" + "9".repeat(400) + "}").form())
                .isEqualTo(Form.ROBOT_MESSAGE);
        assertRefused(Code.TOO_LARGE, "{\"a\":" + "9".repeat(900_000) + "}");
        assertRefused(Code.TOO_LARGE, "{\"" + "n".repeat(900_000) + "\":1}");
    }

    @Test
    void ofTwoFieldsWithOneNameTheLastCounts() throws Exception {
        assertThat(Body.read("{\"msgId\":\"a\",\"msgId\":\"b\"}").json().path("msgId").textValue()).isEqualTo("b");
    }

    @Test
    void errorsAndTextFormShowNothingOfTheBody() throws Exception {
        BadMessageException refused = catchThrowableOfType(BadMessageException.class, () -> Body.read("{\"a\":s3cr3t}"));
        assertThat(refused).hasMessageContaining("line 1").hasMessageNotContaining("s3cr3t");
        assertThat(Body.read("{\"msgId\":\"s3cr3t\"}").toString()).doesNotContain("s3cr3t");
    }

    @Test
    void aNumberThatIsTooLongIsNotCalledTooDeep() {
        assertRefused(Code.TOO_LARGE, "{\"a\":" + "[".repeat(63) + "9".repeat(500) + "]".repeat(63) + "}");
    }

    @Test
    void theSizeOfBytesCountsNotThatOfTheirCharacters() throws Exception {
        byte[] fits = ("{\"msgId\":\"" + "字".repeat((Body.MAX_SIZE - 12) / 3)).getBytes(StandardCharsets.UTF_8);
        byte[] mebibyte = Arrays.copyOf(fits, Body.MAX_SIZE);
        Arrays.fill(mebibyte, fits.length, mebibyte.length, (byte) ' ');
        mebibyte[mebibyte.length - 2] = '"';
        mebibyte[mebibyte.length - 1] = '}';
        assertThat(Body.read(mebibyte).form()).isEqualTo(Body.Form.ROBOT_MESSAGE);
        assertThat(Body.lookedThrough(mebibyte).form()).isEqualTo(Body.Form.ROBOT_MESSAGE);

        byte[] larger = Arrays.copyOf(mebibyte, Body.MAX_SIZE + 1);
        larger[Body.MAX_SIZE] = ' ';
        for (ThrowingCallable read : List.<ThrowingCallable>of(() -> Body.read(larger), () -> Body.lookedThrough(larger))) {
            assertThatThrownBy(read).isInstanceOf(BadMessageException.class)
                    .satisfies(e -> assertThat(((BadMessageException) e).errorCode()).isEqualTo("too_large"))
                    .satisfies(e -> assertThat(((BadMessageException) e).httpStatus()).isEqualTo(400));
        }
    }
}
