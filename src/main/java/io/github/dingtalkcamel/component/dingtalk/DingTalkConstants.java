package io.github.dingtalkcamel.component.dingtalk;
import org.apache.camel.spi.Metadata;

/** The headers of the component. Those of a producer's options win over the endpoint's URI. */
public final class DingTalkConstants {

    @Metadata(label = "consumer",
              description = "The integration that received the message, event or click; the app key where the endpoint names none",
              javaType = "String")
    public static final String INTEGRATION = "CamelDingTalkIntegration";
    @Metadata(label = "consumer", description = "The conversation's id", javaType = "String")
    public static final String CONVERSATION_ID = "CamelDingTalkConversationId";
    @Metadata(label = "consumer", description = "The kind of conversation", javaType = "String", enums = "dm,group")
    public static final String CONVERSATION_TYPE = "CamelDingTalkConversationType";
    @Metadata(label = "consumer", description = "The group's name", javaType = "String")
    public static final String CONVERSATION_TITLE = "CamelDingTalkConversationTitle";
    @Metadata(label = "consumer",
              description = "User id (staff id) of the sender, or of the person who clicked; missing for people outside the organisation",
              javaType = "String")
    public static final String SENDER_ID = "CamelDingTalkSenderId";
    @Metadata(label = "consumer", description = "The sender's name as shown", javaType = "String")
    public static final String SENDER_NICK = "CamelDingTalkSenderNick";
    @Metadata(label = "consumer", description = "DingTalk's id of the message, the same on each redelivery", javaType = "String")
    public static final String MESSAGE_ID = "CamelDingTalkMessageId";
    @Metadata(label = "consumer",
              description = "DingTalk's msgtype, such as text, richText, picture, audio, video and file", javaType = "String")
    public static final String MESSAGE_TYPE = "CamelDingTalkMessageType";
    @Metadata(label = "consumer", description = "DingTalk's name of the kind of event, such as user_add_org", javaType = "String")
    public static final String EVENT_TYPE = "CamelDingTalkEventType";
    @Metadata(label = "consumer", description = "Id of the event, the same on each redelivery", javaType = "String")
    public static final String EVENT_ID = "CamelDingTalkEventId";

    @Metadata(label = "producer", description = "Option recipientType", javaType = "String", enums = "user_id,union_id,mobile,chat_id")
    public static final String RECIPIENT_TYPE = "CamelDingTalkRecipientType";
    @Metadata(label = "producer", description = "Option recipientId: one id, several separated by commas, or a list", javaType = "Object")
    public static final String RECIPIENT_ID = "CamelDingTalkRecipientId";
    @Metadata(label = "producer", description = "Option format", javaType = "String")
    public static final String FORMAT = "CamelDingTalkFormat";
    @Metadata(label = "producer", description = "Option title", javaType = "String")
    public static final String TITLE = "CamelDingTalkTitle";
    @Metadata(label = "producer", description = "Option atUserIds: a list, ids separated by commas, or for a card a map from ids to names",
            javaType = "Object")
    public static final String AT_USER_IDS = "CamelDingTalkAtUserIds";
    @Metadata(label = "producer", description = "Option atMobiles: a list, or numbers separated by commas", javaType = "Object")
    public static final String AT_MOBILES = "CamelDingTalkAtMobiles";
    @Metadata(label = "producer", description = "Option atAll", javaType = "Boolean")
    public static final String AT_ALL = "CamelDingTalkAtAll";
    @Metadata(label = "producer", description = "Option mentionSender", javaType = "Boolean")
    public static final String MENTION_SENDER = "CamelDingTalkMentionSender";
    @Metadata(label = "producer",
              description = "Key by which DingTalk shows a message of a webhook once, however often it is sent",
              javaType = "String")
    public static final String MSG_UUID = "CamelDingTalkMsgUuid";
    @Metadata(label = "producer", description = "Option operation of a card", javaType = "String", enums = "create,update,stream")
    public static final String OPERATION = "CamelDingTalkOperation";
    @Metadata(label = "producer", description = "Option cardTemplateId", javaType = "String")
    public static final String CARD_TEMPLATE_ID = "CamelDingTalkCardTemplateId";
    @Metadata(description = "Option outTrackId; set by a consumer of cards to the card that was clicked", javaType = "String")
    public static final String OUT_TRACK_ID = "CamelDingTalkOutTrackId";
    @Metadata(label = "producer", description = "Option streamVariable", javaType = "String")
    public static final String STREAM_VARIABLE = "CamelDingTalkStreamVariable";
    @Metadata(label = "producer", description = "Option streamFinished", javaType = "Boolean")
    public static final String STREAM_FINISHED = "CamelDingTalkStreamFinished";
    @Metadata(label = "producer", description = "Option streamFailed", javaType = "Boolean")
    public static final String STREAM_FAILED = "CamelDingTalkStreamFailed";
    @Metadata(label = "producer",
              description = "Set by send, reply and card: the id of what was sent, or a list of several. Read by recall",
              javaType = "Object")
    public static final String SENT_MESSAGE_ID = "CamelDingTalkSentMessageId";
    @Metadata(label = "producer", description = "Set by reply: how its last message was sent", javaType = "String",
              enums = "sessionWebhook,robotApi")
    public static final String CHANNEL = "CamelDingTalkChannel";
    @Metadata(label = "producer",
              description = "Set by send and card, also where they fail: a list of the recipients that did not get it; missing where all"
                      + " got it",
                      javaType = "List")
    public static final String FAILED_RECIPIENTS = "CamelDingTalkFailedRecipients";
    @Metadata(label = "producer",
              description = "Set with CamelDingTalkFailedRecipients: a map from each of these recipients to the reason", javaType = "Map")
    public static final String FAILURE_REASONS = "CamelDingTalkFailureReasons";
    @Metadata(label = "producer", description = "Option mediaType", javaType = "String", enums = "image,voice,video,file")
    public static final String MEDIA_TYPE = "CamelDingTalkMediaType";
    @Metadata(label = "producer", description = "Option fileName", javaType = "String")
    public static final String FILE_NAME = "CamelDingTalkFileName";
    @Metadata(label = "producer", description = "Option downloadCode", javaType = "String")
    public static final String DOWNLOAD_CODE = "CamelDingTalkDownloadCode";
    @Metadata(label = "producer", description = "Option keyword", javaType = "String")
    public static final String KEYWORD = "CamelDingTalkKeyword";
    @Metadata(label = "producer", description = "Option departmentId", javaType = "Long")
    public static final String DEPARTMENT_ID = "CamelDingTalkDepartmentId";
    @Metadata(label = "producer", description = "Option language", javaType = "String")
    public static final String LANGUAGE = "CamelDingTalkLanguage";
    @Metadata(label = "producer", description = "Option path", javaType = "String")
    public static final String PATH = "CamelDingTalkPath";
    @Metadata(label = "producer", description = "Option httpMethod", javaType = "String", enums = "GET,POST,PUT,DELETE,PATCH")
    public static final String HTTP_METHOD = "CamelDingTalkHttpMethod";

    private DingTalkConstants() {
    }
}
