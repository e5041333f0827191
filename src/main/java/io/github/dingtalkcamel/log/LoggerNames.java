package io.github.dingtalkcamel.log;
import java.util.Arrays;
import java.util.List;

/** Loggers as the configuration lists them: each name covers the logger and all below it. */
final class LoggerNames {

    private LoggerNames() {
    }

    static List<String> listed(String names) {
        return Arrays.stream(names.split(",")).map(String::strip).filter(name -> !name.isEmpty()).toList();
    }

    static boolean holds(List<String> names, String logger) {
        for (String name : names) {
            if (logger.startsWith(name) && (logger.length() == name.length() || logger.charAt(name.length()) == '.')) {
                return true;
            }
        }
        return false;
    }
}
