/**
 * Calls to DingTalk by the packaged routes.
 *
 * <p>Called by the routes and by the packages that send.
 */
package io.github.dingtalkcamel.outbound;
