/**
 * The integrations as the apps of the component {@code dingtalk}, their access tokens, and the proxy that the environment names.
 *
 * <p>Called by the routes, and used by the packages that send or receive.
 */
package io.github.dingtalkcamel.outbound;
