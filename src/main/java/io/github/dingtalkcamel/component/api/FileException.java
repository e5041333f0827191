package io.github.dingtalkcamel.component.api;


/** A file that can't be had, or that DingTalk would not take. The message says which, without secrets; nothing was sent. */
public final class FileException extends RejectedException {

    public FileException(String code, String message, String remedy) {
        super(code, message, remedy, null);
    }
}
