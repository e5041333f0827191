/**
 * The program: starts Camel with the settings, the store and every part that the routes name, and ends it in time.
 *
 * <p>Called by the Java virtual machine only. It may use every other package; no other package uses it.
 */
package io.github.dingtalkcamel;
