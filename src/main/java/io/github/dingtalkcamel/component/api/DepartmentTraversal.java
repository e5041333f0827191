package io.github.dingtalkcamel.component.api;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Traverses all departments below one and the people of each (docs/protocol.md 6.7), with one request at a time. The number of departments
 * and people is bounded. Not safe for use by several threads.
 */
public final class DepartmentTraversal {

    /** No more people are read. */
    public static final int MOST_PEOPLE = 200_000;
    private static final int MOST_DEPARTMENTS = 50_000;
    private static final int PAGE = 100;

    /** A question: the people of a department from a place on, or its sub-departments. */
    private record Question(boolean people, long department, long cursor) {
    }

    private final String language;
    private final Deque<Question> open = new ArrayDeque<>();
    private final Set<Long> departments = new HashSet<>();
    private final SortedMap<String, User> people = new TreeMap<>();

    /** @param department to begin with. @param language of names, {@code zh_CN} or {@code en_US} */
    public DepartmentTraversal(long department, String language) {
        this.language = language;
        enter(department);
    }

    private void enter(long department) {
        if (departments.size() < MOST_DEPARTMENTS && departments.add(department)) {
            open.addLast(new Question(false, department, 0));
            open.addLast(new Question(true, department, 0));
        }
    }

    /** Whether there is something left to ask. */
    public boolean isUnfinished() {
        return !open.isEmpty() && people.size() < MOST_PEOPLE;
    }

    /** The path that is asked next. */
    public String path() {
        return open.getFirst().people() ? "/topapi/v2/user/list" : "/topapi/v2/department/listsub";
    }

    /** And what. */
    public Map<String, Object> question() {
        Question next = open.getFirst();
        return next.people() ? Map.of("dept_id", next.department(), "cursor", next.cursor(), "size", PAGE, "order_field", "custom",
                "contain_access_limit", false, "language", language)
                : Map.of("dept_id", next.department(), "language", language);
    }

    /** Takes the answer to the question. */
    public void take(JsonNode answer) {
        Question asked = open.removeFirst();
        JsonNode result = answer.path("result");
        if (!asked.people()) {
            result.forEach(department -> enter(department.path("dept_id").asLong()));
            return;
        }
        for (JsonNode listed : result.path("list")) {
            User user = User.of(listed);
            if (user.userId() != null) {
                people.put(user.userId(), user);
            }
        }
        long next = result.path("next_cursor").asLong(0);
        if (result.path("has_more").asBoolean() && next > asked.cursor()) {
            open.addFirst(new Question(true, asked.department(), next));
        }
    }

    /** A department that was deleted meanwhile is left out; the requested one must exist. */
    public void skip(RejectedException refusal) throws RejectedException {
        if (!refusal.code().equals("60003") || departments.size() < 2) {
            throw refusal;
        }
        open.removeFirst();
    }

    /** The users that were met, each once, by user id. */
    public List<User> people() {
        return List.copyOf(people.values());
    }
}
