/**
 * Files on their way to and from DingTalk: safe names, media types by content, sizes.
 *
 * <p>Used by everything that reads or sends a file. It uses no network.
 */
package io.github.dingtalkcamel.component.file;
