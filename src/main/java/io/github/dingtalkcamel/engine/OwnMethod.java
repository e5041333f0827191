package io.github.dingtalkcamel.engine;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;

/**
 * A method of one of this application's beans, found once and called with the exchange, or with properties of it. Camel looks the method up
 * and evaluates an expression for each parameter whenever it is called.
 */
public final class OwnMethod {

    private static final String OWN = "io.github.dingtalkcamel.";
    private static final Function<Exchange, Object> UNKNOWN = exchange -> null;

    private final Object bean;
    private final Method method;
    private final List<Function<Exchange, Object>> parameters;

    private OwnMethod(Object bean, Method method, List<Function<Exchange, Object>> parameters) {
        this.bean = bean;
        this.method = method;
        this.parameters = parameters;
    }

    /** Whether the bean is one of this application. */
    public static boolean isOwn(Object bean) {
        return bean != null && bean.getClass().getName().startsWith(OWN);
    }

    /** The method; null where there are several of that name, where it has other parameters, or where the bean is not ours. */
    public static OwnMethod of(Object bean, String name) {
        if (!isOwn(bean) || !Modifier.isPublic(bean.getClass().getModifiers())) {
            return null;
        }
        List<Method> named = Arrays.stream(bean.getClass().getMethods())
                .filter(each -> each.getName().equals(name) && !each.isBridge() && !Modifier.isStatic(each.getModifiers())).toList();
        if (named.size() != 1) {
            return null;
        }
        List<Function<Exchange, Object>> parameters = Arrays.stream(named.get(0).getParameters()).map(OwnMethod::value).toList();
        return parameters.contains(UNKNOWN) ? null : new OwnMethod(bean, named.get(0), parameters);
    }

    private static Function<Exchange, Object> value(Parameter parameter) {
        Class<?> type = parameter.getType();
        Annotation[] annotations = parameter.getAnnotations();
        if (annotations.length == 0 && type == Exchange.class) {
            return exchange -> exchange;
        }
        if (annotations.length == 1 && annotations[0] instanceof ExchangeProperty named && !type.isPrimitive()) {
            String name = named.value();
            return exchange -> property(exchange, name, type);
        }
        return UNKNOWN;
    }

    private static Object property(Exchange exchange, String name, Class<?> type) {
        Object value = exchange.getProperty(name);
        return value == null || type.isInstance(value) ? value : exchange.getProperty(name, type);
    }

    /** Whether it has no result. */
    public boolean isVoid() {
        return method.getReturnType() == void.class;
    }

    /** Calls it. @throws Exception what the method throws */
    public Object call(Exchange exchange) throws Exception {
        Object[] values = new Object[parameters.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = parameters.get(i).apply(exchange);
        }
        try {
            return method.invoke(bean, values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
    }
}
