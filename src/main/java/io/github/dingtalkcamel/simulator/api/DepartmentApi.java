package io.github.dingtalkcamel.simulator.api;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.dingtalkcamel.simulator.fault.ApiFamily;
import io.github.dingtalkcamel.simulator.platform.Organisation;
import io.github.dingtalkcamel.simulator.platform.Person;
import io.github.dingtalkcamel.simulator.platform.Platform;
import io.github.dingtalkcamel.simulator.text.Json;
import io.vertx.core.http.HttpMethod;

/** Departments and the people in them (docs/protocol.md 6.7). */
public final class DepartmentApi {

    private static final int MOST = 100;

    private final Platform platform;

    public DepartmentApi(Platform platform) {
        this.platform = platform;
    }

    public void register(SimulatedGateway gateway) {
        gateway.withToken(HttpMethod.POST, "/topapi/v2/department/listsub", ApiFamily.CONTACTS, "qyapi_get_department_list",
                this::departments);
        gateway.withToken(HttpMethod.POST, "/topapi/v2/user/list", ApiFamily.CONTACTS, "qyapi_get_department_member", this::people);
    }

    private ApiResponse departments(ApiRequest call) {
        ObjectNode result = envelope();
        ArrayNode list = result.putArray("result");
        for (Organisation.Department department : platform.organisation().below(department(body(call)))) {
            list.addObject().put("dept_id", department.id()).put("name", department.name()).put("parent_id", department.parent())
                    .put("create_dept_group", true).put("auto_add_user", true);
        }
        return ApiResponse.topapi(result);
    }

    private ApiResponse people(ApiRequest call) {
        ObjectNode body = body(call);
        long department = department(body);
        long cursor = number(body, "cursor", 0);
        long size = number(body, "size", -1);
        if (cursor < 0) {
            throw new ApiErrorException(40068, "不合法的偏移量");
        }
        if (size < 1 || size > MOST) {
            throw new ApiErrorException(40069, "不合法的分页大小");
        }
        List<Person> page = platform.organisation().members(department, cursor, (int) size + 1);
        boolean more = page.size() > size;
        ObjectNode envelope = envelope();
        ObjectNode result = envelope.putObject("result").put("has_more", more);
        if (more) {
            result.put("next_cursor", cursor + size);
        }
        ArrayNode list = result.putArray("list");
        page.stream().limit(size).forEach(person -> {
            ObjectNode user = list.addObject().put("userid", person.staffId()).put("name", person.nick()).put("unionid", person.unionId())
                    .put("title", "").put("active", true).put("admin", person.admin()).put("boss", false);
            ArrayNode departments = user.putArray("dept_id_list");
            platform.organisation().departmentsOf(person.staffId()).forEach(departments::add);
        });
        return ApiResponse.topapi(envelope);
    }

    private static ObjectNode envelope() {
        return Json.object().put("errcode", 0).put("errmsg", "ok").put("request_id", ApiResponse.topRequestId());
    }

    private static ObjectNode body(ApiRequest call) {
        ObjectNode body = call.body().length() == 0 ? Json.object() : call.jsonOrNull();
        if (body == null) {
            throw new ApiErrorException(400002, "参数错误");
        }
        return body;
    }

    private long department(ObjectNode body) {
        long department = number(body, "dept_id", Organisation.ROOT);
        if (!platform.organisation().has(department)) {
            throw new ApiErrorException(60003, "部门不存在");
        }
        return department;
    }

    private static long number(ObjectNode body, String field, long otherwise) {
        JsonNode value = body.path(field);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.canConvertToLong()) {
            throw new ApiErrorException(400002, "参数错误: " + field);
        }
        return value.asLong();
    }
}
