package io.github.dingtalkcamel.turn;

/**
 * What an agent answered.
 *
 * @param text             the reply before it is cut into chunks; null where there is none
 * @param promptTokens     as the agent reported, else 0
 * @param completionTokens as the agent reported, else 0
 */
record Answer(String text, long promptTokens, long completionTokens) {

    static final String PROPERTY = "CamelDingTalkAnswer";

    /** Without what it says. */
    @Override
    public String toString() {
        return "Answer[" + (text == null ? 0 : text.length()) + " characters]";
    }
}
