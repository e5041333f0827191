package io.github.dingtalkcamel.component.secrets;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;

/**
 * Options of endpoints and kamelets that may hold a secret though their names don't say so. Camel masks what is called a secret, a token
 * or a key by itself.
 * <p>
 * One list for the process, since Camel keeps one: each call of {@code URISupport.addSanitizeKeywords} drops what earlier ones added.
 * What contexts have as {@code additionalSensitiveKeywords} when they are given to {@link #mask} is kept.
 */
public final class SensitiveOptions {

    /** {@code recipientId} may be the URL of a custom robot. */
    private static final Set<String> NAMES = new TreeSet<>(Set.of("webhookUrl", "recipientId"));

    private SensitiveOptions() {
    }

    /** Masks the values of these options wherever Camel shows the URI of an endpoint: names, JMX, logs. */
    public static synchronized void mask(CamelContext context) {
        ExtendedCamelContext extension = context.getCamelContextExtension();
        String own = extension.getAdditionalSensitiveKeywords();
        if (own != null) {
            Arrays.stream(own.split(",")).map(String::strip).filter(name -> !name.isEmpty()).forEach(NAMES::add);
        }
        extension.setAdditionalSensitiveKeywords(String.join(",", NAMES));
    }
}
