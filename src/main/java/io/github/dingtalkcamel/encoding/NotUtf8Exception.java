package io.github.dingtalkcamel.encoding;
import java.nio.charset.CharacterCodingException;

/** Bytes that are not UTF-8 text. The message is complete: it names the source, the place, what the bytes look like, and the remedy. */
public class NotUtf8Exception extends CharacterCodingException {

    private static final long serialVersionUID = 1L;

    private final String message;

    NotUtf8Exception(String message) {
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }
}
