package io.github.dingtalkcamel.tool;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.github.dingtalkcamel.component.api.Failure;
import io.github.dingtalkcamel.component.api.FileException;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.turn.ReplyFile;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Takes the file of a call of {@code dingtalk_send_file} and makes the message that shows it, after the file, and a video's cover picture,
 * were uploaded. Media ids of the cover picture are kept, one for each integration: they do not expire (docs/protocol.md 6.6.1).
 */
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

    /**
     * The same for a file of an agent's reply.
     *
     * @throws FileException when it can't be had or DingTalk does not take it: nothing was sent
     */
    public OutgoingFile takeOfReply(Exchange exchange, @ExchangeProperty(ReplyFile.PROPERTY) ReplyFile file) throws FileException {
        Optional<String> name = Optional.ofNullable(file.name());
        if (file.path() != null) {
            return files.fromPath(file.path(), name);
        }
        if (file.url() != null) {
            return files.fromUrl(file.url(), name, temporary(exchange));
        }
        if (file.base64() != null) {
            return files.fromBase64(new ByteArrayInputStream(file.base64().getBytes(StandardCharsets.US_ASCII)), name, temporary(exchange));
        }
        throw new FileException(file.problem(), "An entry of header CamelDingTalkReplyFiles can't be sent",
                "Name each file by one of path, url and base64; at most 20 files, and 8 MiB of base64 together");
    }

    /** A file that is deleted with the exchange. */
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

    /** Whether the file is a video, and the picture that videos are shown with was not uploaded for the integration yet. */
    public boolean needsCover(@ExchangeProperty(OutgoingFile.PROPERTY) OutgoingFile file, @Variable("integration") String integration) {
        return file.isVideo() && !covers.containsKey(integration);
    }

    /** That picture. */
    public Path coverPicture(Exchange exchange) throws IOException {
        Path file = temporary(exchange);
        try (InputStream in = SendFile.class.getResourceAsStream("/" + COVER)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        return file;
    }

    /** Keeps that picture's media id. */
    public void keepCover(@Body String mediaId, @Variable("integration") String integration) {
        covers.put(integration, mediaId);
    }

    /** The message that shows the file. */
    public RobotMessage message(@ExchangeProperty(OutgoingFile.PROPERTY) OutgoingFile file, @Body String mediaId,
            @Variable("integration") String integration) {
        return new RobotMessage(OutgoingFiles.msgKey(file.media()), OutgoingFiles.msgParam(file, mediaId, covers.get(integration)));
    }

    /** The message that shows the file to its recipients. */
    public List<RobotMessage> messages(@ExchangeProperty(OutgoingFile.PROPERTY) OutgoingFile file, @Body String mediaId,
            @Variable("integration") String integration) {
        return List.of(message(file, mediaId, integration));
    }

    /** It could not be uploaded, so no recipient gets it. */
    public void failed(Exchange exchange, @ExchangeProperty(ToolRun.PROPERTY) ToolRun run) {
        run.failed(run.call().targets(), Problem.of(Failure.of(exchange, Exception.class)));
    }
}
