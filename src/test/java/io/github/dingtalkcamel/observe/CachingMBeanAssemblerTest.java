package io.github.dingtalkcamel.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;

import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** Hawtio sees what it sees without it. */
class CachingMBeanAssemblerTest {

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

    private Map<String, String> mbeans(String name, boolean isCaching) throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            context.getCamelContextExtension().setName(name);
            if (isCaching) {
                context.getCamelContextExtension().setManagementMBeanAssembler(new CachingMBeanAssembler(context));
            }
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:one").routeId("one").description("first").setHeader("secret").constant("x").id("step1").log("one")
                            .id("step2").to("direct:two").id("step3");
                    from("direct:two").routeId("two").description("second").setHeader("other").constant("y").id("step4").log("two")
                            .id("step5").filter()
                            .constant(true).id("step6").to("log:x?marker=shown").id("step7");
                }
            });
            context.start();
            context.createProducerTemplate().sendBody("direct:one", "");
            Map<String, String> seen = new TreeMap<>();
            for (ObjectName each : server.queryNames(new ObjectName("org.apache.camel:context=" + name + ",*"), null)) {
                MBeanInfo info = server.getMBeanInfo(each);
                String type = each.getKeyProperty("type");
                String key = type + " " + each.getKeyProperty("name").replace(name, "NAME").replaceAll("0x[0-9a-f]+|\\(\\d+\\)", "");
                StringBuilder told = new StringBuilder(info.getClassName());
                Arrays.stream(info.getAttributes()).sorted((a, b) -> a.getName().compareTo(b.getName()))
                        .forEach(attribute -> told.append('\n').append(attribute));
                Arrays.stream(info.getOperations()).map(Object::toString).sorted()
                        .forEach(operation -> told.append('\n').append(operation));
                Arrays.stream(info.getNotifications()).map(Object::toString).sorted()
                        .forEach(notification -> told.append('\n').append(notification));
                if (type.equals("processors") || type.equals("routes")) {
                    for (MBeanAttributeInfo attribute : info.getAttributes()) {
                        if (attribute.getName().matches("ExchangesTotal|RouteId|ProcessorId|Description|EndpointUri|Destination")) {
                            told.append('\n').append(attribute.getName()).append(" = ")
                                    .append(server.getAttribute(each, attribute.getName()));
                        }
                    }
                }
                seen.merge(key, told.toString().replace(name, "NAME"), (a, b) -> a);
            }
            return seen;
        }
    }

    @Test
    void showsWhatCamelShows() throws Exception {
        Map<String, String> camels = mbeans("mbeans-of-camel", false);

        Map<String, String> ours = mbeans("mbeans-of-ours", true);

        assertThat(camels).containsKeys("processors \"step1\"", "processors \"step4\"", "routes \"one\"", "routes \"two\"");
        assertThat(camels.get("processors \"step4\"")).contains("ProcessorId = step4", "RouteId = two", "ExchangesTotal = 1");
        // it is a service of the context itself
        ours.remove("services CachingMBeanAssembler");
        assertThat(ours.keySet()).isEqualTo(camels.keySet());
        ours.forEach((key, told) -> assertThat(told).as(key).isEqualTo(camels.get(key)));
    }

    @Test
    void describesAClassOnce() throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            context.getCamelContextExtension().setManagementMBeanAssembler(new CachingMBeanAssembler(context));
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:one").setHeader("a").constant("x").id("step1").setHeader("b").constant("y").id("step2");
                }
            });
            context.start();
            String domain = "org.apache.camel:context=" + context.getManagementName() + ",type=processors,name=";

            MBeanInfo first = server.getMBeanInfo(new ObjectName(domain + "\"step1\""));
            MBeanInfo second = server.getMBeanInfo(new ObjectName(domain + "\"step2\""));

            assertThat(second.getAttributes()[0]).isSameAs(first.getAttributes()[0]);
        }
    }
}
