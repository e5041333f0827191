package io.github.dingtalkcamel.component.api;

/** Too many calls: distinguished from a missing permission by its code, since both are 403 (docs/protocol.md 7.1). */
public class ThrottledException extends RetryableException {

    /** Code where all calls of this machine's address are refused (docs/protocol.md 7.1). */
    public static final String BLOCKED = "blocked";

    public ThrottledException(String code, String message, String remedy, Throwable cause) {
        super(code, message, remedy, cause);
    }
}
