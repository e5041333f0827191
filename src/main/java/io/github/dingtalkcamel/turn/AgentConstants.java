package io.github.dingtalkcamel.turn;
import io.github.dingtalkcamel.component.dingtalk.DingTalkConstants;
import io.github.dingtalkcamel.component.model.ModelConstants;
import org.apache.camel.spi.Metadata;

/** Headers and properties that an agent gets and may set. */
public final class AgentConstants {

    @Metadata(description = "Id of the integration that the message came in by", javaType = "String")
    public static final String INTEGRATION = DingTalkConstants.INTEGRATION;
    @Metadata(description = "Conversation id", javaType = "String")
    public static final String CONVERSATION_ID = DingTalkConstants.CONVERSATION_ID;
    @Metadata(description = "dm or group", javaType = "String", enums = "dm,group")
    public static final String CONVERSATION_TYPE = DingTalkConstants.CONVERSATION_TYPE;
    @Metadata(description = "Name of the group", javaType = "String")
    public static final String CONVERSATION_TITLE = DingTalkConstants.CONVERSATION_TITLE;
    @Metadata(description = "Staff id of the sender; missing for people outside the organisation", javaType = "String")
    public static final String SENDER_ID = DingTalkConstants.SENDER_ID;
    @Metadata(description = "Name of the sender as shown", javaType = "String")
    public static final String SENDER_NICK = DingTalkConstants.SENDER_NICK;
    @Metadata(description = "DingTalk's id of the message", javaType = "String")
    public static final String MESSAGE_ID = DingTalkConstants.MESSAGE_ID;
    @Metadata(description = "DingTalk's msgtype", javaType = "String")
    public static final String MESSAGE_TYPE = DingTalkConstants.MESSAGE_TYPE;
    @Metadata(description = "Name of the agent that was chosen", javaType = "String")
    public static final String AGENT = "CamelDingTalkAgent";

    @Metadata(description = "Session of the conversation, or of the sender in it; /new starts the next", javaType = "String")
    public static final String SESSION_ID = "CamelDingTalkSessionId";
    @Metadata(label = "out", description = "Set by the agent: tokens that its prompt took, counted into the session", javaType = "Long")
    public static final String PROMPT_TOKENS = "CamelDingTalkPromptTokens";
    @Metadata(label = "out", description = "Set by the agent: tokens that its answer took, counted into the session", javaType = "Long")
    public static final String COMPLETION_TOKENS = "CamelDingTalkCompletionTokens";

    @Metadata(label = "out", description = "Set by the agent: true where its reply ends early, which the user is told",
            javaType = "Boolean")
    public static final String CUT_OFF = ModelConstants.CUT_OFF;
    @Metadata(label = "out", description =
            "Set by the agent: user ids that its reply mentions beside the asker, a list or comma-separated, where the channel can",
              javaType = "Object")
    public static final String AT_USER_IDS = DingTalkConstants.AT_USER_IDS;
    @Metadata(label = "out", description = "Set by the agent: mobile numbers that its reply mentions, a list or comma-separated",
            javaType = "Object")
    public static final String AT_MOBILES = DingTalkConstants.AT_MOBILES;
    @Metadata(label = "out", description = "Set by the agent: true where its reply mentions everyone in the group", javaType = "Boolean")
    public static final String AT_ALL = DingTalkConstants.AT_ALL;

    @Metadata(label = "out", description =
            "Set by the agent: files that are sent after its reply, in order, a list of maps with one of path, url and base64,"
            + " and name", javaType = "java.util.List")
    public static final String REPLY_FILES = "CamelDingTalkReplyFiles";

    /**
     * Exchange property: the history of the session, a list of maps with role, text and at, the oldest first. Entries with the role
     * user also
     * have senderId (staff id) and senderNick, where DingTalk gives them. What tools sent into the conversation has the role assistant.
     */
    public static final String HISTORY = "CamelDingTalkHistory";

    private AgentConstants() {
    }
}
