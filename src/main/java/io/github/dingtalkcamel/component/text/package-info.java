/**
 * Texts from outside, shortened and made fit to be shown in a log.
 *
 * <p>Used by the component's packages and by the application where such a text is stored, logged or shown.
 */
package io.github.dingtalkcamel.component.text;
