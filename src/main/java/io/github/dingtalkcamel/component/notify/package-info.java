/**
 * Notifications that another Camel application sends through a running dingtalk-camel, by the tools of its API.
 *
 * <p>Used by the kamelet {@code dingtalk-notify-sink}, whose HTTP call is camel-http's.
 */
package io.github.dingtalkcamel.component.notify;
