package io.github.dingtalkcamel.component.dingtalk;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Configurer;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriParams;

/** The options of the component and its endpoints. */
@Configurer
@UriParams
public class DingTalkConfiguration implements Cloneable {
    @UriParam(label = "security", description = "App key (client id) of the DingTalk app")
    private String appKey;
    @UriParam(label = "security", secret = true, description = "App secret (client secret) of the DingTalk app")
    private String appSecret;
    @UriParam(label = "common",
              description = "Code of the app's robot. The app key where it is not set, which is right for the robots of internal apps.")
    private String robotCode;
    @UriParam(label = "common",
              description = "Name of an app that the application has set up, in the place of appKey, appSecret, robotCode and the base"
                            + " URLs. Needs an IntegrationLookup in the component; a producer without it and without appKey acts for the"
                            + " integration that received the exchange's message.")
    private String integration;
    @UriParam(label = "advanced", defaultValue = "https://api.dingtalk.com",
              description = "Where DingTalk's newer API is: another region, a gateway, or a simulator")
    private String apiBaseUrl = "https://api.dingtalk.com";
    @UriParam(label = "advanced", defaultValue = "https://oapi.dingtalk.com", description = "Where DingTalk's older API is")
    private String oapiBaseUrl = "https://oapi.dingtalk.com";
    @UriParam(label = "common", defaultValue = "15000", javaType = "java.time.Duration",
              description = "How long one call may take, its answer included. An upload gets another second for each 100,000 bytes.")
    private long timeout = 15_000;
    @UriParam(label = "common", defaultValue = "zh-Hans",
              description = "Language of the text in the place of pictures and files, and of names of users: zh-Hans or en")
    private String language = "zh-Hans";
    @UriParam(label = "consumer", defaultValue = "1",
              description = "Stream connections to keep open, 1 to 100. Consumers of one app with the same number share them.")
    private int connections = 1;
    @UriParam(label = "producer", defaultValue = "user_id",
              description = "How recipientId names its recipients. People named by union id or mobile number are looked up first.")
    private RecipientType recipientType = RecipientType.user_id;
    @UriParam(label = "producer",
              description = "The recipient, or several separated by commas. Header CamelDingTalkRecipientId may hold a list.")
    private String recipientId;
    @UriParam(label = "producer", defaultValue = "markdown",
              description = "Format of the body: text, markdown, or the name of one of DingTalk's message templates (msgKey) such as"
                            + " sampleActionCard, with the body as its parameters. For a custom robot: text, markdown, link, actionCard"
                            + " or feedCard.")
    private String format = "markdown";
    @UriParam(label = "producer",
              description = "Title of a markdown message, shown in notifications. The text's first heading or line where it is not set.")
    private String title;
    @UriParam(label = "producer",
              description = "User ids of people to mention, separated by commas. By session webhook, custom robot and new cards in groups.")
    private String atUserIds;
    @UriParam(label = "producer",
              description = "Mobile numbers of people to mention, separated by commas. By session webhook and custom robot only.")
    private String atMobiles;
    @UriParam(label = "producer", defaultValue = "false",
              description = "Whether to mention all members of the group. By session webhook, custom robot and new cards in groups.")
    private boolean atAll;
    @UriParam(label = "producer", defaultValue = "true",
              description = "Whether a reply in a group begins with a mention of the person who asked")
    private boolean mentionSender = true;
    @UriParam(label = "producer", defaultValue = "6000",
              description = "Most characters of one message of a reply, 100 to 20000. A longer reply is sent in several messages.")
    private Integer maxMessageLength;
    @UriParam(label = "producer,security", secret = true, description = "URL of a custom robot, as its settings in the group show it")
    private String webhookUrl;
    @UriParam(label = "producer,security", secret = true,
              description = "Secret of a custom robot that asks for signatures; it begins with SEC")
    private String secret;
    @UriParam(label = "producer", defaultValue = "create",
              description = "What to do with a card. create: make it and deliver it; the body holds its variables. update: change the"
                            + " variables in the body and leave the others. stream: show the body as the text of one variable.")
    private CardAction operation = CardAction.create;
    @UriParam(label = "producer", description = "Id of the card's template, which ends in .schema")
    private String cardTemplateId;
    @UriParam(label = "producer",
              description = "Id of the card, chosen by the sender and used once. Made by the component where a new card has none.")
    private String outTrackId;
    @UriParam(label = "producer", defaultValue = "content", description = "The card's variable that is streamed")
    private String streamVariable = "content";
    @UriParam(label = "producer", defaultValue = "false", description = "Whether the streamed text is complete")
    private boolean streamFinished;
    @UriParam(label = "producer", defaultValue = "false", description = "Whether the card shows that its text could not be completed")
    private boolean streamFailed;
    @UriParam(label = "producer",
              description = "Ids of messages to recall, separated by commas, from header CamelDingTalkSentMessageId of send")
    private String sentMessageId;
    @UriParam(label = "producer", enums = "image,voice,video,file",
              description = "Kind of the uploaded file. Derived from the file's name where it is not set.")
    private String mediaType;
    @UriParam(label = "producer",
              description = "Name of the uploaded file, with its extension. CamelFileName or the file's own name where it is not set.")
    private String fileName;
    @UriParam(label = "producer", description = "Code of the attachment to download, in the place of an attachment in the body")
    private String downloadCode;
    @UriParam(label = "producer,advanced",
            description = "Hosts beside DingTalk's own that attachments may be downloaded from, separated by commas")
    private String attachmentHosts;
    @UriParam(label = "producer",
              description = "Lists only people with this text in their name, an id, title, job number or e-mail address")
    private String keyword;
    @UriParam(label = "producer", defaultValue = "1",
              description = "Department whose people are listed, with those of all departments below it. 1 is the organisation.")
    private long departmentId = 1;
    @UriParam(label = "producer",
              description = "Path to call, with its query. Paths such as /v1.0/… belong to apiBaseUrl, all others to oapiBaseUrl.")
    private String path;
    @UriParam(label = "producer", defaultValue = "POST", enums = "GET,POST,PUT,DELETE,PATCH", description = "HTTP method of the call")
    private String httpMethod = "POST";

