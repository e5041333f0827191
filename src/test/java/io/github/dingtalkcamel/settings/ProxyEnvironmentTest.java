package io.github.dingtalkcamel.settings;

import static org.assertj.core.api.Assertions.assertThat;
import java.net.Authenticator;
import java.net.InetAddress;
import java.net.PasswordAuthentication;
import java.util.Map;
import java.util.Properties;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProxyEnvironmentTest {

    private final Properties system = new Properties();
    private final Authenticator before = Authenticator.getDefault();

    @AfterEach
    void putBack() {
        Authenticator.setDefault(before);
    }

    private static String passwordFor(String host, int port, Authenticator.RequestorType type) {
        PasswordAuthentication known = Authenticator.requestPasswordAuthentication(host, (InetAddress) null, port, "http", "realm", "basic",
                null, type);
        return known == null ? null : known.getUserName() + "/" + new String(known.getPassword());
    }

    @Test
    void takesAProxyFromTheEnvironmentAndKeepsItsPasswordOutOfTheSystemProperties() {
        ProxyEnvironment.apply(Map.of("HTTPS_PROXY", "http://ann:s%40cret+1@proxy.corp:3128"), system);

        assertThat(system.getProperty("https.proxyHost")).isEqualTo("proxy.corp");
        assertThat(system.getProperty("https.proxyPort")).isEqualTo("3128");
        assertThat(system.getProperty("http.proxyHost")).isNull();
        assertThat(system.getProperty("jdk.http.auth.tunneling.disabledSchemes")).isEmpty();
        assertThat(system.toString()).doesNotContain("cret");
        assertThat(passwordFor("proxy.corp", 3128, Authenticator.RequestorType.PROXY)).isEqualTo("ann/s@cret+1");
    }

    @Test
    void tellsThePasswordToThatProxyOnly() {
        ProxyEnvironment.apply(Map.of("https_proxy", "http://ann:secret@proxy.corp:3128"), system);

        assertThat(passwordFor("proxy.corp", 3128, Authenticator.RequestorType.SERVER)).isNull();
        assertThat(passwordFor("proxy.corp", 80, Authenticator.RequestorType.PROXY)).isNull();
        assertThat(passwordFor("other.corp", 3128, Authenticator.RequestorType.PROXY)).isNull();
    }

    @Test
    void letsJavasOwnPropertiesWin() {
        system.setProperty("https.proxyHost", "mine");
        system.setProperty("https.proxyPort", "1");
        system.setProperty("https.proxyUser", "u");
        system.setProperty("https.proxyPassword", "p");
        system.setProperty("http.nonProxyHosts", "x");
        system.setProperty("jdk.http.auth.tunneling.disabledSchemes", "Basic");

        ProxyEnvironment.apply(Map.of("HTTPS_PROXY", "http://proxy.corp:3128", "NO_PROXY", "a"), system);

        assertThat(system.getProperty("https.proxyHost")).isEqualTo("mine");
        assertThat(system.getProperty("http.nonProxyHosts")).isEqualTo("x");
        assertThat(system.getProperty("jdk.http.auth.tunneling.disabledSchemes")).isEqualTo("Basic");
        assertThat(passwordFor("mine", 1, Authenticator.RequestorType.PROXY)).isEqualTo("u/p");
    }

    @Test
    void goesPastTheProxyWhereNoProxySaysSo() {
        ProxyEnvironment.apply(Map.of("NO_PROXY", "internal, .corp.example,*.x.org 10.0.0.1"), system);
        assertThat(system.getProperty("http.nonProxyHosts"))
                .isEqualTo("internal|*.internal|corp.example|*.corp.example|x.org|*.x.org|10.0.0.1|*.10.0.0.1|localhost|127.*|[::1]");
    }

    @Test
    void ignoresWhatIsNoProxy() {
        for (String value : new String[] { "", " ", "http://", "::", "socks5://host:1", "http://a b" }) {
            ProxyEnvironment.apply(Map.of("HTTPS_PROXY", value), system);
            assertThat(system.getProperty("https.proxyHost")).as(value).isNull();
        }
    }

    @Test
    void takesAProxyWithoutSchemePortOrUser() {
        ProxyEnvironment.apply(Map.of("https_proxy", "proxy.corp", "http_proxy", "proxy.corp:8080"), system);
        assertThat(system.getProperty("https.proxyHost") + system.getProperty("https.proxyPort")).isEqualTo("proxy.corp80");
        assertThat(system.getProperty("http.proxyPort")).isEqualTo("8080");
    }

    @Test
    void knowsAUserOfJavasOwnPropertiesAtTheDefaultPortOfTheScheme() {
        system.setProperty("https.proxyHost", "Mine");
        system.setProperty("https.proxyUser", "u");
        system.setProperty("https.proxyPassword", "p");
        ProxyEnvironment.apply(Map.of(), system);
        assertThat(passwordFor("mine", 443, Authenticator.RequestorType.PROXY)).isEqualTo("u/p");

        system.setProperty("http.proxyHost", "mine");
        system.setProperty("http.proxyUser", "v");
        system.setProperty("http.proxyPassword", "q");
        ProxyEnvironment.apply(Map.of(), system);
        assertThat(passwordFor("mine", 80, Authenticator.RequestorType.PROXY)).isEqualTo("v/q");
    }

    @Test
    void takesAUserWithoutPasswordAndAPasswordWithoutUser() {
        ProxyEnvironment.apply(Map.of("https_proxy", "http://ann@a.corp:1", "http_proxy", "http://:secret@b.corp:2"), system);
        assertThat(passwordFor("a.corp", 1, Authenticator.RequestorType.PROXY)).isEqualTo("ann/");
        assertThat(passwordFor("b.corp", 2, Authenticator.RequestorType.PROXY)).isEqualTo("/secret");
    }
}
