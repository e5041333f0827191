package io.github.dingtalkcamel.tool;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DownloadHosts;
import io.github.dingtalkcamel.component.api.FileException;
import io.github.dingtalkcamel.component.api.PublicAddresses;
import io.github.dingtalkcamel.component.file.AttachmentNames;
import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.settings.Integration;
import io.github.dingtalkcamel.settings.Settings;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.apache.camel.converter.stream.FileInputStreamCache;

/**
 * What people sent along with their messages (docs/protocol.md 3.5, 6.6.2). A message's attachments are handles; nothing is fetched until a
 * route asks for it with {@code direct:download-attachment}, and then only from DingTalk.
 */
public final class Attachments {

    /** Larger ones are refused. */
    static final long MAX_BYTES = 100L << 20;
    private static final Duration DEADLINE = Duration.ofMinutes(5);

    /** Exchange property that holds the attachment that is being fetched. */
    public static final String WANTED = "CamelDingTalkWantedAttachment";

    private final Settings settings;
    private final AttachmentNames names;
    private final Downloads fromConfigured = new Downloads(PublicAddresses::lookUp, any -> true, DEADLINE);
    private final Downloads fromDingTalk = new Downloads(PublicAddresses::lookUp, PublicAddresses::isPublic, DEADLINE);

    public Attachments(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.names = new AttachmentNames(clock);
    }

    /**
     * The attachment that is wanted: the body where it is one, else the message's first.
     *
     * @throws FileException where the message has none
     */
    public Attachment wanted(@Body Object body, @ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message) throws FileException {
        if (body instanceof Attachment one) {
            return one;
        }
        return message.attachments().stream().findFirst().orElseThrow(() -> new FileException("noAttachment", "The message has no attachment",
                "Look at ${exchangeProperty.CamelDingTalkMessage.attachments} before asking for one"));
    }

    /** What DingTalk is asked: the address of the attachment. */
    public Map<String, String> question(@ExchangeProperty(WANTED) Attachment attachment, @ExchangeProperty(InboundMessage.PROPERTY) InboundMessage message,
            @Variable("integration") String integration) {
        String robotCode = message.robotCode() != null ? message.robotCode()
                : settings.integration(integration).flatMap(Integration::robotCode).orElseThrow();
        return Map.of("downloadCode", attachment.downloadCode(), "robotCode", robotCode);
    }

    /**
     * The attachment's bytes, read from the disk, as often as they are wanted while the exchange lasts. The body is DingTalk's answer. The header
     * {@code CamelFileName} becomes a name that it can be stored under, whatever the sender called it.
     */
    public FileInputStreamCache content(Exchange exchange, @Body JsonNode answer, @ExchangeProperty(WANTED) Attachment attachment)
            throws FileException, IOException {
        URI uri = Downloads.uri(answer.path("downloadUrl").asText(""));
        Path file = SendFile.temporary(exchange);
        if (isConfigured(uri)) {
            fromConfigured.fetch(uri, this::isConfigured, MAX_BYTES, file);
        } else {
            if (!mayHoldAttachments(uri)) {
                throw notDingTalks(uri);
            }
            fromDingTalk.fetch(uri, this::mayHoldAttachments, MAX_BYTES, file);
        }
        exchange.getMessage().setHeader(Exchange.FILE_NAME, names.of(attachment, file));
        return new FileInputStreamCache(file.toFile());
    }

    private boolean isConfigured(URI uri) {
        return isOrigin(settings.apiBaseUrl(), uri) || isOrigin(settings.oapiBaseUrl(), uri);
    }

    private static boolean isOrigin(URI base, URI uri) {
        return uri.getHost() != null && base.getScheme().equalsIgnoreCase(uri.getScheme()) && base.getHost().equalsIgnoreCase(uri.getHost())
               && base.getPort() == uri.getPort();
    }

    boolean mayHoldAttachments(URI uri) {
        return DownloadHosts.mayHoldAttachments(uri, settings.files().attachmentHosts());
    }

    private static FileException notDingTalks(URI uri) {
        return new FileException("urlRefused", "The attachment's host " + uri.getHost() + " is not one that attachments are fetched from",
                "If nobody but DingTalk puts files there, add it to dingtalk.attachment-hosts (DINGTALK_ATTACHMENT_HOSTS)");
    }
}
