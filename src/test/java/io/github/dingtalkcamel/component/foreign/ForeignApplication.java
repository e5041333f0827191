package io.github.dingtalkcamel.component.foreign;
import java.util.Map;

import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/**
 * Another application, with nothing of ours but the component: an app key, an app secret and routes of its own. Run by {@link
 * ComponentJarIT} in a JVM of its own.
 * <p>
 * A message {@code go} is replied to; then a message is sent and recalled, and a card created and updated.
 */
public final class ForeignApplication {

    private ForeignApplication() {
    }

    /** @param arguments the address of DingTalk, an app key and an app secret */
    public static void main(String[] arguments) throws Exception {
        String app = "appKey=" + arguments[1] + "&appSecret=" + arguments[2] + "&apiBaseUrl=" + arguments[0] + "&oapiBaseUrl="
                + arguments[0];
        DefaultCamelContext context = new DefaultCamelContext();
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("dingtalk:messages?" + app).routeId("foreign")
                        .setBody(simple("you said: ${body}"))
                        .to("dingtalk:reply?" + app)
                        .setBody(constant("sent"))
                        .to("dingtalk:send?recipientId=staff002&" + app)
                        .to("dingtalk:recall?" + app)
                        .removeHeaders("CamelDingTalk*")
                        .setBody(constant(Map.of("status", "open", "title", "Card")))
                        .to("dingtalk:card?cardTemplateId=tpl.schema&outTrackId=foreign-card&recipientId=staff003&" + app)
                        .setBody(constant(Map.of("status", "closed")))
                        .to("dingtalk:card?operation=update&outTrackId=foreign-card&" + app)
                        .process(exchange -> System.out.println("DONE"));
            }
        });
        context.start();
        System.out.println("STARTED " + context.getRoutes().stream().map(route -> route.getRouteId()).toList());
        Thread.currentThread().join();
    }
}