    /** An independent copy. */
    public DingTalkConfiguration copy() {
        try {
            return (DingTalkConfiguration) clone();
        } catch (CloneNotSupportedException e) {
            throw new RuntimeCamelException(e);
        }
    }

    public String getAppKey() {
        return appKey;
    }

    public void setAppKey(String appKey) {
        this.appKey = appKey;
    }

    public String getAppSecret() {
        return appSecret;
    }

    public void setAppSecret(String appSecret) {
        this.appSecret = appSecret;
    }

    public String getRobotCode() {
        return robotCode;
    }

    public void setRobotCode(String robotCode) {
        this.robotCode = robotCode;
    }

    public String getIntegration() {
        return integration;
    }

    public void setIntegration(String integration) {
        this.integration = integration;
    }

    public String getApiBaseUrl() {
        return apiBaseUrl;
    }

    public void setApiBaseUrl(String apiBaseUrl) {
        this.apiBaseUrl = apiBaseUrl;
    }

    public String getOapiBaseUrl() {
        return oapiBaseUrl;
    }

    public void setOapiBaseUrl(String oapiBaseUrl) {
        this.oapiBaseUrl = oapiBaseUrl;
    }

    public long getTimeout() {
        return timeout;
    }

    public void setTimeout(long timeout) {
        this.timeout = timeout;
    }

    public String getLanguage() {
        return language;
    }

    public void setLanguage(String language) {
        this.language = language;
    }

    public int getConnections() {
        return connections;
    }

    public void setConnections(int connections) {
        this.connections = connections;
    }

    public RecipientType getRecipientType() {
        return recipientType;
    }

