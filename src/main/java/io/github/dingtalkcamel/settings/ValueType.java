package io.github.dingtalkcamel.settings;

/** How the text of a setting becomes its value. */
@FunctionalInterface
interface ValueType<T> {

    /** The value of a text that is not blank, as it was given: white space around it is the type's own affair. */
    T parse(String text) throws BadValue;
}
