package io.github.dingtalkcamel.component.message;
import java.util.ArrayList;
import java.util.List;

import io.github.dingtalkcamel.component.message.InboundMessage.Attachment;

/**
 * Reads rich text: items of text, pictures, mentions and emoji, in today's spelling, the old one and that of quotes (docs/protocol.md 3.3,
 * 3.4).
 *
 * @param forms   texts that replace items that are no text
 * @param mention whose mention to take off the head
 */
record RichTextReader(TextForms forms, BotMention mention) {

    Content read(Fields content) throws BadMessageException {
        List<Fields> items = content.objects("richText");
        if (items.isEmpty()) {
            items = content.objects("richTextList");
        }
        List<Item> parts = new ArrayList<>(items.size());
        for (Fields item : items) {
            parts.add(part(item));
        }
        return joined(withoutOwnMention(parts));
    }

    /** One item: its text, what it mentions, and what it attaches. */
    private record Item(Kind kind, String text, String mentionedId, List<Attachment> attachments) {

        enum Kind { TEXT, MENTION, OTHER }
    }

    private Item part(Fields item) throws BadMessageException {
        String type = item.firstText("type", "msgType");
        String text = item.firstPresentText("text", "content");
        if ("picture".equals(type) || type == null && text == null && item.value("downloadCode") != null) {
            Content picture = ContentReader.picture(item, forms.picture());
            return new Item(Item.Kind.OTHER, picture.text(), null, picture.attachments());
        }
        if ("at".equals(type)) {
            String name = item.firstText("atName", "text", "content");
            String shown = name == null ? "" : name.startsWith("@") ? name : "@" + name;
            return new Item(Item.Kind.MENTION, shown, item.id("atUserId"), List.of());
        }
        if (text != null) {
            return new Item(type == null || type.equalsIgnoreCase("text") ? Item.Kind.TEXT : Item.Kind.OTHER, text, null, List.of());
        }
        if (type == null || type.equalsIgnoreCase("text")) {
            return new Item(Item.Kind.OTHER, "", null, List.of());
        }
        Content other = isAttachment(type) ? new ContentReader(forms, mention).read(type, item)
                : Content.text(named(type, item));
        return new Item(Item.Kind.OTHER, other.text(), null, other.attachments());
    }

    private static boolean isAttachment(String type) {
        return type.equals("audio") || type.equals("video") || type.equals("file");
    }

    /** Emoji items have been seen, their fields have not been written down. */
    private String named(String type, Fields item) throws BadMessageException {
        String name = item.firstText("emoji", "emojiName", "name");
        return name == null ? forms.unknown(type) : name;
    }

    private List<Item> withoutOwnMention(List<Item> items) {
        int head = 0;
        while (head < items.size() && Blanks.trim(items.get(head).text).isEmpty() && items.get(head).attachments.isEmpty()) {
            head++;
        }
        if (head == items.size() || items.get(head).kind == Item.Kind.OTHER) {
            return items;
        }
        Item first = items.get(head);
        boolean elsewhere = items.stream().anyMatch(item -> item != first && mention.isRobot(item.mentionedId));
        boolean separated = head + 1 < items.size() && items.get(head + 1).kind == Item.Kind.TEXT;
        String rest;
        if (first.kind == Item.Kind.MENTION && first.mentionedId != null) {
            rest = mention.isRobot(first.mentionedId) ? "" : first.text;
        } else if (elsewhere) {
            rest = first.text;
        } else {
            rest = mention.takenOffPart(first.text, mentionsIn(items), separated || first.kind == Item.Kind.MENTION);
        }
        List<Item> without = new ArrayList<>(items);
        without.set(head, new Item(Item.Kind.TEXT, rest, null, first.attachments));
        return without;
    }

    private static int mentionsIn(List<Item> items) {
        return items.stream().filter(item -> item.kind != Item.Kind.OTHER)
                .mapToInt(item -> item.kind == Item.Kind.MENTION ? 1 : BotMention.mentionsIn(item.text)).sum();
    }

    private static Content joined(List<Item> items) {
        StringBuilder text = new StringBuilder();
        List<Attachment> attachments = new ArrayList<>();
        for (Item item : items) {
            text.append(item.text);
            attachments.addAll(item.attachments);
        }
        return new Content(text.toString(), attachments);
    }
}
