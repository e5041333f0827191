package io.github.dingtalkcamel.doctor;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.SettingsException;

/** The command {@code doctor}: looks at everything that the program needs, one line each, and says what to do where it is wrong. */
public final class Doctor {

    private final Examination examination;

    public Doctor(Examination examination) {
        this.examination = examination;
    }

    /** What settings are read by. */
    @FunctionalInterface
    public interface Reader {
        Settings read() throws SettingsException;
    }

    /**
     * Prints what was found.
     *
     * @param  json whether as JSON
     * @return      the exit status: 1 where something is wrong
     */
    public int run(Reader settings, boolean json, PrintStream out) {
        List<Finding> findings = findings(settings);
        boolean ok = findings.stream().noneMatch(finding -> finding.result() == Finding.Result.WRONG);
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("ok", ok);
            all.put("checks", findings.stream().map(Finding::shown).toList());
            out.println(Json.MAPPER.valueToTree(all).toPrettyString());
        } else {
            findings.stream().map(Finding::line).forEach(out::println);
            out.println(ok ? "Nothing is wrong." : "Mend what is wrong, then ask again.");
        }
        return ok ? 0 : 1;
    }

    List<Finding> findings(Reader reader) {
        try {
            Settings settings = reader.read();
            return examination.of(settings, settings.integrations());
        } catch (SettingsException e) {
            return e.faults().stream().map(fault -> Finding.wrong("settings", fault.setting() + ": " + fault.problem(), fault.remedy()))
                    .toList();
        }
    }
}
