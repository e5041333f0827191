/**
 * The Camel component {@code dingtalk:}, for any Camel application: its options, consumers, and one class for each operation of its
 * producers. Called by Camel;
 * applications set {@link io.github.dingtalkcamel.component.dingtalk.DingTalkComponent} and read
 * {@link io.github.dingtalkcamel.component.dingtalk.DingTalkConstants}.
 */
package io.github.dingtalkcamel.component.dingtalk;
