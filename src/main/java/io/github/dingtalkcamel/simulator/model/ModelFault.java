package io.github.dingtalkcamel.simulator.model;

import java.util.Arrays;
import java.util.List;

/** A way in which the simulated model misbehaves, for one call. */
public enum ModelFault {
    /** 401: the key is rejected. */
    REJECT_KEY("rejectKey"),
    /** 404: there is no such model. */
    UNKNOWN_MODEL("unknownModel"),
    /** 429 with {@code Retry-After: 1}. */
    THROTTLE("throttle"),
    /** 429 with {@code Retry-After: 3600}. */
    THROTTLE_LONG("throttleLong"),
    /** 503. */
    FAIL("fail"),
    /** 400: the prompt is longer than the context. */
    TOO_LONG("tooLong"),
    /** A pause of a second before each piece. */
    SLOW("slow"),
    /** Nothing for 30 s, then the answer. */
    WAIT("wait"),
    /** The connection is closed in the middle of the answer. */
    BREAK("break"),
    /** The stream ends in the middle, without a finish_reason and {@code [DONE]}, in good order otherwise. */
    NO_END("noEnd"),
    /** The answer has a finish_reason, and no {@code [DONE]}. */
    NO_DONE("noDone"),
    /** No stream, although one was asked for: the whole answer as one JSON object. */
    NO_STREAM("noStream"),
    /** Such an object, cut off in its middle. */
    NO_STREAM_BREAK("noStreamBreak"),
    /** One piece, then nothing more, with the connection open. */
    NEVER_END("neverEnd"),
    /** Nothing at all, with the connection open. */
    NEVER_ANSWER("neverAnswer"),
    /** Cut off at maxTokens: finish_reason length. */
    CUT_OFF("cutOff"),
    /** finish_reason content_filter. */
    FILTER("filter"),
    /** An answer without text. */
    EMPTY("empty"),
    /** A {@code <think>} block before the answer. */
    THINK("think"),
    /** Calls the first tool that is offered, for every message. */
    CALL_TOOL("callTool");

    private final String publicName;

    ModelFault(String publicName) {
        this.publicName = publicName;
    }

    /** As scripts and pages name it. */
    public String publicName() {
        return publicName;
    }

    /** @throws IllegalArgumentException where there is none of this name */
    public static ModelFault named(String name) {
        return Arrays.stream(values()).filter(fault -> fault.publicName.equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a model's fault is one of " + names() + ", not " + name));
    }

    static List<String> names() {
        return Arrays.stream(values()).map(ModelFault::publicName).toList();
    }
}
