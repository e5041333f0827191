package io.github.dingtalkcamel.tool;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A tool, and what it takes: the only description of it, by which calls are checked and OpenAPI is made. Each tool is a route that begins
 * with {@code direct:tool-} and the tool's name. Routes of users add tools ({@link Tools}).
 */
public final class Tool {

    /** How long a call waits where it does not say. */
    static final int USUAL_TIMEOUT_MILLIS = 10_000;
    /** How many users a page has where the call does not say. */
    static final int USUAL_PAGE = 20;

    private static final String TITLE = "Title; made from the text where it is left out";
    private static final String MESSAGE_ID = "As the result of sending gave it";
    private static final Argument CARD = Argument.object("card", "The card, or a text that holds it as JSON").shaped("Card");
    private static final Argument MSG_KEY = Argument.text("msgKey", 100,
            "sampleText, sampleMarkdown, sampleActionCard2 …, or the id of a card's template, which ends in .schema");
    private static final Argument MSG_PARAM = Argument.object("msgParam", "The template's parameters, or a text that holds them as JSON");

    public static final Tool SEND_TEXT = sending("dingtalk_send_text_notification", "Sends a text",
            "Long ones become several messages.", """
            {"recipient_type":"user_id","recipient_id":["staff001","staff002"],"content":"Build 4711 is green","requestId":"build-4711"}""",
            Argument.text("content", "What is shown").needed());
    public static final Tool SEND_RICH = sending("dingtalk_send_rich_notification", "Sends markdown, a card, or any template",
            "Cards whose buttons call back are updatable; a click is the event card_callback.", """
            {"mode":"interactive","recipient_type":"chat_id","recipient_id":"cid…","card":{"title":"Deploy?","markdown":"**v2** is ready",
             "buttons":[{"title":"Deploy","action":"deploy"},{"title":"See","url":"https://ci.example/42"}]}}""",
            Argument.word("mode", List.of("markdown", "interactive", "template"), "What is sent: markdown, a card, or a template")
                    .needed(),
            Argument.text("title", 200, TITLE), Argument.text("markdown", "With mode markdown, or the card's text"), CARD, MSG_KEY,
            MSG_PARAM);
    public static final Tool SEND_FILE = sending("dingtalk_send_file", "Sends a file, a picture, sound or a film",
            "One of path, url and base64.", """
            {"recipient_type":"user_id","recipient_id":"staff001","base64":"SGVsbG8=","name":"hello.pdf"}""",
            Argument.text("path", 4_000, "A file below dingtalk.files-dir"),
            Argument.text("url", 4_000, "Where to fetch it, http or https"), Argument.text("base64", 32 << 20, "The file itself"),
            Argument.text("name", 255, "Its name, with the ending that says what it is"));
    public static final Tool UPDATE = packaged("dingtalk_update_message", "Updates a message", "A card is changed where it is,"
            + " and of it only what is given; anything else is recalled and sent anew, which the result calls degraded.", """
            {"messageId":"pqk…","mode":"text","content":"Build 4711 is red after all"}""",
            Argument.text("messageId", 512, MESSAGE_ID).needed(),
            Argument.word("mode", List.of("text", "interactive", "template"), "What the message becomes").needed(),
            Argument.text("title", 200, TITLE), Argument.text("content", "With mode text"),
            Argument.text("markdown", "The card's text"), CARD, MSG_KEY, MSG_PARAM);
    public static final Tool RECALL = packaged("dingtalk_recall_message", "Recalls a message",
            "From all who have got it; the result names them. Not after 24 h.", """
            {"messageId":"pqk…"}""",
            Argument.text("messageId", 512, MESSAGE_ID).needed());
    public static final Tool LIST_USERS = packaged("dingtalk_list_users", "Lists the people of the organisation",
            "A page of data.users, and data.nextPageToken for the next.", """
            {"keyword":"Zhang"}""",
            Argument.text("keyword", 100, "Part of the name"), Argument.number("pageSize", 1, 100, "Users in a page").usually(USUAL_PAGE),
            Argument.text("pageToken", 2_000, "nextPageToken of the page before"),
            Argument.number("departmentId", 1, Integer.MAX_VALUE, "Only this department and those below it"),
            Argument.word("language", List.of("zh_CN", "en_US"), "Language of names"));

