/**
 * Custom group robots: one-way notifications by a robot's URL, stored until they are sent, and never faster than DingTalk accepts them.
 *
 * <p>Called by the {@code robot-} routes and by the routes of tools that send to a robot.
 */
package io.github.dingtalkcamel.robot;
