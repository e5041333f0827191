package io.github.dingtalkcamel.tracing;

/** What an exchange is about, where it is stored between two parts of its trace. */
public interface Traced {

    /** The exchange property that holds it. */
    String PROPERTY = "CamelDingTalkTurn";

    /** The name by which users and operators know it. */
    String reference();

    /** The span that it was stored in, as W3C's trace context writes it; null where there is none. */
    String traceparent();
}
