package io.github.dingtalkcamel.settings;
import java.util.HashMap;
import java.util.Map;

/** Settings of a process with one app, for tests of what is done with them. */
public final class AppSettings {

    private AppSettings() {
    }

    /** With these settings besides its credentials. */
    public static Settings with(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(more);
        all.put("dingtalk.app-key", "dingkey");
        all.put("dingtalk.app-secret", "secret");
        try {
            return new SettingsReader(Map.of(), all, Map.of(), text -> text, 17).read();
        } catch (SettingsException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }
}
