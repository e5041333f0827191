package io.github.dingtalkcamel.reload;

import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.github.dingtalkcamel.LogLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of packaged route files, today's and former ones. */
class RouteFileNamesTest {

    private static final String ROUTE = "- route:\n    id: mine\n    from:\n      uri: direct:mine\n      steps:\n        - stop: {}\n";

    @TempDir
    private Path directory;

    @Test
    void aFormerNameLeadsToTheFilesOfToday() {
        List<String> packaged = List.of("reply-message.camel.yaml", "turn-queue.camel.yaml", "turn-answer.camel.yaml", "events.camel.yaml",
                "inbound-event.camel.yaml");

        assertThat(RouteFileNames.successors("turns.camel.yaml", packaged)).contains("turn-answer, turn-queue");
        assertThat(RouteFileNames.successors("reply", packaged)).contains("reply-message");
        assertThat(RouteFileNames.successors("events.yaml", packaged)).as("still packaged").isEmpty();
        assertThat(RouteFileNames.successors("webhook", packaged)).as("nothing left of it").isEmpty();
        assertThat(RouteFileNames.successors("helpdesk", packaged)).as("never packaged").isEmpty();
    }

    @Test
    void aFileOfAFormerNameInTheRoutesDirectoryIsWarnedOf() throws IOException {
        Files.writeString(directory.resolve("turns.camel.yaml"), ROUTE);
        Files.writeString(directory.resolve("helpdesk.camel.yaml"), ROUTE.replace("mine", "helpdesk"));
        try (LiveContext context = new LiveContext(); LogLines log = LogLines.listen()) {
            context.build();
            new LiveRoutes(context, directory).start(Map.of("turn-answer.camel.yaml",
                    RouteFile.packaged("turn-answer.camel.yaml", ROUTE.replace("mine", "turn"))));

            assertThat(log.containing("replaces no packaged file any more")).singleElement().asString()
                    .contains("turns.camel.yaml", "are in turn-answer now");
        }
    }
}
