package io.github.dingtalkcamel.component.api;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * A user of the organisation. What DingTalk does not tell is null and left out of JSON.
 *
 * @param departmentIds those that were walked through
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record User(String userId, String name, String unionId, String title, String jobNumber, String email, List<Long> departmentIds) {

    private static final int LONGEST = 256;

    static User of(JsonNode user) {
        List<Long> departments = Stream.iterate(0, i -> i + 1).limit(Math.min(100, user.path("dept_id_list").size()))
                .map(i -> user.path("dept_id_list").get(i).asLong()).toList();
        return new User(text(user, "userid"), text(user, "name"), text(user, "unionid"), text(user, "title"), text(user, "job_number"),
                text(user, "email"), departments);
    }

    private static String text(JsonNode user, String field) {
        String text = user.path(field).asText("");
        return text.isEmpty() ? null : text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    /** Whether one of the texts holds this one, which is in lower case. */
    public boolean holds(String keyword) {
        return Stream.of(userId, name, unionId, title, jobNumber, email)
                .anyMatch(text -> text != null && text.toLowerCase(Locale.ROOT).contains(keyword));
    }

    /** By name, without those that are null. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("userId", userId);
        fields.put("name", name);
        fields.put("unionId", unionId);
        fields.put("title", title);
        fields.put("jobNumber", jobNumber);
        fields.put("email", email);
        fields.put("departmentIds", departmentIds);
        fields.values().removeIf(Objects::isNull);
        return fields;
    }

    /** The id only. */
    @Override
    public String toString() {
        return "User[" + userId + "]";
    }
}
