package io.github.dingtalkcamel.tool;

/**
 * A button of a card.
 *
 * @param title  what it says
 * @param url    what it opens, or null
 * @param action what it calls back with, as one of {@code actionIds} of the click, or null. A button has one of the two
 */
record Button(String title, String url, String action) {
}
