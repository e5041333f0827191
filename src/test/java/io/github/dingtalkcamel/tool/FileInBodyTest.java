package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileInBodyTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LONG = "QUJD".repeat(20_000);

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }

    /** What is read with the file taken out first is what a parser would read. */
    private static void same(String body) throws IOException {
        Optional<FileInBody> file = FileInBody.of(bytes(body));
        assertThat(file).isPresent();
        ObjectNode read = (ObjectNode) JSON.readTree(file.get().rest());
        read.set("base64", file.get().base64().node());
        assertThat(JSON.readTree(JSON.writeValueAsBytes(read))).isEqualTo(JSON.readTree(body));
        assertThat(new String(file.get().base64().characters().readAllBytes(), StandardCharsets.ISO_8859_1))
                .isEqualTo(JSON.readTree(body).get("base64").textValue());
        InputStream oneByOne = file.get().base64().characters();
        StringBuilder characters = new StringBuilder();
        for (int character = oneByOne.read(); character >= 0; character = oneByOne.read()) {
            characters.append((char) character);
        }
        assertThat(characters).hasToString(JSON.readTree(body).get("base64").textValue());
    }

    @ParameterizedTest
    @ValueSource(strings =
            { "{\"base64\":\"%s\"}", " { \"name\" : \"a\\\"base64\\\".zip\" , \"base64\" : \"%s\", \"x\":[{\"base64\":\"no\"}]}",
        "{\"at\":{\"base64\":\"no\",\"a\":[1,2]},\"base64\":\"data:application/zip;base64,%s\",\"name\":\"文件.zip\"}",
        "{\"other\":\"base64\",\"base64\":\"AB\\/C\\r\\n%s\"}", "{\"name\":\"\\\\\",\"base64\":\"%s\"}" })
    void takesTheFileOutAndLeavesTheRest(String body) throws IOException {
        same(String.format(body, LONG));
    }

    @ParameterizedTest
    @ValueSource(strings = { "{\"text\":\"%s\"}", "{\"at\":{\"base64\":\"%s\"}}", "{\"base64\":[\"%s\"]}", "{\"base64\":\"{{file}}%s\"}",
        "{\"base64\":\"\\u0041%s\"}", "{\"base64\":\"%s", "[\"base64\",\"%s\"]", "{\"base64\":null,\"x\":\"%s\"}",
        "{\"base64\":\"%s\n\"}" })
    void leavesWhatIsNoFileToTheParser(String body) {
        assertThat(FileInBody.of(bytes(String.format(body, LONG)))).isEmpty();
    }

    @Test
    void leavesShortOnesToTheParser() {
        assertThat(FileInBody.of(bytes("{\"base64\":\"QUJD\"}"))).isEmpty();
    }

    @Test
    void saysNothingOfTheFile() {
        assertThat(FileInBody.of(bytes("{\"base64\":\"" + LONG + "\"}")).orElseThrow().toString())
                .isEqualTo("FileInBody[80000 characters]");
    }
}
