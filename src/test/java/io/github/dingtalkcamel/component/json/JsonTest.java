package io.github.dingtalkcamel.component.json;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JsonTest {

    private static String nested(int levels) {
        return "[".repeat(levels) + "]".repeat(levels);
    }

    @Test
    void readsTextsOfSixtyFourLevelsAndNoDeeperOnes() throws JsonProcessingException {
        assertThat(Json.MAPPER.readTree(nested(64)).isArray()).isTrue();
        assertThatThrownBy(() -> Json.MAPPER.readTree(nested(65))).isInstanceOf(StreamConstraintsException.class);
    }

    @Test
    void noOtherClassHasAParserOfItsOwnWithoutTheLimit() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            List<Path> others = files.filter(file -> file.toString().endsWith(".java") && !file.toString().contains("simulator")
                    && !file.getFileName().toString().equals("Json.java"))
                    .filter(file -> read(file).matches("(?s).*(new ObjectMapper\\(\\)|StreamReadConstraints\\.builder).*")).toList();
            assertThat(others).isEmpty();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
