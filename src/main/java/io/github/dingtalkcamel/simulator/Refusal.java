package io.github.dingtalkcamel.simulator;

/** Ends the handling of a call with an error answer. Carries no stack: refusing is everyday business here. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    Refusal(Answer answer) {
        super(null, null, false, false);
        this.answer = answer;
    }

    /** An error of the api host. */
    Refusal(String code, String message) {
        this(Answer.api(400, code, message));
    }

    /** An error of the oapi host. */
    Refusal(int errcode, String errmsg) {
        this(Answer.errcode(errcode, errmsg));
    }

    Answer answer() {
        return answer;
    }
}
