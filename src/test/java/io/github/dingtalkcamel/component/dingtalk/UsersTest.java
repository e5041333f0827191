package io.github.dingtalkcamel.component.dingtalk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.api.RejectedException;
import io.github.dingtalkcamel.component.api.User;
import io.github.dingtalkcamel.component.api.UserList;
import io.github.dingtalkcamel.simulator.platform.Person;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code dingtalk:users} walks the departments page by page. */
class UsersTest {

    private final BareContext bare = new BareContext();

    @AfterEach
    void close() {
        bare.close();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> people(Exchange exchange) {
        assertThat(exchange.getException()).isNull();
        return exchange.getMessage().getBody(List.class);
    }

    @Test
    void listsEverybodyOfAllDepartmentsOnce() {
        bare.simulator().hire(350, 5);

        assertThat(people(bare.send("dingtalk:users", null))).hasSize(353).extracting(person -> person.get("userId"))
                .doesNotHaveDuplicates()
                .contains("staff001", "emp00350");
    }

    @Test
    void listsThoseBelowADepartmentWhoMatchAKeyword() {
        bare.simulator().addDepartment(70, "R&D", 1);
        bare.simulator().addDepartment(71, "Tests", 70);
        bare.simulator().hire(Person.of("a1", "Alice"), 70);
        bare.simulator().hire(Person.of("b1", "Bob"), 71);

        assertThat(people(bare.send("dingtalk:users?departmentId=70", null))).extracting(person -> person.get("name"))
                .containsExactly("Alice", "Bob");
        assertThat(people(bare.send("dingtalk:users?keyword=bOB", null))).extracting(person -> person.get("userId")).containsExactly("b1");
        assertThat(people(bare.send("dingtalk:users", null, Map.of("CamelDingTalkDepartmentId", 71)))).hasSize(1);
    }

    @Test
    void makesAMapWhenItIsReadAndLeavesOutWhatDingTalkDoesNotTell() {
        List<Map<String, Object>> people = people(bare.send("dingtalk:users?keyword=staff001", null));

        assertThat(people).isInstanceOfSatisfying(UserList.class, list -> assertThat(list.users()).extracting(User::userId)
                .containsExactly("staff001"));
        assertThat(people.get(0)).isNotSameAs(people.get(0)).isEqualTo(people.get(0)).containsEntry("userId", "staff001")
                .containsKeys("name", "departmentIds").doesNotContainValue(null);
        assertThat(people.get(0).keySet()).isSubsetOf("userId", "name", "unionId", "title", "jobNumber", "email", "departmentIds");
        assertThatThrownBy(() -> people.remove(0)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void goesOnASecondLaterWhereDingTalkThrottles() {
        bare.simulator().faults().on("/topapi/v2/user/list").throttle();

        assertThat(people(bare.send("dingtalk:users", null))).hasSize(3);
    }

    @Test
    void saysWhichPermissionIsMissing() {
        bare.simulator().faults().on("/topapi/v2/department/listsub").noPermission();

        assertThat(bare.send("dingtalk:users", null).getException()).isInstanceOfSatisfying(RejectedException.class,
                e -> assertThat(e.remedy()).contains("permission"));
    }
}
