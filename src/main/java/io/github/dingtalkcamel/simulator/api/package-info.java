/**
 * DingTalk's HTTP APIs, as far as robots use them: tokens, messages, files, cards, departments, reactions, recalls.
 *
 * <p>Called by applications under test, over HTTP. Each class serves one API and registers it at the gateway.
 */
package io.github.dingtalkcamel.simulator.api;
