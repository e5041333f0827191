package io.github.dingtalkcamel.simulator.api;

/** Ends the handling of a call with an error answer. Carries no stack: refusing is everyday business here. */
public final class ApiErrorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient ApiResponse answer;

    public ApiErrorException(ApiResponse answer) {
        super(null, null, false, false);
        this.answer = answer;
    }

    /** An error of the api host. */
    public ApiErrorException(String code, String message) {
        this(ApiResponse.api(400, code, message));
    }

    /** An error of the oapi host. */
    public ApiErrorException(int errcode, String errmsg) {
        this(ApiResponse.errcode(errcode, errmsg));
    }

    ApiResponse answer() {
        return answer;
    }
}
