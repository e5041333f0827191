/**
 * How an exception says what an HTTP server answers it with, and a bound for what a server answers.
 *
 * <p>Used by every package whose exceptions can reach an HTTP client, and by those that read answers as streams. It uses nothing of ours.
 */
package io.github.dingtalkcamel.component.http;
