package io.github.dingtalkcamel.component.model;

/** Learns how calls of models end. An application binds one bean of this type to its registry. Methods must not block. */
public interface ModelObserver {

    /** A model gave an answer. */
    void answered(ModelOptions options);

    /** A call ended without one; not called for calls that were stopped. */
    void failed(ModelOptions options, ModelException failure);
}
