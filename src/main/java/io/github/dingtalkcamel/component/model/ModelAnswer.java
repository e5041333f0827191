package io.github.dingtalkcamel.component.model;

/**
 * What a model answered.
 *
 * @param text             not empty
 * @param cutOff           whether it ends early because maxTokens were used up
 * @param promptTokens     null where the provider does not say
 * @param completionTokens likewise
 */
record ModelAnswer(String text, boolean cutOff, Long promptTokens, Long completionTokens) {
}
