package io.github.dingtalkcamel.reload;

import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.language.bean.BeanLanguage;

/**
 * Camel's language {@code method}, but the methods of this application's beans are called with the exchange itself. Camel calls each with a
 * copy of the exchange, all its properties and headers included, and merges that back: for the routes of a message that was a third of what
 * they allocate.
 * <p>
 * Methods of other beans are called as Camel does.
 */
public final class OwnBeanLanguage extends BeanLanguage {

    /** By which name Camel finds a language in its registry. */
    public static final String NAME = "bean-language";

    private static final int RESULT_TYPE = 0;
    private static final int METHOD = 2;
    private static final int REF = 4;

    @Override
    public Expression createExpression(String expression, Object[] properties) {
        Expression camels = super.createExpression(expression, properties);
        String ref = property(String.class, properties, REF, null);
        String method = property(String.class, properties, METHOD, null);
        boolean isPlain = ref != null && method != null && method.chars().allMatch(Character::isJavaIdentifierPart)
                && property(Object.class, properties, RESULT_TYPE, null) == null;
        return isPlain ? new OwnBeanExpression(camels, ref, method) : camels;
    }

    @Override
    public Predicate createPredicate(String expression, Object[] properties) {
        return (Predicate) createExpression(expression, properties);
    }
}
