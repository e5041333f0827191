package io.github.dingtalkcamel.observe;
import javax.management.JMException;
import javax.management.ObjectName;

import org.apache.camel.CamelContext;
import org.apache.camel.spi.ManagementAgent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows parts of ours in JMX, beside Camel's own: {@code org.apache.camel:type=dingtalk,name=…}. They go when the context stops. */
public final class Beans {

    private static final Logger LOG = LoggerFactory.getLogger(Beans.class);

    private final CamelContext context;

    public Beans(CamelContext context) {
        this.context = context;
    }

    /** Shows one, by what its annotations say. */
    public Beans show(String name, Object bean) {
        ManagementAgent agent = context.getManagementStrategy().getManagementAgent();
        if (agent == null) {
            return this;
        }
        try {
            ObjectName objectName = new ObjectName(agent.getMBeanObjectDomainName() + ":context=" + context.getManagementName()
                    + ",type=dingtalk,name=\"" + name + "\"");
            agent.register(bean, objectName);
        } catch (JMException e) {
            LOG.warn("JMX does not show {}: {}", name, e.getMessage());
        }
        return this;
    }
}
