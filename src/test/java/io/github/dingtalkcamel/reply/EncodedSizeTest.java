package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class EncodedSizeTest {

    @Test
    void countsControlCharactersQuotesAndEmojiAsJacksonWritesThem() {
        for (int codePoint = 0; codePoint <= 0xFFFF; codePoint += codePoint < 0x900 ? 1 : 97) {
            if (codePoint < 0xD800 || codePoint > 0xDFFF) {
                agreesWithJackson("a" + Character.toString(codePoint) + "👨‍👩‍👧");
            }
        }
    }

    @Property(tries = 500)
    void agreesWithJacksonOnTheWholeMessage(@ForAll @StringLength(max = 300) String text) {
        String wellFormed = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        agreesWithJackson(wellFormed);
    }

    @Property(tries = 500)
    void isNeverTooSmallForLoneSurrogates(@ForAll char first, @ForAll char second) throws JsonProcessingException {
        String text = "\uD83D" + first + second + "\uDE00";
        assertThat(EncodedSize.of(text)).isGreaterThanOrEqualTo(json(text).getBytes(StandardCharsets.UTF_8).length);
        assertThat(EncodedSize.content("\uD83D")).isEqualTo("\uFFFD".getBytes(StandardCharsets.UTF_8).length);
    }

    @Property(tries = 200)
    void sumsUpToTheWhole(@ForAll @NotBlank String text) {
        int[] sums = EncodedSize.sums(text);
        assertThat(sums[text.length()]).isEqualTo(EncodedSize.content(text));
        assertThat(sums[1]).isEqualTo(text.length() > 1 && Character.isSurrogatePair(text.charAt(0), text.charAt(1))
                ? 4 : EncodedSize.content(text.substring(0, 1)));
    }

    private static void agreesWithJackson(String text) {
        try {
            assertThat(EncodedSize.of(text)).as("size of %s", text).isEqualTo(json(text).getBytes(StandardCharsets.UTF_8).length);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static String json(String text) throws JsonProcessingException {
        Map<String, String> message = new LinkedHashMap<>();
        message.put("title", MarkdownTitle.of(text));
        message.put("text", text);
        return new ObjectMapper().writeValueAsString(message);
    }
}
