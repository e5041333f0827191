package io.github.dingtalkcamel.component.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import net.jqwik.api.constraints.IntRange;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.api.DingTalkJson;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class EncodedSizeTest {

    @Test
    void countsEachCharacterAsTheRequestsBodyHasIt() {
        for (int codePoint = 0; codePoint <= 0x1FFFF; codePoint += codePoint < 0x900 ? 1 : 97) {
            isWhatIsSent("a" + Character.toString(codePoint) + "👨‍👩‍👧");
        }
    }

    @Property(tries = 500)
    void isTheBytesOfMsgParamInTheRequestsBody(@ForAll @StringLength(max = 300) String text) {
        isWhatIsSent(text);
    }

    @Property(tries = 500)
    void isTheBytesAlsoForEmojiHalvesOfPairsQuotesAndControlCharacters(@ForAll("awkward") String text) {
        isWhatIsSent(text);
    }

    @Property(tries = 200)
    void isNeverTooSmallForAWebhook(@ForAll("awkward") String text) {
        assertThat(DingTalkJson.bytes(markdown(text))).hasSizeLessThanOrEqualTo(EncodedSize.of(text));
    }

    @Property(tries = 200)
    void sumsUpToTheWhole(@ForAll @NotBlank String text) {
        int[] sums = EncodedSize.sums(text);
        assertThat(sums[text.length()]).isEqualTo(EncodedSize.content(text));
        assertThat(sums[1]).isEqualTo(text.length() > 1 && Character.isSurrogatePair(text.charAt(0), text.charAt(1))
                ? 4 : EncodedSize.content(text.substring(0, 1)));
    }

    @Test
    void emojiAreSentAsUtf8() {
        assertThat(DingTalkJson.bytes(Map.of("a", "😀"))).isEqualTo("{\"a\":\"😀\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(DingTalkJson.text(Map.of("a", "\uD83D"))).isEqualTo("{\"a\":\"?\"}");
    }

    @Provide
    Arbitrary<String> awkward() {
        return Arbitraries.of(List.of("😀", "\uD83D", "\uDE00", "\"", "\\", "\n", "\r", "\t", "\u0000", "\u001f", "\u007f", "\u2028", "/",
                "<", "é", "中", "a"))
                .list().ofMaxSize(200).map(pieces -> String.join("", pieces));
    }

    private static void isWhatIsSent(String text) {
        int empty = DingTalkJson.bytes(Map.of("msgParam", "")).length;
        int sent = DingTalkJson.bytes(Map.of("msgParam", DingTalkJson.text(markdown(text)))).length;
        assertThat(EncodedSize.of(text)).as("size of %s", text).isEqualTo(sent - empty);
    }

    private static Map<String, String> markdown(String text) {
        Map<String, String> message = new LinkedHashMap<>();
        message.put("title", MarkdownTitle.of(text));
        message.put("text", text);
        return message;
    }

    @Property(tries = 500)
    void comparesWithALimitAsTheSizeDoes(@ForAll String text, @ForAll @IntRange(max = 600) int most) {
        assertThat(EncodedSize.isWithin(most, text)).isEqualTo(EncodedSize.of(text) <= most);
    }
}
