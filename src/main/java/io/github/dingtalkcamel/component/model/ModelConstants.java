package io.github.dingtalkcamel.component.model;

import org.apache.camel.spi.Metadata;

/** What the kamelet {@code openai-agent-action} leaves in headers beside the reply. */
public final class ModelConstants {

    @Metadata(label = "out", description = "Tokens that the prompt took, as the provider counts them", javaType = "Long")
    public static final String PROMPT_TOKENS = "CamelDingTalkPromptTokens";
    @Metadata(label = "out", description = "Tokens that the answer took, as the provider counts them", javaType = "Long")
    public static final String COMPLETION_TOKENS = "CamelDingTalkCompletionTokens";
    @Metadata(label = "out", description = "True where the reply ends early because maxTokens were used up", javaType = "Boolean")
    public static final String CUT_OFF = "CamelDingTalkReplyCutOff";
    /** Exchange property: what was said before, a list of maps with role, text, and senderNick where it is known; the oldest first. */
    public static final String HISTORY = "CamelDingTalkHistory";

    private ModelConstants() {
    }
}
