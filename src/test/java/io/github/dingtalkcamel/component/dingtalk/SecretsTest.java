package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import io.github.dingtalkcamel.component.notify.NotificationCall;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.util.URISupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Secrets of options are not shown where Camel shows endpoints. */
class SecretsTest {

    private static final String SECRET = "hush-hush-1234567";
    private static final String TOKEN = "robot-token-7654321";

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    @Test
    void noMBeanShowsAnAppSecretOrARobotsUrl() throws Exception {
        bare.route(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:a").routeId("a").to("dingtalk:send?recipientId=staff001&appSecret=" + SECRET)
                        .to("dingtalk:robot?secret=SEC" + SECRET + "&webhookUrl=RAW(https://oapi.dingtalk.com/robot/send?access_token="
                        + TOKEN + ")");
                from("dingtalk:messages?appSecret=" + SECRET).routeId("b").to("direct:a");
            }
        });

        List<String> shown = new ArrayList<>();
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        for (ObjectName name : server.queryNames(new ObjectName("org.apache.camel:context=" + bare.context().getManagementName() + ",*"),
                null)) {
            shown.add(name.toString());
            for (MBeanAttributeInfo attribute : server.getMBeanInfo(name).getAttributes()) {
                try {
                    shown.add(name + " " + attribute.getName() + " = " + server.getAttribute(name, attribute.getName()));
                } catch (JMException | RuntimeException e) {
                    // not readable
                }
            }
        }
        bare.context().getEndpoints().forEach(endpoint -> shown.add(endpoint.toString()));

        assertThat(shown).anySatisfy(line -> assertThat(line).contains("dingtalk")).noneSatisfy(line -> assertThat(line).contains(SECRET))
                .noneSatisfy(line -> assertThat(line).contains(TOKEN));
    }

    @Test
    void camelMasksTheOptionsOfTheComponentAndTheKameletsInEitherOrder() throws Exception {
        new NotificationCall().setCamelContext(bare.context());
        assertMasksOurs();

        try (DefaultCamelContext other = new DefaultCamelContext()) {
            other.getComponent("dingtalk");
            other.start();
            assertMasksOurs();
            new NotificationCall().setCamelContext(other);
            assertMasksOurs();
        }
    }

    @Test
    void masksWhatTheApplicationMasksItself() throws Exception {
        try (DefaultCamelContext own = new DefaultCamelContext()) {
            own.getCamelContextExtension().setAdditionalSensitiveKeywords("pincode, colour");

            own.getComponent("dingtalk");
            own.start();

            assertThat(URISupport.sanitizeUri("x:y?pinCode=1234&a=b")).isEqualTo("x:y?pinCode=xxxxxx&a=b");
            assertThat(own.getCamelContextExtension().getAdditionalSensitiveKeywords()).contains("pincode", "colour", "webhookUrl");
            assertMasksOurs();
        }
    }

    private static void assertMasksOurs() {
        assertThat(URISupport.sanitizeUri("dingtalk:robot?webhookUrl=https%3A%2F%2Fx&secret=SECx&appSecret=y&title=T"))
                .isEqualTo("dingtalk:robot?webhookUrl=xxxxxx&secret=xxxxxx&appSecret=xxxxxx&title=T");
        assertThat(URISupport.sanitizeUri("kamelet:dingtalk-notify-sink?apiToken=a&mode=text&recipientId=https%3A%2F%2Fx%3Faccess_token%3Db"))
                .isEqualTo("kamelet:dingtalk-notify-sink?apiToken=xxxxxx&mode=text&recipientId=xxxxxx");
        assertThat(URISupport.sanitizeUri("kamelet:openai-agent-action?apiKey=a&model=b"))
                .isEqualTo("kamelet:openai-agent-action?apiKey=xxxxxx&model=b");
    }
}
