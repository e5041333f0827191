package io.github.dingtalkcamel.observe;

import java.util.Map;

import io.github.dingtalkcamel.assistant.ModelStatus;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * The health check {@code llm}: what is wrong with the assistant's language model. It informs only: messages are taken without a model as
 * well, and the model is asked nothing that costs tokens.
 */
final class ModelCheck extends AbstractHealthCheck {

    private final ModelStatus status;

    ModelCheck(ModelStatus status) {
        super("dingtalk", "llm");
        this.status = status;
    }

    void register(CamelContext context) {
        HealthCheckHelper.getHealthCheckRegistry(context).register(this);
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        status.lookWhereDue();
        builder.up().detail("model", status.shown());
        if (status.lastAnswer() != null) {
            builder.detail("lastAnswer", status.lastAnswer().toString());
        }
        String trouble = status.trouble();
        if (trouble != null) {
            builder.message(trouble).down();
        }
    }

    @Override
    public boolean isReadiness() {
        return false;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }
}
