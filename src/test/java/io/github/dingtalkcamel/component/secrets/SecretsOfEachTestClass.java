package io.github.dingtalkcamel.component.secrets;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Each test class begins without the secrets of those that ran before in the same process: they would be hidden in its texts as well. */
public final class SecretsOfEachTestClass implements BeforeAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        if (context.getRequiredTestClass().getEnclosingClass() == null) {
            KnownSecrets.forgetAll();
        }
    }
}
