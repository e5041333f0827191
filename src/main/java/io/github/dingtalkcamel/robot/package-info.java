/** Custom group robots (protocol 6.2): one-way notifications by a robot's URL, never faster than DingTalk takes them. */
package io.github.dingtalkcamel.robot;
