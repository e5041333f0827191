/**
 * The integrations of the settings as apps of the component {@code dingtalk}, and the state of their access tokens.
 *
 * <p>Called by the routes, and used by the packages that call DingTalk or report on an integration.
 */
package io.github.dingtalkcamel.integration;
