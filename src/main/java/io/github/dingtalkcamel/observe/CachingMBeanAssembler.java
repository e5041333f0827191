package io.github.dingtalkcamel.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.modelmbean.InvalidTargetObjectTypeException;
import javax.management.modelmbean.ModelMBean;
import javax.management.modelmbean.ModelMBeanInfo;

import org.apache.camel.CamelContext;
import org.apache.camel.api.management.ManagedInstance;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.api.management.NotificationSenderAware;
import org.apache.camel.support.management.DefaultManagementMBeanAssembler;
import org.apache.camel.support.management.MixinRequiredModelMBean;

/**
 * Makes Camel's MBeans with one description of attributes and operations for each class. Camel describes each MBean anew, by some hundred
 * objects; for the steps of all routes that takes a fifth of the start, and memory for the life of the process.
 * <p>
 * Promises the same attributes, operations and masking as Camel. MBeans that send notifications or wrap another managed object are left to
 * Camel.
 */
public final class CachingMBeanAssembler extends DefaultManagementMBeanAssembler {

    private final Map<Class<?>, ModelMBeanInfo> descriptions = new ConcurrentHashMap<>();

    public CachingMBeanAssembler(CamelContext context) {
        super(context);
    }

    @Override
    public ModelMBean assemble(MBeanServer server, Object managed, ObjectName name) throws JMException {
        if (managed instanceof NotificationSenderAware || managed instanceof ManagedInstance wrapper && wrapsManaged(wrapper)) {
            return super.assemble(server, managed, name);
        }
        ModelMBeanInfo description = descriptions.get(managed.getClass());
        if (description == null) {
            ModelMBean first = super.assemble(server, managed, name);
            if (first != null) {
                descriptions.put(managed.getClass(), (ModelMBeanInfo) first.getMBeanInfo());
            }
            return first;
        }
        boolean isMasked = Boolean.TRUE.equals(camelContext.getManagementStrategy().getManagementAgent().getMask());
        ModelMBean mbean = new MixinRequiredModelMBean(description, isMasked, null, null);
        try {
            mbean.setManagedResource(managed, "ObjectReference");
        } catch (InvalidTargetObjectTypeException e) {
            throw new JMException(e.getMessage());
        }
        return mbean;
    }

    private static boolean wrapsManaged(ManagedInstance wrapper) {
        Object instance = wrapper.getInstance();
        return instance != null && instance.getClass().isAnnotationPresent(ManagedResource.class);
    }
}
