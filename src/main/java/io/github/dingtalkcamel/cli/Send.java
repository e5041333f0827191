package io.github.dingtalkcamel.cli;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.encoding.TextFile;
import io.github.dingtalkcamel.observe.Unexpected;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.server.Refusals;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.NativeLibrary;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.tool.Problem;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * What the command {@code send} does: runs the tools' own routes, and ends. Files of the routes directory that replace a packaged file or
 * add the tool that is called are part of them. It starts no servers, no Stream connection and no turns, and can run beside a process that
 * does. Its store is its own and ends with it, so what it sends can't be updated or recalled later, and a custom robot's 20 messages a
 * minute are waited for, but not shared with other processes.
 */
public final class Send {

    private static final String EXTENSION = ".camel.yaml";
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;

    /** The route files that sending takes. */
    static final List<String> ROUTES = List.of("support-errors", "tool-call", "tool-send", "tool-deliver", "tool-send-file", "robot-queue");

    /** Those of further tools, for calls that name one of them. */
    static final Map<String, List<String>> FURTHER = Map.of("dingtalk_list_users", List.of("tool-list-users"),
            "dingtalk_update_message", List.of("tool-update", "tool-recall"), "dingtalk_recall_message", List.of("tool-recall"));

    private final Settings settings;
    private final Sending sending;
    private final PrintStream out;
    private final PrintStream errors;

    /** What binds the beans that the routes of tools name. */
    @FunctionalInterface
    public interface Sending {

        /** Binds them; what they hold is released when the result is closed. */
        AutoCloseable bind(CamelContext context, Settings settings, Store store, Clock clock) throws Exception;
    }

