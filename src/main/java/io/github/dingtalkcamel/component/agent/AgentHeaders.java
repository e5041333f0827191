package io.github.dingtalkcamel.component.agent;

/** Headers and properties that agents get with a message and answer with, beside those of the component {@code dingtalk:}. */
final class AgentHeaders {

    static final String AGENT = "CamelDingTalkAgent";
    static final String SESSION_ID = "CamelDingTalkSessionId";
    static final String PROMPT_TOKENS = "CamelDingTalkPromptTokens";
    static final String COMPLETION_TOKENS = "CamelDingTalkCompletionTokens";
    static final String REPLY_FILES = "CamelDingTalkReplyFiles";
    /** Exchange property. */
    static final String HISTORY = "CamelDingTalkHistory";

    private AgentHeaders() {
    }
}
