package io.github.dingtalkcamel.simulator.platform;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The departments of the one organisation there is, and who works where (docs/protocol.md 6.7). Department 1 is its root. Safe for use by
 * several threads.
 */
public final class Organisation {

    public static final long ROOT = 1;

    public record Department(long id, String name, long parent) {
    }

    private final Map<Long, Department> departments = new LinkedHashMap<>();
    private final Map<Long, Map<String, Person>> members = new LinkedHashMap<>();

    Organisation() {
        departments.put(ROOT, new Department(ROOT, "Fake Corp", 0));
    }

    public synchronized void add(Department department) {
        if (!departments.containsKey(department.parent())) {
            throw new IllegalArgumentException("there is no department " + department.parent() + " to put " + department.id() + " below");
        }
        departments.put(department.id(), department);
    }

    public synchronized void hire(Person person, long department) {
        members.computeIfAbsent(department, id -> new LinkedHashMap<>()).put(person.staffId(), person);
    }

    public synchronized boolean has(long department) {
        return departments.containsKey(department);
    }

    public synchronized List<Department> below(long department) {
        return departments.values().stream().filter(each -> each.parent() == department).toList();
    }

    /** Those who work right there, from a place on. */
    public synchronized List<Person> members(long department, long from, int most) {
        return members.getOrDefault(department, Map.of()).values().stream().skip(from).limit(most).toList();
    }

    public synchronized List<Long> departmentsOf(String staffId) {
        List<Long> ids = new ArrayList<>();
        members.forEach((id, people) -> {
            if (people.containsKey(staffId)) {
                ids.add(id);
            }
        });
        return ids;
    }
}
