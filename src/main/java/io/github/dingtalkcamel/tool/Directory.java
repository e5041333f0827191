package io.github.dingtalkcamel.tool;

/**
 * Which users a list is about.
 *
 * @param integration whose organisation
 * @param language    of the departments' and users' names, {@code zh_CN} or {@code en_US}
 * @param department  id of the department at the top of the list, which has the users of all departments below it too
 */
public record Directory(String integration, String language, int department) {
}
