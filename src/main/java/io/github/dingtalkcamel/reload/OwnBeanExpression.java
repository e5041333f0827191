package io.github.dingtalkcamel.reload;

import java.lang.reflect.InvocationTargetException;

import io.github.dingtalkcamel.engine.OwnMethod;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.component.bean.BeanInfo;
import org.apache.camel.component.bean.MethodInvocation;
import org.apache.camel.language.bean.RuntimeBeanExpressionException;
import org.apache.camel.util.ObjectHelper;

/** A method of one of this application's beans as an expression and as a predicate, see {@link OwnBeanLanguage}. */
final class OwnBeanExpression implements Expression, Predicate {

    private final Expression camels;
    private final String ref;
    private final String method;
    private Object bean;
    private BeanInfo info;
    /** Null where only Camel knows what the method's parameters mean. */
    private OwnMethod own;

    OwnBeanExpression(Expression camels, String ref, String method) {
        this.camels = camels;
        this.ref = ref;
        this.method = method;
    }

    @Override
    public void init(CamelContext context) {
        camels.init(context);
        Object found = context.getRegistry().lookupByName(ref);
        if (OwnMethod.isOwn(found)) {
            bean = found;
            info = new BeanInfo(context, found.getClass());
            own = OwnMethod.of(found, method);
        }
    }

    @Override
    public void initPredicate(CamelContext context) {
        init(context);
    }

    @Override
    public <T> T evaluate(Exchange exchange, Class<T> type) {
        return info == null ? camels.evaluate(exchange, type)
                : exchange.getContext().getTypeConverter().convertTo(type, exchange, call(exchange));
    }

    @Override
    public boolean matches(Exchange exchange) {
        return info == null ? ((Predicate) camels).matches(exchange) : ObjectHelper.evaluateValuePredicate(call(exchange));
    }

    private Object call(Exchange exchange) {
        if (own != null) {
            try {
                return own.call(exchange);
            } catch (Exception | Error e) {
                // as Camel does: the step fails with the method's own exception
                exchange.setException(e);
                return null;
            }
        }
        MethodInvocation invocation = info.createInvocation(bean, exchange, method);
        if (invocation == null) {
            throw new RuntimeBeanExpressionException(exchange, ref, method, "there is no such method for this exchange");
        }
        try {
            return invocation.getMethod().invoke(bean, invocation.getArguments());
        } catch (InvocationTargetException e) {
            // as Camel does: the step fails with the method's own exception
            exchange.setException(e.getCause());
            return null;
        } catch (IllegalAccessException e) {
            throw new RuntimeBeanExpressionException(exchange, ref, method, e);
        }
    }

    @Override
    public String toString() {
        return camels.toString();
    }
}
