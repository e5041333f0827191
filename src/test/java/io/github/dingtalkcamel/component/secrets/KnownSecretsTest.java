package io.github.dingtalkcamel.component.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts come out without the secrets, however the other side quotes them. */
class KnownSecretsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final KnownSecrets secrets = new KnownSecrets(3, 5);

    @ParameterizedTest
    @ValueSource(strings = {"abc/def+ghi=jkl\"mno\\pqr&st<u>'v", "密码-in-中文 with space", "0123456789abcdef0123456789abcdef", "p@ss wörd~*"})
    void hidesASecretInEachFormInWhichItIsQuoted(String secret) throws Exception {
        secrets.addSetting(secret);
        String url = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        String json = JSON.writeValueAsString(secret);
        json = json.substring(1, json.length() - 1);
        Base64.Encoder base64 = Base64.getEncoder();
        for (String quoted : List.of(secret, url, url.toLowerCase(java.util.Locale.ROOT).equals(url) ? url : lower(url),
                url.replace("+", "%20"), URLEncoder.encode(url, StandardCharsets.UTF_8), json, json.replace("/", "\\/"),
                json.replace("/", "\\/").replace("=", "\\u003d"), gson(secret), gson(gson(secret)), gson(url),
                base64.encodeToString(bytes(secret)))) {
            assertThat(secrets.cleaned("不合法的 <" + quoted + "> here")).as(quoted).isEqualTo("不合法的 <***> here");
        }
        for (String before : List.of("", "a", "ab", "user:")) {
            String encoded = base64.encodeToString(bytes(before + secret + " behind"));
            String cleaned = secrets.cleaned("Authorization " + encoded);
            assertThat(cleaned).as(before).contains("***");
            assertThat(cleaned.length()).isLessThan("Authorization ".length() + encoded.length() - secret.length());
        }
    }

    private static String lower(String encoded) {
        return java.util.regex.Pattern.compile("%..").matcher(encoded)
                .replaceAll(found -> found.group().toLowerCase(java.util.Locale.ROOT));
    }

    private static String gson(String text) {
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(c -> escaped.append(c == '"' || c == '\\' ? "\\" + (char) c : "=&<>'".indexOf(c) >= 0
                || c > '~' ? String.format("\\u%04x", c) : "" + (char) c));
        return escaped.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Property(tries = 300)
    void nothingOfASecretIsLeftInAnyText(@ForAll @StringLength(min = 8, max = 60) @CharRange(from = '!', to = '~') String secret,
            @ForAll @StringLength(max = 20) String before, @ForAll @StringLength(max = 20) String behind) throws JsonProcessingException {
        KnownSecrets own = new KnownSecrets(1, 1);
        own.addToken(secret);

        assertThat(own.cleaned(before + secret + behind)).doesNotContain(secret);
        assertThat(own.cleaned(before + secret + secret + behind)).doesNotContain(secret);
        assertThat(own.cleaned(JSON.writeValueAsString(before + secret + behind)))
                .doesNotContain(JSON.writeValueAsString(secret).replaceAll("^\"|\"$", ""));
    }

    @Test
    void theLongerOfTwoSecretsLeavesNoEnd() {
        secrets.addToken("0123456789");
        secrets.addToken("0123456789abcdef");

        assertThat(secrets.cleaned("x 0123456789abcdef 0123456789 y")).isEqualTo("x *** *** y");
    }

    @Test
    void shortSecretsAreFoundWhereTheyStandAloneAndTheShortestNot() {
        secrets.addSetting("s3cr");
        secrets.addSetting("abc");

        assertThat(secrets.cleaned("password s3cr, not s3crets; abc")).isEqualTo("password ***, not s3crets; abc");
    }

    @Test
    void ofAUrlItsValuesAreSecretAsTheyAreThereAndDecoded() {
        secrets.addPassing(
                "https://oapi.dingtalk.com/robot/send?access_token=robot%2Btoken0001&timestamp=1700000000000&sign=si%2Fgnature%3D%3D");

        assertThat(secrets.cleaned(
                "no robot robot+token0001, robot%2Btoken0001 at 1700000000000, si/gnature== si%2Fgnature%3D%3D, "
                + "https://oapi.dingtalk.com/robot/send"))
                .isEqualTo("no robot ***, *** at 1700000000000, *** ***, https://oapi.dingtalk.com/robot/send");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            POST /robot/send?access_token=abc&timestamp=1&sign=x%3D%3D failed | POST /robot/send?access_token=***&timestamp=1&sign=*** failed
            url=http%3A%2F%2Fh%2Frobot%2FsendBySession%3Fsession%3Dabc%26x%3D1 | url=http%3A%2F%2Fh%2Frobot%2FsendBySession%3Fsession%3D***%26x%3D1
            got {"appKey":"ding1","appSecret":"s"} in body                   | got {"appKey":"ding1","appSecret":"***"} in body
            got {\\"clientSecret\\" : \\"s\\"}                               | got {\\"clientSecret\\" : \\"***\\"}
            Authorization: Bearer abcdefgh.ijk                               | Authorization: Bearer ***
            x-acs-dingtalk-access-token: 0123456789abcdef                    | x-acs-dingtalk-access-token: ***
            secret SEC0123456789abcdef0123456789abcdef0123456789abcdef wrong | secret *** wrong
            sign not match, session 不存在, 缺少参数 access_token, design=x     | sign not match, session 不存在, 缺少参数 access_token, design=x
            """)
    void aValueNamedAsASecretIsHiddenThoughItIsNotKnown(String text, String cleaned) {
        assertThat(secrets.cleaned(text)).isEqualTo(cleaned);
    }

    @Test
    void memoryIsBoundedAndSettingsAreNeverForgotten() {
        secrets.addSetting("the-app-secret-0123456789");
        int before = secrets.size();
        for (int i = 0; i < 5_000; i++) {
            secrets.addToken("token-" + i + "-0123456789");
            secrets.addPassing("session-" + i + "-0123456789");
        }

        assertThat(secrets.cleaned(
                "the-app-secret-0123456789 token-4999-0123456789 token-4997-0123456789 token-4996-0123456789 session-4999-0123456789"))
                .isEqualTo("*** *** *** token-4996-0123456789 ***");
        assertThat(secrets.size() - before).isLessThan(8 * 16);
    }

    @Test
    void aLongTextIsCutAndTheCutLeavesNoHalfOfASecret() {
        secrets.addSetting("the-app-secret-0123456789");
        String text = "x".repeat((1 << 16) - 10) + "the-app-secret-0123456789";

        assertThat(secrets.cleaned(text)).doesNotContain("the-app").hasSizeLessThan(1 << 16);
        assertThat(KnownSecrets.clean(null)).isNull();
    }
}
