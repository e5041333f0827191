package io.github.dingtalkcamel.tool;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.FileException;
import io.github.dingtalkcamel.component.file.Media;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.hc.client5.http.entity.mime.HttpMultipartMode;
import org.apache.hc.client5.http.entity.mime.MultipartEntityBuilder;
import org.apache.hc.core5.http.HttpEntity;

/** What {@code send-file.camel.yaml} needs to know of files: take one, make the form that uploads it, and the message that shows it. */
public final class SendFile {

    private static final String COVER = "video-cover.png";

    private final OutgoingFiles files;
    private final Map<String, String> covers = new ConcurrentHashMap<>();

    public SendFile(Settings settings) {
        this.files = new OutgoingFiles(settings);
    }

    /**
     * The file that a call names by {@code path}, {@code url} or {@code base64}, looked at, and kept until the exchange is over.
     *
     * @throws ApiException naming the argument, when it can't be had or DingTalk does not take it: nothing was sent
     */
    public OutgoingFile take(Exchange exchange, @ExchangeProperty(ToolCall.PROPERTY) ToolCall call) throws ApiException {
        List<String> given = Stream.of("path", "url", "base64").filter(call.arguments()::has).toList();
        if (given.size() != 1) {
            throw ApiException.badRequest("bad_argument", given.isEmpty() ? "path is missing: say the file by one of path, url and base64"
                    : given.get(1) + " must not be there beside " + given.get(0) + ": say the file by one of path, url and base64");
        }
        String by = given.get(0);
        try {
            return switch (by) {
                case "path" -> files.fromPath(call.text(by).orElseThrow(), call.text("name"));
                case "url" -> files.fromUrl(call.text(by).orElseThrow(), call.text("name"), temporary(exchange));
                default -> files.fromBase64(call.encodedFile().orElseThrow(), call.text("name"), temporary(exchange));
            };
        } catch (FileException e) {
            throw ApiException.badRequest(e.code(), by + ": " + e.getMessage() + ". " + e.remedy());
        }
    }

    /** A file that goes when the exchange does. */
    static Path temporary(Exchange exchange) {
        try {
            Path file = Files.createTempFile("dingtalk-camel-", ".file");
            exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onDone(Exchange done) {
                    try {
                        Files.deleteIfExists(file);
                    } catch (IOException e) {
                        file.toFile().deleteOnExit();
                    }
                }
            });
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("There is no room for a temporary file in " + System.getProperty("java.io.tmpdir"), e);
        }
    }

    /** The form that uploads a file (docs/protocol.md 6.6.1), read from the disk as it is sent. */
    public HttpEntity form(@Body OutgoingFile file) {
        return MultipartEntityBuilder.create()
                // names are UTF-8, as browsers send them
                .setMode(HttpMultipartMode.LEGACY).setCharset(StandardCharsets.UTF_8)
                .addTextBody("type", file.media().type())
                .addPart("media", new PathBody(file.path(), file.name()))
                .build();
    }

    /** The media id out of the answer. */
    public String mediaId(@Body JsonNode answer) {
        // it is there: an answer without it was no success
        return answer.path("media_id").asText();
    }

    /**
     * The media id of the picture that films are shown with, or null while it has to be uploaded. Ids last for ever
     * (docs/protocol.md 6.6.1).
     */
    public String cover(@Variable("integration") String integration) {
        return covers.get(integration);
    }

    /** That picture. */
    public OutgoingFile coverPicture(Exchange exchange) throws IOException {
        Path file = temporary(exchange);
        try (InputStream in = SendFile.class.getResourceAsStream("/" + COVER)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return new OutgoingFile(file, COVER, Media.IMAGE, Duration.ZERO);
    }

    /** Keeps that picture's media id. */
    public String keepCover(@Body String mediaId, @Variable("integration") String integration) {
        covers.put(integration, mediaId);
        return mediaId;
    }

    /** The message that shows the file to its recipients. */
    public List<RobotMessage> messages(@ExchangeProperty(OutgoingFile.PROPERTY) OutgoingFile file, @Variable("mediaId") String mediaId,
            @Variable("coverId") String coverId) {
        return List.of(new RobotMessage(OutgoingFiles.msgKey(file.media()), OutgoingFiles.msgParam(file, mediaId, coverId)));
    }

    /** It could not be uploaded: nobody gets it. */
    public void failed(Exchange exchange, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        run.failed(run.call().targets(), Problem.of(Failure.of(exchange, Exception.class)));
    }
}
