/**
 * JSON as both the component and the application read and write it, with one limit of nesting.
 *
 * <p>Used by every package that reads or writes JSON. The simulator has its own, so that each side checks the other.
 */
package io.github.dingtalkcamel.component.json;
