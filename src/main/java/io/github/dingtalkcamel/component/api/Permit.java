package io.github.dingtalkcamel.component.api;


/** The permission for one call. Exactly one of its methods is called, once, so that the limiter learns from each call. */
public interface Permit {

    /** A permission of a limiter that learns nothing. */
    Permit NONE = new Permit() {
        @Override
        public void answered() {
        }

        @Override
        public void failed(DingTalkException failure) {
        }

        @Override
        public void notUsed() {
        }
    };

    /** DingTalk did what it was asked. */
    void answered();

    /** DingTalk refused, or did not answer. */
    void failed(DingTalkException failure);

    /** The call was not made after all. */
    void notUsed();
}
