package io.github.dingtalkcamel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.github.dingtalkcamel.settings.SettingCatalogue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** {@code deploy/kubernetes.yaml}: what of it can be checked without a cluster. */
class KubernetesManifestTest {

    private static final List<Map<String, Object>> DOCUMENTS = new ArrayList<>();

    @BeforeAll
    @SuppressWarnings("unchecked")
    static void read() throws Exception {
        Iterable<Object> all = new Load(LoadSettings.builder().build())
                .loadAllFromString(Files.readString(Path.of("deploy", "kubernetes.yaml")));
        StreamSupport.stream(all.spliterator(), false).forEach(each -> DOCUMENTS.add((Map<String, Object>) each));
    }

    /** What is at the path: names of members, or indexes of lists. */
    private static Object at(Object from, Object... path) {
        Object here = from;
        for (Object step : path) {
            here = step instanceof Integer index ? ((List<?>) here).get(index) : ((Map<?, ?>) here).get(step);
            assertThat(here).as(step.toString()).isNotNull();
        }
        return here;
    }

    private static Object container() {
        return at(DOCUMENTS.get(0), "spec", "template", "spec", "containers", 0);
    }

    /** Reads resources by the published types, which otherwise keep fields that they do not know. */
    private static ObjectMapper strict() {
        return JsonMapper.builder().disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .annotationIntrospector(new JacksonAnnotationIntrospector() {
                    @Override
                    public Boolean hasAnySetter(Annotated any) {
                        return false;
                    }
                }).build();
    }

    @Test
    void hasOnlyFieldsOfKubernetesWithValuesOfTheirTypes() {
        List<Class<?>> types = List.of(Deployment.class, PodDisruptionBudget.class, Service.class);
        for (int number = 0; number < types.size(); number++) {
            HasMetadata read = (HasMetadata) strict().convertValue(DOCUMENTS.get(number), types.get(number));

            assertThat(read.getMetadata().getName()).isEqualTo("dingtalk-camel");
            assertThat(read.getApiVersion() + " " + read.getKind())
                    .isEqualTo(DOCUMENTS.get(number).get("apiVersion") + " " + DOCUMENTS.get(number).get("kind"));
        }
        assertThatThrownBy(() -> strict().convertValue(Map.of("spec", Map.of("minAvailabel", 2)), PodDisruptionBudget.class))
                .as("a misspelled field").hasMessageContaining("minAvailabel");
        assertThatThrownBy(() -> strict().convertValue(Map.of("spec", Map.of("replicas", "3")), Deployment.class))
                .as("a text in place of a number").hasMessageContaining("replicas");
    }

    @Test
    void runsThreeNodesOfWhichTwoStayDuringADisruption() {
        assertThat(DOCUMENTS).extracting(each -> each.get("apiVersion") + " " + each.get("kind")).containsExactly("apps/v1 Deployment",
                "policy/v1 PodDisruptionBudget", "v1 Service");
        assertThat(at(DOCUMENTS.get(0), "spec", "replicas")).isEqualTo(3);
        assertThat(at(DOCUMENTS.get(1), "spec", "minAvailable")).isEqualTo(2);
        Object labels = at(DOCUMENTS.get(0), "spec", "template", "metadata", "labels");
        assertThat(at(DOCUMENTS.get(0), "spec", "selector", "matchLabels")).isEqualTo(labels);
        assertThat(at(DOCUMENTS.get(1), "spec", "selector", "matchLabels")).isEqualTo(labels);
        assertThat(at(DOCUMENTS.get(2), "spec", "selector")).isEqualTo(labels);
    }

    @Test
    void namesOnlySettingsThatThereAre() {
        List<String> known = SettingCatalogue.all().stream().map(setting -> "DINGTALK_" + setting.name().toUpperCase().replace('-', '_'))
                .toList();
        List<String> named = ((List<?>) at(container(), "env")).stream().map(each -> at(each, "name").toString()).toList();

        assertThat(known).containsAll(named);
        assertThat(named).contains("DINGTALK_CLUSTER", "DINGTALK_STORE_URL", "DINGTALK_MANAGEMENT_PASSWORD");
    }

    @Test
    void probesWhatTheManagementServerAnswers() {
        List<?> ports = ((List<?>) at(container(), "ports")).stream().map(each -> at(each, "name") + " " + at(each, "containerPort"))
                .toList();

        assertThat(ports).isEqualTo(List.of("webhook 8080", "management 9876"));
        assertThat(at(container(), "livenessProbe", "httpGet")).isEqualTo(Map.of("path", "/observe/health/live", "port", "management"));
        assertThat(at(container(), "startupProbe", "httpGet")).isEqualTo(Map.of("path", "/observe/health/live", "port", "management"));
        assertThat(at(container(), "readinessProbe", "httpGet")).isEqualTo(Map.of("path", "/observe/health/ready", "port", "management"));
    }

    /** What a namespace with {@code pod-security.kubernetes.io/enforce: restricted} admits. */
    @Test
    void asksForNoRightsThatTheRestrictedPodSecurityStandardForbids() {
        Object pod = at(DOCUMENTS.get(0), "spec", "template", "spec");

        assertThat(at(pod, "securityContext")).isEqualTo(Map.of("runAsNonRoot", true, "runAsUser", 10001, "fsGroup", 10001,
                "seccompProfile", Map.of("type", "RuntimeDefault")));
        assertThat(at(container(), "securityContext")).isEqualTo(Map.of("allowPrivilegeEscalation", false, "readOnlyRootFilesystem", true,
                "capabilities", Map.of("drop", List.of("ALL"))));
        assertThat(((List<?>) at(pod, "volumes")).stream().map(each -> at(each, "name") + " " + at(each, "emptyDir")).toList())
                .as("the root file system is read-only").containsExactly("data {}", "tmp {}");
        assertThat(((List<?>) at(container(), "volumeMounts")).stream().map(each -> at(each, "name") + " " + at(each, "mountPath")).toList())
                .containsExactly("data /app/data", "tmp /tmp");
        assertThat(at(pod, "automountServiceAccountToken")).isEqualTo(false);
    }

    @Test
    void givesAProcessTheTimeThatItsRunningTurnsGetAndAnswersWhatStillComesIn() {
        assertThat(at(container(), "lifecycle", "preStop", "exec", "command")).isEqualTo(List.of("sleep", "5"));
        assertThat((Integer) at(DOCUMENTS.get(0), "spec", "template", "spec", "terminationGracePeriodSeconds"))
                .isGreaterThanOrEqualTo(5 + 25 + 5);
    }
}
