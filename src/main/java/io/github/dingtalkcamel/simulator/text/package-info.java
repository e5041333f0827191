/**
 * Texts of the wire protocol: JSON, and random identifiers that look as DingTalk's do.
 *
 * <p>Used by every package of the simulator. It uses nothing of ours.
 */
package io.github.dingtalkcamel.simulator.text;
