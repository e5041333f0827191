package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.github.dingtalkcamel.settings.Setting;
import io.github.dingtalkcamel.settings.SettingCatalogue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples in the documents that are not commands: routes, JSON, properties, and the settings that are named anywhere. */
class DocumentExamplesTest {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final ObjectMapper JSON = new ObjectMapper().enable(JsonParser.Feature.ALLOW_COMMENTS);
    private static final Pattern ENVIRONMENT = Pattern.compile("(?<![A-Z_$<])DINGTALK_[A-Z][A-Z_]*[A-Z](?![A-Z_<*…])");
    private static final Pattern PROPERTY = Pattern.compile("(?<![\\w./-])dingtalk\\.[a-z][a-z0-9-]*(?:\\.[a-z0-9<>-]+)*(?![\\w/*…-])");
    /** Of the start script, and of DingTalk's own SDKs. */
    private static final Set<String> OTHER_VARIABLES = Set.of("DINGTALK_HOME", "DINGTALK_CLASS_ARCHIVE", "DINGTALK_OPENAPI_ENDPOINT");
    /** Loggers, files, attributes of traces, and what examples call their own. */
    private static final Set<String> OTHER_PROPERTIES = Set.of("dingtalk.turns", "dingtalk.refused", "dingtalk.unexpected", "dingtalk.log",
            "dingtalk.access", "dingtalk.turn", "dingtalk.db", "dingtalk.db-wal", "dingtalk.token", "dingtalk.key", "dingtalk.secret",
            "dingtalk.events", "dingtalk.<name>");

    static List<DocumentBlock> routes() throws IOException {
        return DocumentBlock.in("yaml");
    }

    @ParameterizedTest
    @MethodSource("routes")
    void aRouteIsValidByTheSchemaOfCamelsYaml(DocumentBlock block) throws IOException {
        assertThat(CamelYamlSchema.validate(whole(YAML.readTree(block.text())))).as(block.text()).isEmpty();
    }

    /** A part of a route, with the rest around it. */
    private static JsonNode whole(JsonNode part) {
        if (part.isArray() && part.get(0).fieldNames().next().matches("route|beans|routeConfiguration")) {
            part.forEach(entry -> steps(entry.path("route").path("from")));
            return part;
        }
        ArrayNode file = YAML.createArrayNode();
        ObjectNode from = part.isObject() ? (ObjectNode) part : YAML.createObjectNode().put("uri", "direct:part").set("steps", part);
        file.addObject().putObject("route").set("from", steps(from));
        return file;
    }

    private static JsonNode steps(JsonNode from) {
        if (from instanceof ObjectNode object && !object.has("steps")) {
            object.putArray("steps");
        }
        return from;
    }

    static List<DocumentBlock> json() throws IOException {
        return DocumentBlock.in("json").stream().filter(block -> !block.file().endsWith("protocol.md")).toList();
    }

    @ParameterizedTest
    @MethodSource("json")
    void jsonCanBeParsed(DocumentBlock block) throws JsonProcessingException {
        assertThat(JSON.readTree(block.text().replaceAll("(?<=[,{\\[]) *…,?", ""))).as(block.text()).isNotNull();
    }

    static List<DocumentBlock> properties() throws IOException {
        return DocumentBlock.in("properties");
    }

    @ParameterizedTest
    @MethodSource("properties")
    void propertiesAreReadableLineByLine(DocumentBlock block) throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(block.text()));

        assertThat(properties.stringPropertyNames()).hasSize((int) block.text().lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#")).count());
    }

    @Test
    void eachSettingThatIsNamedExists() throws IOException {
        Set<String> variables = SettingCatalogue.all().stream().map(Setting::environment).collect(Collectors.toCollection(TreeSet::new));
        Set<String> properties = SettingCatalogue.all().stream().map(Setting::property).collect(Collectors.toCollection(TreeSet::new));
        variables.addAll(OTHER_VARIABLES);
        properties.addAll(OTHER_PROPERTIES);
        List<String> unknown = new ArrayList<>();
        for (Path file : DocumentBlock.documents()) {
            String text = Files.readString(file);
            ENVIRONMENT.matcher(text).results().map(found -> found.group())
                    .filter(name -> !variables.contains(name.replaceFirst("_INTEGRATIONS_[A-Z0-9]+(?=_)", "")))
                    .forEach(name -> unknown.add(file + ": " + name));
            PROPERTY.matcher(text).results().map(found -> found.group())
                    .filter(name -> !properties.contains(name.replaceFirst("\\.integrations\\.[a-z0-9<>]+(?=\\.)", "")))
                    .forEach(name -> unknown.add(file + ": " + name));
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void theChineseReadmeHasTheCommandsAndRoutesOfTheEnglishOne() throws IOException {
        Map<Path, List<String>> texts = DocumentBlock.in("sh", "yaml").stream().filter(block -> block.file().getNameCount() == 1)
                .collect(Collectors.groupingBy(DocumentBlock::file, Collectors.mapping(block -> withoutWords(block.text()),
                        Collectors.toList())));

        assertThat(texts.get(Path.of("README_zh.md"))).isNotEmpty().isEqualTo(texts.get(Path.of("README.md")));
    }

    /** Without comments, and without what is said to people: those are translated. */
    private static String withoutWords(String commands) {
        return commands.replaceAll(" +# .*", "").replaceAll("\"content\": \"[^\"]*\"", "content").replaceAll("'(backup done|备份完成)'", "text")
                .replaceAll("(?m)simple: .*", "simple");
    }
}