    public void setRecipientType(RecipientType recipientType) {
        this.recipientType = recipientType;
    }

    public String getRecipientId() {
        return recipientId;
    }

    public void setRecipientId(String recipientId) {
        this.recipientId = recipientId;
    }

    public String getFormat() {
        return format;
    }

    public void setFormat(String format) {
        this.format = format;
    }

    public String getTitle() {
        return title;
    }

    public void setTitle(String title) {
        this.title = title;
    }

    public String getAtUserIds() {
        return atUserIds;
    }

    public void setAtUserIds(String atUserIds) {
        this.atUserIds = atUserIds;
    }

    public String getAtMobiles() {
        return atMobiles;
    }

    public void setAtMobiles(String atMobiles) {
        this.atMobiles = atMobiles;
    }

    public boolean isAtAll() {
        return atAll;
    }

    public void setAtAll(boolean atAll) {
        this.atAll = atAll;
    }

    public boolean isMentionSender() {
        return mentionSender;
    }

    public void setMentionSender(boolean mentionSender) {
        this.mentionSender = mentionSender;
    }

    public Integer getMaxMessageLength() {
        return maxMessageLength;
    }

    public void setMaxMessageLength(Integer maxMessageLength) {
        this.maxMessageLength = maxMessageLength;
    }

    public String getWebhookUrl() {
        return webhookUrl;
    }

    public void setWebhookUrl(String webhookUrl) {
        this.webhookUrl = webhookUrl;
    }

    public String getSecret() {
        return secret;
    }

    public void setSecret(String secret) {
        this.secret = secret;
    }

    public CardAction getOperation() {
        return operation;
    }

    public void setOperation(CardAction operation) {
        this.operation = operation;
    }

    public String getCardTemplateId() {
        return cardTemplateId;
    }

    public void setCardTemplateId(String cardTemplateId) {
        this.cardTemplateId = cardTemplateId;
    }

    public String getOutTrackId() {
        return outTrackId;
    }

    public void setOutTrackId(String outTrackId) {
        this.outTrackId = outTrackId;
    }

    public String getStreamVariable() {
        return streamVariable;
    }

    public void setStreamVariable(String streamVariable) {
        this.streamVariable = streamVariable;
    }

    public boolean isStreamFinished() {
        return streamFinished;
    }

    public void setStreamFinished(boolean streamFinished) {
        this.streamFinished = streamFinished;
    }

    public boolean isStreamFailed() {
        return streamFailed;
    }

    public void setStreamFailed(boolean streamFailed) {
        this.streamFailed = streamFailed;
    }

    public String getSentMessageId() {
        return sentMessageId;
    }

    public void setSentMessageId(String sentMessageId) {
        this.sentMessageId = sentMessageId;
    }

    public String getMediaType() {
        return mediaType;
    }

    public void setMediaType(String mediaType) {
        this.mediaType = mediaType;
    }

    public String getFileName() {
        return fileName;
    }

    public void setFileName(String fileName) {
        this.fileName = fileName;
    }

    public String getDownloadCode() {
        return downloadCode;
    }

    public void setDownloadCode(String downloadCode) {
        this.downloadCode = downloadCode;
    }

    public String getKeyword() {
        return keyword;
    }

    public void setKeyword(String keyword) {
        this.keyword = keyword;
    }

    public long getDepartmentId() {
        return departmentId;
    }

    public void setDepartmentId(long departmentId) {
        this.departmentId = departmentId;
    }

    public String getPath() {
        return path;
    }

    public void setPath(String path) {
        this.path = path;
    }

    public String getHttpMethod() {
        return httpMethod;
    }

    public void setHttpMethod(String httpMethod) {
        this.httpMethod = httpMethod;
    }

    public String getAttachmentHosts() {
        return attachmentHosts;
    }

    public void setAttachmentHosts(String attachmentHosts) {
        this.attachmentHosts = attachmentHosts;
    }
}
