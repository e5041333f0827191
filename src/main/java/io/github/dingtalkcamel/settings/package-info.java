/**
 * What an operator sets: read from the environment, {@code -D} and a file, and checked as a whole before anything starts.
 *
 * <p>{@link io.github.dingtalkcamel.settings.SettingCatalogue} declares every setting once; the reader, the check for misspelt names and
 * the documentation all use it. {@link io.github.dingtalkcamel.settings.SettingsReader} turns given text into {@link
 * io.github.dingtalkcamel.settings.Settings}, or reports every {@link io.github.dingtalkcamel.settings.SettingError} at once.
 *
 * <p>Used by every package of the application that has a setting; the component never uses it.
 */
package io.github.dingtalkcamel.settings;
