package io.github.dingtalkcamel.engine;

import java.lang.reflect.Method;

import org.apache.camel.AsyncCallback;
import org.apache.camel.BeanScope;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.bean.BeanHolder;
import org.apache.camel.component.bean.BeanProcessor;
import org.apache.camel.component.bean.DefaultBeanProcessorFactory;
import org.apache.camel.spi.BeanProcessorFactory;
import org.apache.camel.support.MessageHelper;
import org.apache.camel.support.service.ServiceHelper;

/** Makes the processors of {@code bean} steps: those whose method is ours and has no result call it as {@link OwnMethod} does. */
final class BeanSteps implements BeanProcessorFactory {

    private final DefaultBeanProcessorFactory camels = new DefaultBeanProcessorFactory();

    @Override
    public Processor createBeanProcessor(CamelContext context, Object bean, Method method) throws Exception {
        return camels(context).createBeanProcessor(context, bean, method);
    }

    @Override
    public Processor createBeanProcessor(CamelContext context, Object bean, String beanType, Class<?> beanClass, String ref, String method,
            BeanScope scope) throws Exception {
        Processor made = camels(context).createBeanProcessor(context, bean, beanType, beanClass, ref, method, scope);
        if (method == null || scope != BeanScope.Singleton || !(made instanceof BeanProcessor processor)) {
            return made;
        }
        OwnMethod own = OwnMethod.of(processor.getBean(), method);
        return own == null || !own.isVoid() ? made : new Step(processor.getBeanHolder(), method, own);
    }

    private synchronized DefaultBeanProcessorFactory camels(CamelContext context) {
        if (camels.getCamelContext() == null) {
            camels.setCamelContext(context);
            ServiceHelper.startService(camels);
        }
        return camels;
    }

    /** Shows as Camel's own in JMX. */
    private static final class Step extends BeanProcessor {

        private final OwnMethod own;

        Step(BeanHolder holder, String method, OwnMethod own) {
            super(holder);
            setMethod(method);
            this.own = own;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            try {
                MessageHelper.resetStreamCache(exchange.getIn());
                own.call(exchange);
            } catch (Exception | Error e) {
                exchange.setException(e);
            }
            callback.done(true);
            return true;
        }
    }
}
