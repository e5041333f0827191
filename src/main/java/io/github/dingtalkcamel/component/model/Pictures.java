package io.github.dingtalkcamel.component.model;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.langchain4j.data.message.ImageContent;
import io.github.dingtalkcamel.component.message.InboundMessage;
import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;
import io.github.dingtalkcamel.component.message.InboundMessage.AttachmentKind;
import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.support.UnitOfWorkHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads the pictures of a message by {@code dingtalk:download}. One that can't be had is left out: its place in the text says that it
 * was there.
 */
final class Pictures implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Pictures.class);
    private static final int MOST = 4;
    private static final int MOST_BYTES = 8 << 20;

    private final Endpoint endpoint;
    private final AsyncProducer download;

    Pictures(CamelContext context) throws Exception {
        endpoint = context.getEndpoint("dingtalk:download");
        download = endpoint.createAsyncProducer();
        ServiceHelper.startService(download);
    }

    @Override
    public void close() {
        ServiceHelper.stopService(download);
    }

    /** Those of the message and of what it quotes, at most {@value #MOST}, of at most 8 MiB each. Never fails. */
    CompletableFuture<List<ImageContent>> of(Exchange exchange) {
        InboundMessage message = exchange.getProperty(InboundMessage.PROPERTY, InboundMessage.class);
        List<Attachment> wanted = new ArrayList<>();
        if (message != null) {
            wanted.addAll(message.attachments());
            if (message.quote() != null) {
                wanted.addAll(message.quote().attachments());
            }
        }
        CompletableFuture<List<ImageContent>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (Attachment picture : wanted.stream().filter(each -> each.kind() == AttachmentKind.PICTURE).limit(MOST).toList()) {
            all = all.thenCompose(before -> fetch(message, picture).handle((content, failure) -> {
                if (failure != null) {
                    LOG.warn("A picture of message {} is not shown to the model: {}", message.msgId(),
                            KnownSecrets.clean(failure.toString()));
                } else {
                    before.add(content);
                }
                return before;
            }));
        }
        return all;
    }

    private CompletableFuture<ImageContent> fetch(InboundMessage message, Attachment picture) {
        CompletableFuture<ImageContent> fetched = new CompletableFuture<>();
        Exchange call = endpoint.createExchange(ExchangePattern.InOut);
        call.setProperty(InboundMessage.PROPERTY, message);
        call.getMessage().setBody(picture);
        download.process(call, doneSync -> {
            try {
                if (call.getException() != null) {
                    throw call.getException();
                }
                fetched.complete(content(call));
            } catch (Exception e) {
                fetched.completeExceptionally(e);
            } finally {
                UnitOfWorkHelper.doneSynchronizations(call, call.getExchangeExtension().handoverCompletions());
            }
        });
        return fetched;
    }

    private static ImageContent content(Exchange call) throws IOException {
        try (InputStream in = call.getMessage().getMandatoryBody(InputStream.class)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException("it has more than " + (MOST_BYTES >> 20) + " MiB");
            }
            return ImageContent.from(Base64.getEncoder().encodeToString(bytes), type(bytes));
        } catch (org.apache.camel.InvalidPayloadException e) {
            throw new IOException(e);
        }
    }

    private static String type(byte[] bytes) throws IOException {
        if (startsWith(bytes, 0, 0x89, 'P', 'N', 'G')) {
            return "image/png";
        }
        if (startsWith(bytes, 0, 0xff, 0xd8, 0xff)) {
            return "image/jpeg";
        }
        if (startsWith(bytes, 0, 'G', 'I', 'F', '8')) {
            return "image/gif";
        }
        if (startsWith(bytes, 0, 'R', 'I', 'F', 'F') && startsWith(bytes, 8, 'W', 'E', 'B', 'P')) {
            return "image/webp";
        }
        throw new IOException("it is no PNG, JPEG, GIF or WebP");
    }

    private static boolean startsWith(byte[] bytes, int at, int... expected) {
        if (bytes.length < at + expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if ((bytes[at + i] & 0xff) != expected[i]) {
                return false;
            }
        }
        return true;
    }
}
