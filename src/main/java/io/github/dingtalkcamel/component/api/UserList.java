package io.github.dingtalkcamel.component.api;

import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;

/**
 * Users as a list of maps, by the names of their fields; what DingTalk does not tell is left out. A map is made when it is read, so that a
 * large organisation takes no more memory than its users. Can't be changed.
 */
public final class UserList extends AbstractList<Map<String, Object>> implements RandomAccess {

    private final List<User> users;

    public UserList(List<User> users) {
        this.users = List.copyOf(users);
    }

    /** The users as they were read. */
    public List<User> users() {
        return users;
    }

    @Override
    public Map<String, Object> get(int index) {
        return users.get(index).fields();
    }

    @Override
    public int size() {
        return users.size();
    }
}
