package io.github.dingtalkcamel.component.stream;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.dingtalkcamel.component.api.HttpConnections;
import io.github.dingtalkcamel.component.api.OptionNames;
import io.github.dingtalkcamel.component.api.RobotAddress;
import io.github.dingtalkcamel.component.message.Delivery;
import io.github.dingtalkcamel.component.secrets.Secret;
import io.github.dingtalkcamel.integration.IntegrationApps;
import io.github.dingtalkcamel.settings.ProxyEnvironment;
import io.github.dingtalkcamel.settings.SettingsReader;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;

/** Opens a Stream connection and makes a REST call as the application does, in a JVM of its own: Java reads much of this only once. */
final class ProxyProbe {

    private ProxyProbe() {
    }

    public static void main(String[] args) throws Exception {
        ProxyEnvironment.apply(System.getenv(), System.getProperties());
        URI url = URI.create(args[0]);

        CountDownLatch heard = new CountDownLatch(1);
        WebSocketConnection.Events events = new WebSocketConnection.Events() {
            @Override
            public void opened(WebSocketConnection link) {
            }

            @Override
            public void text(String frame) {
                System.out.println("STREAM " + frame);
                heard.countDown();
            }

            @Override
            public void refused(String beginning, String reason) {
            }

            @Override
            public void pong() {
            }

            @Override
            public void closed(String reason) {
            }
        };
        Gateway gateway = new Gateway(HttpConnections.client(Duration.ofSeconds(10), null), new IntegrationApps(new SettingsReader(Map.of(),
                Map.of("dingtalk.app-key", "ding1", "dingtalk.app-secret", "hush", "dingtalk.api-base-url", url.toString()), Map.of(),
                text -> text, 17).read()).find("main").get(0),
                () -> EnumSet.allOf(Delivery.Kind.class), "test", Duration.ofSeconds(20));
        gateway.dial(events).get(30, TimeUnit.SECONDS);
        heard.await(30, TimeUnit.SECONDS);

        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.start();
            Exchange sent = context.createProducerTemplate().request("dingtalk:robot", exchange -> {
                exchange.setProperty(RobotAddress.PROPERTY, new RobotAddress("robot", URI.create(url + "/robot/send?access_token=x"),
                        Secret.UNSET, OptionNames.OF_URI));
                exchange.getMessage().setBody("hello");
            });
            System.out.println("REST " + (sent.getException() == null ? "done" : sent.getException()));
        }
        System.out.println("SHOWN " + System.getProperties());
        System.exit(0);
    }
}
