package io.github.dingtalkcamel.component.message;
import java.util.List;

import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;
import io.github.dingtalkcamel.component.message.InboundMessage.AttachmentKind;

/**
 * Reads the object {@code content} by the type of its message (docs/protocol.md 3.3).
 *
 * @param forms   texts that replace content that is no text
 * @param mention whose mention to take off the head of a rich text
 */
record ContentReader(TextForms forms, BotMention mention) {

    private static final String UNKNOWN_TO_ROBOTS = "unknownMsgType";

    /**
     * @param content null where DingTalk sent none: a type that is known has nothing to say then
     * @throws BadMessageException where one of its fields has the wrong type
     */
    Content read(String type, Fields content) throws BadMessageException {
        if (content == null) {
            return isKnown(type) ? Content.NONE : Content.text(forms.unknown(type));
        }
        return switch (type) {
            case "text", "reply" -> Content.text(content.firstText("text", "content"));
            case "richText" -> new RichTextReader(forms, mention).read(content);
            case "picture" -> picture(content, forms.picture());
            case "audio" -> audio(content);
            case "video" -> attached(AttachmentKind.VIDEO, content.code("downloadCode"), content, forms.video());
            case "file" -> attached(AttachmentKind.FILE, content.code("downloadCode"), content, forms.file(content.label("fileName")));
            case "interactiveCard" -> orUnknown(type, CardText.of(content.json()));
            case "chatRecord" -> orUnknown(type, joined(content.text("title"), content.text("summary")));
            case "markdown", "actionCard" -> orUnknown(type, content.firstText("text", "title"));
            case UNKNOWN_TO_ROBOTS -> unknownToRobots(content);
            default -> Content.text(forms.unknown(type));
        };
    }

    /** Whether the content of such messages means anything here. */
    static boolean reads(String type) {
        return type.equals(UNKNOWN_TO_ROBOTS) || isKnown(type);
    }

    private static boolean isKnown(String type) {
        return switch (type) {
            case "text", "reply", "richText", "picture", "audio", "video", "file",
                    "interactiveCard", "chatRecord", "markdown", "actionCard" -> true;
            default -> false;
        };
    }

    /** A type that DingTalk itself does not pass on to robots; it may say which. */
    private Content unknownToRobots(Fields content) throws BadMessageException {
        String type = content.firstText("unknownMsgType");
        return Content.text(forms.unknown(type == null ? UNKNOWN_TO_ROBOTS : type));
    }

    private Content audio(Fields content) throws BadMessageException {
        String speech = content.firstText("recognition");
        return attached(AttachmentKind.AUDIO, content.code("downloadCode"), content, speech == null ? forms.voice() : speech);
    }

    static Content picture(Fields content, String form) throws BadMessageException {
        String downloadCode = content.code("downloadCode");
        String code = downloadCode == null ? content.code("pictureDownloadCode") : downloadCode;
        return attached(AttachmentKind.PICTURE, code, content, form);
    }

    /** Without a code there is nothing to download, but still something to tell the agent of. */
    private static Content attached(AttachmentKind kind, String code, Fields content, String form) throws BadMessageException {
        if (code == null) {
            return Content.text(form);
        }
        return new Content(form, List.of(new Attachment(kind, code, content.label("fileName"), content.duration("duration"),
                content.label("videoType"))));
    }

    private Content orUnknown(String type, String text) {
        return Content.text(text == null || text.isBlank() ? forms.unknown(type) : text);
    }

    private static String joined(String title, String summary) {
        if (title == null || title.isBlank()) {
            return summary;
        }
        return summary == null || summary.isBlank() ? title : title + "\n" + summary;
    }
}
