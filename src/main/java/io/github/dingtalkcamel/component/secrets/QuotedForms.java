package io.github.dingtalkcamel.component.secrets;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The forms of a secret that are looked for in a text and in its {@link DecodedText decoded} views: itself, and in Base64, also in the
 * middle of a longer Base64 text.
 */
final class QuotedForms {

    /** Shorter pieces of Base64 say too little of a secret, and occur in too many texts by chance. */
    private static final int SHORTEST_BASE64 = 8;

    private QuotedForms() {
    }

    static Set<String> of(String secret) {
        Set<String> forms = new LinkedHashSet<>();
        forms.add(secret);
        // a space in a URL's query
        forms.add(secret.replace(' ', '+'));
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        forms.add(Base64.getEncoder().encodeToString(bytes));
        forms.add(Base64.getUrlEncoder().encodeToString(bytes));
        // with nothing, one or two bytes before it: what follows depends on the secret alone, at any position of the encoded text
        for (int before = 0; before < 3; before++) {
            byte[] shifted = new byte[before + bytes.length];
            System.arraycopy(bytes, 0, shifted, before, bytes.length);
            String encoded = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            // without the characters that hold bits of what precedes or follows
            int from = before == 0 ? 0 : before + 1;
            int to = encoded.length() - (shifted.length % 3 == 0 ? 0 : 1);
            if (to - from >= SHORTEST_BASE64) {
                String own = encoded.substring(from, to);
                forms.add(own);
                forms.add(own.replace('+', '-').replace('/', '_'));
            }
        }
        return forms;
    }
}