    /** With these settings, and what else sending needs. */
    public Send(Settings settings, Sending sending, PrintStream out, PrintStream errors) {
        // with a simulator, the one that a running process started is called
        String host = settings.simulatorHost();
        URI simulator = URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + settings.simulatorPort());
        this.sending = sending;
        this.settings = settings.simulator() ? settings.withBaseUrls(simulator, simulator) : settings;
        this.out = out;
        this.errors = errors;
    }

    /**
     * Calls the tools, one after the other.
     *
     * @return the exit status: 0 where every recipient got it, 1 where one did not, 2 for calls or settings that can't be used
     */
    int run(List<SendCommand.Call> calls) throws Exception {
        if (settings.integrations().stream().allMatch(integration -> integration.isInvented() && !integration.hasWebhook())) {
            errors.println("There is no app to send as: set dingtalk.app-key and dingtalk.app-secret"
                    + " (DINGTALK_APP_KEY, DINGTALK_APP_SECRET), or dingtalk.webhook (DINGTALK_WEBHOOK)");
            return WRONG_USE;
        }
        NativeLibrary.prepare(null);
        Path folder = Files.createTempDirectory("dingtalk-camel-send");
        try (Store store = Store.open("jdbc:sqlite:" + folder.resolve("send.db"), null, null);
                DefaultCamelContext context = new DefaultCamelContext()) {
            AutoCloseable bound = sending.bind(context, settings, store, Clock.systemUTC());
            context.getRegistry().bind("refusals", new Refusals());
            context.getRegistry().bind("unexpected", new Unexpected());
            context.addComponent("platform-http", new NoServer());
            context.getShutdownStrategy().setTimeout(1);
            context.getShutdownStrategy().setSuppressLoggingOnTimeout(true);
            load(context, calls.stream().map(SendCommand.Call::tool).distinct().toList());
            context.start();
            int status = DONE;
            try (ProducerTemplate producer = context.createProducerTemplate()) {
                for (SendCommand.Call call : calls) {
                    status = Math.max(status, call(context, producer, call));
                }
            } finally {
                bound.close();
            }
            return status;
        } finally {
            delete(folder);
        }
    }

    private void load(DefaultCamelContext context, List<String> tools) throws Exception {
        Set<String> packaged = new LinkedHashSet<>(ROUTES);
        tools.forEach(tool -> packaged.addAll(FURTHER.getOrDefault(tool, List.of())));
        for (String name : packaged) {
            PluginHelper.getRoutesLoader(context).loadRoutes(routes(context, name + EXTENSION));
        }
        List<RouteDefinition> before = List.copyOf(context.getRouteDefinitions());
        for (Path file : filesOf(tools)) {
            if (!packaged.contains(file.getFileName().toString().replace(EXTENSION, ""))) {
                PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.resolveResource(context, file.toUri().toString()));
            }
        }
        // timers and other consumers are no part of a call
        context.getRouteDefinitions().stream().filter(route -> !before.contains(route))
                .filter(route -> !route.getInput().getEndpointUri().startsWith("direct:")).forEach(route -> route.setAutoStartup("false"));
    }

    /** The files of the routes directory that have the route of a tool. */
    private List<Path> filesOf(List<String> tools) throws IOException {
        if (!Files.isDirectory(settings.routesDir())) {
            return List.of();
        }
        String names = tools.stream().map(Pattern::quote).collect(Collectors.joining("|"));
        Pattern route = Pattern.compile("direct:tool-(" + names + ")(?![\\w.-])");
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(settings.routesDir())) {
            for (Path file : files.filter(each -> each.getFileName().toString().matches("[^.].*\\.ya?ml")).sorted().toList()) {
                if (Files.isRegularFile(file) && route.matcher(TextFile.read(file)).find()) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    private Resource routes(CamelContext context, String file) {
        Path own = settings.routesDir().resolve(file);
        return ResourceHelper.resolveResource(context, Files.isRegularFile(own) ? own.toUri().toString() : "classpath:routes/" + file);
    }

    private int call(CamelContext context, ProducerTemplate producer, SendCommand.Call call) throws IOException {
        Exchange exchange = new DefaultExchange(context);
        exchange.setVariable("tool", call.tool());
        exchange.getMessage().setBody(call.arguments());
        producer.send("direct:tool", exchange);
        if (exchange.getException() != null) {
            ApiException refused = Failure.of(exchange, ApiException.class);
            errors.println(refused != null ? refused.getMessage()
                    : Problem.of(exchange.getException()).message() + ": " + KnownSecrets.clean(exchange.getException().toString()));
            return refused != null ? WRONG_USE : FAILED;
        }
        Map<?, ?> result = exchange.getMessage().getBody(Map.class);
        int status = DONE;
        if (result.get("error") instanceof Map<?, ?> why) {
            errors.println(shown(why));
            status = FAILED;
        }
        if (result.get("data") instanceof Map<?, ?> data && !data.isEmpty()) {
            out.println(Json.MAPPER.writeValueAsString(data));
        }
        for (Object each : (List<?>) result.get("results")) {
            status = Math.max(status, print((Map<?, ?>) each));
        }
        return status;
    }

    private int print(Map<?, ?> target) {
        if (Boolean.TRUE.equals(target.get("queued"))) {
            errors.println(target.get("target") + ": notInTime, not sent within --timeout: a custom robot accepts 20 messages a minute,"
                    + " from all processes together. Send less, or wait longer");
            return FAILED;
        }
        if (Boolean.TRUE.equals(target.get("success"))) {
            out.println(target.get("target") + ": sent");
            if (target.get("hint") != null) {
                errors.println(target.get("target") + ": " + target.get("hint"));
            }
            return DONE;
        }
        errors.println(target.get("target") + ": " + (target.get("error") instanceof Map<?, ?> why ? shown(why) : "failed"));
        return FAILED;
    }

    private static String shown(Map<?, ?> problem) {
        return problem.get("code") + ", " + problem.get("message") + ". " + problem.get("hint");
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            folder.toFile().deleteOnExit();
        }
    }

    /** In place of the HTTP server that routes name: no request ever comes. */
    private static final class NoServer extends DirectComponent {
        @Override
        protected void validateParameters(String uri, Map<String, Object> parameters, String optionPrefix) {
            // options of the server
        }
    }
}
