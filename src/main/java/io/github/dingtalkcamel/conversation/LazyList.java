package io.github.dingtalkcamel.conversation;

import java.util.AbstractList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A list that can't be changed and is made when it is first read; by several threads at once perhaps several times, with the same result.
 */
final class LazyList<T> extends AbstractList<T> {

    private final Supplier<List<T>> maker;
    private volatile List<T> made;

    LazyList(Supplier<List<T>> maker) {
        this.maker = maker;
    }

    private List<T> made() {
        List<T> list = made;
        if (list == null) {
            list = maker.get();
            made = list;
        }
        return list;
    }

    @Override
    public T get(int index) {
        return made().get(index);
    }

    @Override
    public int size() {
        return made().size();
    }
}
