/**
 * Tools (contract 7): what other systems have DingTalk do. A call is checked whole before anything is sent, then run once, whoever asks how often; what
 * became of each recipient is told one by one. {@code tools.camel.yaml} says what happens.
 */
package io.github.dingtalkcamel.tool;
