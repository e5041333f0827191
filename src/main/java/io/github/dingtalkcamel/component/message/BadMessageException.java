package io.github.dingtalkcamel.component.message;

import io.github.dingtalkcamel.component.http.HttpError;

/**
 * A body that is not a message: not JSON, of neither form, or with a field missing or of the wrong type (docs/promises.md 4: status 400).
 *
 * <p>The message is for the caller: it names the field, what it was and what it should be. It never quotes what was sent, since that
 * may be large or secret.
 */
public final class BadMessageException extends Exception implements HttpError {

    /** What kind of fault, as the {@code code} of an error body. */
    public enum Code {
        /** Not JSON at all, or something after it. */
        NOT_JSON("not_json"),
        /** JSON, but no object. */
        NOT_AN_OBJECT("not_an_object"),
        /** Nested deeper than {@link Body#MAX_DEPTH}. */
        TOO_DEEP("too_deep"),
        /** Larger than {@link Body#MAX_SIZE}, or with a name or number that is longer than any real one. */
        TOO_LARGE("too_large"),
        /** Neither a robot message nor an encrypted envelope. */
        NEITHER_FORM("neither_form"),
        /** A field is missing or wrong. */
        BAD_FIELD("bad_field");

        private final String wireName;

        Code(String wireName) {
            this.wireName = wireName;
        }

        /** As an error body has it. */
        public String wireName() {
            return wireName;
        }
    }

    private final Code code;

    BadMessageException(Code code, String message) {
        // no stack trace: any client may send bad bodies, at any rate
        super(message, null, false, false);
        this.code = code;
    }

    static BadMessageException field(String path, String was, String shouldBe) {
        return new BadMessageException(Code.BAD_FIELD, "the field " + path + " is " + was + "; it must be " + shouldBe);
    }

    @Override
    public int httpStatus() {
        return 400;
    }

    @Override
    public String errorCode() {
        return code.wireName();
    }

    /** The kind of fault. */
    public Code code() {
        return code;
    }
}
