/**
 * The Camel component {@code dingtalk:}, for any Camel application: its options, consumers, and one class for each operation of its
 * producers. Applications set {@link io.github.dingtalkcamel.component.dingtalk.DingTalkComponent} and read
 * {@link io.github.dingtalkcamel.component.dingtalk.DingTalkConstants}.
 *
 * <p>Called by Camel.
 */
package io.github.dingtalkcamel.component.dingtalk;
