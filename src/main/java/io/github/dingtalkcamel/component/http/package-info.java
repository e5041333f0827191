/**
 * How an exception says what an HTTP server answers it with.
 *
 * <p>Used by every package whose exceptions can reach an HTTP client. It uses nothing of ours.
 */
package io.github.dingtalkcamel.component.http;
