package io.github.dingtalkcamel.server;

import io.github.dingtalkcamel.component.http.HttpError;

/**
 * A request of the API that can't be done as it was made. The message is for the caller: what was wrong and what to do, and nothing secret.
 */
public final class ApiException extends Exception implements HttpError {

    private final int status;
    private final String code;

    private ApiException(int status, String code, String message) {
        // no stack trace: any client may send bad requests, at any rate
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    /** Something about the request itself: 400. */
    public static ApiException badRequest(String code, String message) {
        return new ApiException(400, code, message);
    }

    /** What the path names is not there: 404. */
    public static ApiException notFound(String code, String message) {
        return new ApiException(404, code, message);
    }

    /** The body is larger than this path takes: 413. */
    public static ApiException tooLarge(String message) {
        return new ApiException(413, "too_large", message);
    }

    /** It contradicts what was asked before: 409. */
    public static ApiException conflict(String code, String message) {
        return new ApiException(409, code, message);
    }

    /** There is no room for it now: 503. */
    public static ApiException busy(String code, String message) {
        return new ApiException(503, code, message);
    }

    /** Refused with every token: 403. */
    public static ApiException forbidden(String code, String message) {
        return new ApiException(403, code, message);
    }

    /** The client does not take what is answered: 406. */
    public static ApiException notAcceptable(String message) {
        return new ApiException(406, "not_acceptable", message);
    }

    static ApiException off() {
        return new ApiException(403, "api_off",
                "Tools and admin are off: set dingtalk.api-token (DINGTALK_API_TOKEN), then send it as Authorization: Bearer <token>");
    }

    static ApiException unauthorised() {
        return new ApiException(401, "unauthorised",
                "Send the header Authorization: Bearer <token>, once, with the value of dingtalk.api-token");
    }

    static ApiException tooManyFailures() {
        return new ApiException(429, "too_many_failures", FailedLogins.remedy(FailedLogins.Credential.API));
    }

    @Override
    public int httpStatus() {
        return status;
    }

    @Override
    public String errorCode() {
        return code;
    }
}
