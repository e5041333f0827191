package io.github.dingtalkcamel.tool;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class RecipientSequencerTest {

    private final CamelContext context = new DefaultCamelContext();
    private final RecipientSequencer inOrder = new RecipientSequencer();
    private final List<String> gone = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws Exception {
        context.addService(inOrder);
        context.start();
    }

    @AfterEach
    void stop() throws Exception {
        context.close();
    }

    private Exchange enter(String name, String... people) {
        return enter(name, RecipientType.USER_ID, people);
    }

    private Exchange enter(String name, RecipientType type, String... ids) {
        ToolCall call = new ToolCall(Tool.SEND_TEXT, "main", JsonNodeFactory.instance.objectNode(),
                Arrays.stream(ids).map(id -> Target.of(type, id)).toList(), null, Duration.ofSeconds(10), "");
        Exchange exchange = new DefaultExchange(context);
        exchange.setProperty(ToolRun.PROPERTY, new ToolRun(call, Clock.systemUTC()));
        inOrder.process(exchange, sync -> gone.add(name));
        return exchange;
    }

    private static void end(Exchange exchange) {
        exchange.getExchangeExtension().handoverCompletions().forEach(each -> each.onComplete(exchange));
    }

    private void awaitGone(String... names) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(5)).until(() -> gone.size() >= names.length);
        assertThat(gone).containsExactly(names);
    }

    @Test
    void letsGoOnWhoIsFirstForAllOfItsRecipients() {
        Exchange a = enter("a", "x");
        Exchange b = enter("b", "x", "y");
        Exchange c = enter("c", "y", "z");
        Exchange d = enter("d", "w");
        assertThat(gone).containsExactly("a", "d");

        end(d);
        assertThat(gone).as("c is queued behind b, which waits for a").hasSize(2);
        end(a);
        awaitGone("a", "d", "b");
        end(b);
        awaitGone("a", "d", "b", "c");
        end(c);
        enter("e", "x", "y", "z");
        awaitGone("a", "d", "b", "c", "e");
    }

    @Test
    void aCallThatGivesUpWhileItWaitsDelaysNoOther() {
        Exchange a = enter("a", "x");
        Exchange b = enter("b", "x", "y");
        Exchange c = enter("c", "y");
        end(c);
        assertThat(gone).as("b is first for y, but not for x").containsExactly("a");
        enter("d", "y");
        end(b);
        awaitGone("a", "d");
        enter("e", "x");
        assertThat(gone).hasSize(2);
        end(a);
        awaitGone("a", "d", "e");
    }

    @Test
    void leavesTheOrderOfCustomRobotsToTheirQueue() {
        enter("a", RecipientType.WEBHOOK, "https://oapi.dingtalk.com/robot/send?access_token=t");
        enter("b", RecipientType.WEBHOOK, "https://oapi.dingtalk.com/robot/send?access_token=t");

        assertThat(gone).containsExactly("a", "b");
    }
}
