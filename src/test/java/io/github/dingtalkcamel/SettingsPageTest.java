package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.github.dingtalkcamel.settings.Setting;
import io.github.dingtalkcamel.settings.SettingCatalogue;
import org.junit.jupiter.api.Test;

/** docs/settings.md describes every setting of the catalogue: a new setting needs a line there. */
class SettingsPageTest {

    @Test
    void listsEachSettingAsItIsDeclared() throws Exception {
        String page = Files.readString(Path.of("docs", "settings.md"));

        assertThat(page).contains(table(true)).contains(table(false));
    }

    private static String table(boolean perIntegration) {
        StringBuilder table = new StringBuilder("| property | environment | default | |\n|---|---|---|---|\n");
        SettingCatalogue.all().stream().filter(setting -> setting.perIntegration() == perIntegration)
                .forEach(setting -> table.append(row(setting)));
        return table.toString();
    }

    private static String row(Setting<?> setting) {
        String description = setting.description() + (setting.secret() ? " (secret)" : "");
        return "| " + String.join(" | ",
                List.of("`" + setting.property() + "`", "`" + setting.environment() + "`", setting.defaultText(), description)) + " |\n";
    }
}
