package io.github.dingtalkcamel.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dingtalkcamel.component.api.DingTalkException;
import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * Permissions to read contacts, one by one, and the app's visible range, as far as DingTalk tells. All calls read only. A permission that
 * is not granted is nothing wrong: a bot that answers messages needs none of them.
 */
final class ContactChecks {

    /** DingTalk's code for a missing permission on the older API. */
    private static final String NOT_GRANTED = "60011";
    /** A person or a department outside the visible range. */
    private static final Set<String> OUT_OF_RANGE = Set.of("50002", "50004");
    /** No such person, no such department: DingTalk looks at the permission first, so it is granted. */
    private static final Set<String> NOT_FOUND = Set.of("60121", "60003");
    private static final int ROOT = 1;

    private final AppCalls calls;
    private final Secret token;

    /**
     * A permission, and a call that needs it.
     *
     * @param need what can't be done without it
     */
    private record Permission(String name, String need, String path, Map<String, Object> body) {
    }

    private static final Permission PEOPLE = new Permission("qyapi_get_department_member", "dingtalk_list_users",
            "/topapi/v2/user/list", Map.of("dept_id", ROOT, "cursor", 0, "size", 1));

    private static final List<Permission> OTHERS = List.of(
            new Permission("qyapi_get_department_list", "dingtalk_list_users", "/topapi/v2/department/listsub", Map.of("dept_id", ROOT)),
            new Permission("qyapi_get_member", "recipients by union_id", "/topapi/user/getbyunionid", Map.of("unionid", "dingtalk-camel")),
            new Permission("qyapi_get_member_by_mobile", "recipients by mobile", "/topapi/v2/user/getbymobile",
                    Map.of("mobile", "10000000000")));

    ContactChecks(AppCalls calls, Secret token) {
        this.calls = calls;
        this.token = token;
    }

    List<Finding> all() {
        List<Finding> findings = new ArrayList<>();
        Finding range = people(findings);
        for (Permission permission : OTHERS) {
            try {
                ask(permission);
                findings.add(granted(permission));
            } catch (DingTalkException e) {
                findings.add(refused(permission, e));
            }
        }
        findings.add(range);
        return findings;
    }

    /** Adds the permission's finding; the visible range follows from the same answer. */
    private Finding people(List<Finding> findings) {
        String check = calls.check("visible range");
        try {
            JsonNode people = ask(PEOPLE).path("result").path("list");
            findings.add(granted(PEOPLE));
            return Finding.ok(check, people.isEmpty() ? "It holds the root department, which has no people of its own"
                    : "It holds the root department");
        } catch (DingTalkException e) {
            if (OUT_OF_RANGE.contains(e.code())) {
                findings.add(granted(PEOPLE));
                return Finding.unknown(check, "It does not hold the root department: only a part of the organisation finds the robot",
                        "Widen it in DingTalk's console where that is not intended, and publish a version");
            }
            findings.add(refused(PEOPLE, e));
            if (!e.code().equals(NOT_GRANTED)) {
                return Finding.unknown(check, e.getMessage(), e.remedy());
            }
            return Finding.unknown(check, "DingTalk tells it only with " + PEOPLE.name(),
                    "Look at it in DingTalk's console: only people in it find the robot");
        }
    }

    private JsonNode ask(Permission permission) throws DingTalkException {
        return calls.call("POST", permission.path(), token, permission.body());
    }

    private Finding granted(Permission permission) {
        return Finding.ok(calls.check(Finding.PERMISSIONS), permission.name() + " is granted, for " + permission.need());
    }

    private Finding refused(Permission permission, DingTalkException e) {
        String check = calls.check(Finding.PERMISSIONS);
        if (e.code().equals(NOT_GRANTED)) {
            return new Finding(check, Finding.Result.OFF, permission.name() + " is not granted: " + permission.need() + " can't be used",
                    "Grant it in DingTalk's console and publish a version, where you need that");
        }
        // any other refusal, of this machine's address or of a disabled app for example, says nothing of the permission
        return NOT_FOUND.contains(e.code()) || OUT_OF_RANGE.contains(e.code()) ? granted(permission)
                : Finding.unknown(check, permission.name() + ": " + e.getMessage(), e.remedy());
    }
}
