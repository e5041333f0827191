package io.github.dingtalkcamel.component.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * JSON of at most {@link #MAX_DEPTH} levels: deeper texts, whose only use is to exhaust a parser's or a visitor's stack, are refused when
 * they are read.
 */
public final class Json {

    /** Levels of nesting; the outermost object or array is the first. */
    public static final int MAX_DEPTH = 64;

    /** Reads and writes JSON with Jackson's usual settings. Shared by all: it must not be configured. */
    public static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder().streamReadConstraints(constraints().build()).build());

    private Json() {
    }

    /** The limits, for a parser that has more of them. */
    public static StreamReadConstraints.Builder constraints() {
        return StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH);
    }
}