    private static final List<Tool> PACKAGED = List.of(SEND_TEXT, SEND_RICH, SEND_FILE, UPDATE, RECALL, LIST_USERS);

    private final String wireName;
    private final String summary;
    private final String description;
    private final String example;
    private final boolean sending;
    private final boolean added;
    private final List<Argument> arguments;

    private Tool(String wireName, String summary, String description, String example, boolean sending, boolean added, List<Argument> own) {
        this.wireName = wireName;
        this.summary = summary;
        this.description = description;
        this.example = example;
        this.sending = sending;
        this.added = added;
        List<Argument> all = new ArrayList<>(own);
        if (sending) {
            all.add(Argument.word("recipient_type", RecipientType.names(), "What recipient_id is. Left out together with it: the default"
                    + " recipient of the settings. open_id: the sender id of a person who has written to the bot"));
            all.add(Argument.texts("recipient_id", "One recipient or a list of at most " + ToolCalls.MOST_RECIPIENTS
                    + "; each gets it once. For webhook a custom robot's URL, or left out for that of the settings"));
            all.add(Argument.object("at", "The users that the message mentions, or a text that holds it as JSON. Only custom robots"
                    + " (recipient_type webhook) can, in text, markdown and cards with buttons; results of others have a hint")
                    .shaped("At"));
        }
        all.add(Argument.text("integrationId", 64, "Which DingTalk app").usually("main"));
        all.add(Argument.number("timeoutMs", 100, 600_000, "How long to wait for DingTalk. What has begun by then continues, and its"
                + " outcome is reported as unknown; what has not begun is not sent").usually(USUAL_TIMEOUT_MILLIS));
        all.add(Argument.text("requestId", 128, "The same id within 24 h gives the first result again and sends nothing. With other"
                + " arguments it is refused with 409"));
        all.add(Argument.state("Where {{path.to[0].value}} in any text of the request is looked up. Without it texts are left alone"));
        arguments = List.copyOf(all);
    }

    private static Tool sending(String wireName, String summary, String description, String example, Argument... own) {
        return new Tool(wireName, summary, description, example, true, false, List.of(own));
    }

    private static Tool packaged(String wireName, String summary, String description, String example, Argument... own) {
        return new Tool(wireName, summary, description, example, false, false, List.of(own));
    }

    /** A tool of a user's route, which takes any arguments besides those of all tools. @param summary what it does */
    static Tool added(String wireName, String summary) {
        return new Tool(wireName, summary, "A tool of a route of this installation. The body that the route leaves is the result's data.",
                null, false, true, List.of());
    }

    /** The name in paths and results, and after {@code direct:tool-}. */
    public String wireName() {
        return wireName;
    }

    /** What it does, in a few words. */
    public String summary() {
        return summary;
    }

    /** More about what it does. */
    public String description() {
        return description;
    }

    /** Arguments as JSON, or null. */
    public String example() {
        return example;
    }

    /** Whether it takes recipients. */
    boolean sends() {
        return sending;
    }

    /** Whether it can't do without an app: a custom robot sends no files and lists no users. */
    boolean needsApp() {
        return this == SEND_FILE || this == LIST_USERS;
    }

    /** Whether a user's route adds it: it takes arguments of any name. */
    public boolean isAdded() {
        return added;
    }

    List<Argument> arguments() {
        return arguments;
    }

    Optional<Argument> argument(String name) {
        return arguments.stream().filter(argument -> argument.name().equals(name)).findFirst();
    }

    /** Whether it changes nothing at DingTalk. */
    public boolean isReadOnly() {
        return this == LIST_USERS;
    }

    /** Whether it changes or removes what was sent before. */
    public boolean isDestructive() {
        return this == UPDATE || this == RECALL;
    }

    /** The tools of this program. */
    static List<Tool> values() {
        return PACKAGED;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
