/**
 * What an operator sets: read from the environment, {@code -D} and a file, checked as a whole before anything starts
 * (contract 2 "wrong settings" and 3).
 *
 * <p>{@link io.github.dingtalkcamel.settings.SettingCatalogue} declares every setting once; the reader, the check for misspelt names and the
 * documentation all use it. {@link io.github.dingtalkcamel.settings.SettingsReader} turns given text into
 * {@link io.github.dingtalkcamel.settings.Settings}, or reports every {@link io.github.dingtalkcamel.settings.SettingError} at once.
 */
package io.github.dingtalkcamel.settings;
