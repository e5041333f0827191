package io.github.dingtalkcamel.component.dingtalk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.dingtalkcamel.component.file.AttachmentNames;
import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;
import io.github.dingtalkcamel.component.message.InboundMessage;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.converter.stream.FileInputStreamCache;
import org.apache.camel.converter.stream.InputStreamCache;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * {@code dingtalk:download}: an attachment of a message as a stream that can be read again. A small one is kept in memory, a larger one
 * in a temporary file that is deleted with the exchange; it was opened before, so that a caller of a {@code ProducerTemplate}, who gets
 * the exchange when it has completed, reads it as well (where the system lets an open file be deleted).
 */
record DownloadOperation(Api api, DingTalkConfiguration uri) implements Operation {

    private static final long MAX_BYTES = 100L << 20;
    /** As Camel's stream caching, which spools larger ones. */
    private static final long IN_MEMORY_BYTES = 128 << 10;
    private static final Duration SLOWEST = Duration.ofMinutes(5);
    private static final AttachmentNames NAMES = new AttachmentNames(InstantSource.system());

    @Override
    public CompletableFuture<?> perform(Exchange exchange) throws IOException {
        InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
        Attachment attachment = attachment(exchange, message);
        String robotCode = message != null && message.robotCode() != null ? message.robotCode() : api.app().robotCode();
        return api.post(exchange, "/v1.0/robot/messageFiles/download", Map.of("downloadCode", attachment.downloadCode(), "robotCode",
                robotCode))
                .thenCompose(answer -> fetch(exchange, attachment, answer.path("downloadUrl").asText("")));
    }

    private Attachment attachment(Exchange exchange, InboundMessage message) {
        if (exchange.getMessage().getBody() instanceof Attachment attachment) {
            return attachment;
        }
        String code = new MessageOptions(exchange, uri).text(DingTalkConstants.DOWNLOAD_CODE, uri.getDownloadCode());
        if (code != null) {
            return message == null ? new Attachment(InboundMessage.AttachmentKind.FILE, code, null, null, null) : message.attachments()
                    .stream()
                    .filter(each -> each.downloadCode().equals(code)).findFirst()
                    .orElse(new Attachment(InboundMessage.AttachmentKind.FILE, code, null, null, null));
        }
        throw new IllegalArgumentException("dingtalk:download needs an attachment of " + InboundMessage.PROPERTY
                + " as the body, or option downloadCode, or header "
                + DingTalkConstants.DOWNLOAD_CODE);
    }

    private CompletableFuture<Void> fetch(Exchange exchange, Attachment attachment, String address) {
        Path file;
        try {
            file = Files.createTempFile("dingtalk-download", null);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                file.toFile().delete();
            }
        });
        return api.component().downloads().fetch(api.app(), address, file, MAX_BYTES, SLOWEST).thenAccept(done -> {
            try {
                exchange.getMessage().setHeader(Exchange.FILE_NAME, NAMES.of(attachment, file));
                exchange.getMessage().setBody(stream(file));
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
    }

    private static StreamCache stream(Path file) throws IOException {
        if (Files.size(file) <= IN_MEMORY_BYTES) {
            return new InputStreamCache(Files.readAllBytes(file));
        }
        FileInputStreamCache cache = new FileInputStreamCache(file.toFile());
        cache.available();
        return cache;
    }
}
