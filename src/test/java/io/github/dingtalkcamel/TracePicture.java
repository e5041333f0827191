package io.github.dingtalkcamel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.dingtalkcamel.tracing.MemoryTraces;
import io.opentelemetry.sdk.trace.data.SpanData;

/**
 * Draws the trace of a real message as an SVG picture, docs/trace.svg: {@code scripts/trace-picture}. The message comes by the
 * webhook, its agent calls a service over HTTP, and the reply has two chunks.
 */
public final class TracePicture {

    private static final int ROW = 26;
    private static final int NAMES = 250;
    private static final int BARS = 560;
    private static final int TOP = 40;

    /** The service takes so long for an answer. */
    private static final Executor ANSWERING = CompletableFuture.delayedExecutor(40, TimeUnit.MILLISECONDS);

    private TracePicture() {
    }

    public static void main(String[] args) throws Exception {
        Path picture = Path.of(args.length == 0 ? "docs/trace.svg" : args[0]);
        Files.createDirectories(picture.toAbsolutePath().getParent());
        Files.writeString(picture, svg(trace()));
        System.out.println("Drew " + picture);
        System.exit(0);
    }

    private static List<SpanData> trace() throws Exception {
        HttpServer service = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        service.createContext("/", exchange -> ANSWERING.execute(() -> answer(exchange)));
        service.start();
        Map<String, String> settings = new HashMap<>(MemoryTraces.SETTINGS);
        settings.put("dingtalk.fallback-agent", "helpdesk");
        settings.put("dingtalk.max-message-length", "100");
        try (Bot bot = Bot.withSettings(settings).route("helpdesk.camel.yaml", """
                - route:
                    id: helpdesk
                    from:
                      uri: agent:helpdesk
                      steps:
                        - setHeader: { name: CamelHttpMethod, constant: POST }
                        - to: http://127.0.0.1:%d/ask
                """.formatted(service.getAddress().getPort())).start()) {
            // the first ones load classes
            for (int i = 0; i < 30; i++) {
                MemoryTraces.forget();
                bot.say("hello " + i);
                MemoryTraces.await(all -> all.stream().anyMatch(span -> span.getName().equals("turn")));
            }
            return MemoryTraces.all();
        } finally {
            service.stop(0);
        }
    }

    private static void answer(HttpExchange exchange) {
        byte[] reply = ("x".repeat(90) + "\n\n" + "y".repeat(90)).getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(200, reply.length);
            exchange.getResponseBody().write(reply);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String svg(List<SpanData> spans) {
        long begin = spans.get(0).getStartEpochNanos();
        long end = spans.stream().mapToLong(SpanData::getEndEpochNanos).max().orElseThrow();
        Map<String, Integer> depths = new HashMap<>();
        StringBuilder svg = new StringBuilder();
        int height = TOP + spans.size() * ROW + 10;
        svg.append(String.format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
                + " font-size=\"13\" role=\"img\">%n", NAMES + BARS + 80, height));
        svg.append("<title>The spans of a message: in, through the queue, to the agent, and out in two chunks</title>\n");
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        for (int tick = 0; tick <= 4; tick++) {
            int x = NAMES + BARS * tick / 4;
            svg.append(String.format(Locale.ROOT, "<line x1=\"%d\" y1=\"28\" x2=\"%d\" y2=\"%d\" stroke=\"#dddddd\"/>"
                    + "<text x=\"%d\" y=\"20\" text-anchor=\"middle\" fill=\"#555555\">%.1f ms</text>%n", x, x, height - 8, x,
                    (end - begin) / 1e6 * tick / 4));
        }
        int y = TOP;
        for (SpanData span : spans) {
            int depth = depths.getOrDefault(span.getParentSpanId(), -1) + 1;
            depths.put(span.getSpanId(), depth);
            double x = NAMES + BARS * (double) (span.getStartEpochNanos() - begin) / (end - begin);
            double width = Math.max(2, BARS * (double) (span.getEndEpochNanos() - span.getStartEpochNanos()) / (end - begin));
            svg.append(String.format(Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" fill=\"#222222\">%s</text><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\""
                    + " height=\"14\" rx=\"2\" fill=\"%s\"/><text x=\"%d\" y=\"%d\" fill=\"#555555\">%.1f ms</text>%n", 10 + depth * 16,
                    y + 12, span.getName(), x, y, width, color(span), NAMES + BARS + 10, y + 12,
                    (span.getEndEpochNanos() - span.getStartEpochNanos()) / 1e6));
            y += ROW;
        }
        return svg.append("</svg>\n").toString();
    }

    private static String color(SpanData span) {
        String component = span.getAttributes().asMap().toString();
        return component.contains("camel-dingtalk") ? "#1677ff" : component.contains("camel-agent") ? "#52a447"
                : component.contains("camel-http") ? "#d97706" : component.contains("camel-seda") ? "#8a63d2" : "#64748b";
    }
}
