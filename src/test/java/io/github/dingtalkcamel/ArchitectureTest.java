package io.github.dingtalkcamel;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.github.dingtalkcamel.cli.Send;
import org.apache.camel.spi.Registry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which package may use which, and how large a class may be. */
class ArchitectureTest {

    private static final String OURS = "io.github.dingtalkcamel";
    private static final int MOST_LINES = 400;
    private static final int MOST_COLUMNS = 140;

    /** Classes that are still longer than the bound. None may be added. */
    private static final List<String> STILL_TOO_LONG = List.of("ManagedConnection.java");

    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes = new ClassFileImporter().importPath(Path.of("target/classes"));
    }

    @Test
    void theComponentUsesNothingOfTheApplication() {
        noClasses().that().resideInAPackage(OURS + ".component..")
                .should().dependOnClassesThat(resideInAPackage(OURS + "..").and(outside(OURS + ".component..")))
                .because("dingtalk-camel-component.jar works in any Camel application")
                .check(classes);
    }

    @Test
    void theSimulatorSharesOnlyTheHttpServerWithTheApplication() {
        noClasses().that().resideInAPackage(OURS + ".simulator..")
                .should().dependOnClassesThat(resideInAPackage(OURS + "..").and(outside(OURS + ".simulator..", OURS + ".server")))
                .because("both sides implement the wire protocol on their own, so that each checks the other")
                .check(classes);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(new ByPackage()).should().beFreeOfCycles().check(classes);
    }

    @Test
    void onlyConfigurationsBindBeansOfRoutes() {
        noClasses().that().resideInAPackage(OURS + "..").and().haveSimpleNameNotEndingWith("Configuration")
                .and().doNotHaveFullyQualifiedName(Send.class.getName())
                .and().doNotHaveFullyQualifiedName(GuardedServers.class.getName())
                .and().doNotHaveFullyQualifiedName(HttpGuards.class.getName())
                .should().callMethodWhere(target(name("bind")).and(target(owner(assignableTo(Registry.class)))))
                .because("a reader finds the bean that a route names in the …Configuration of its package;"
                        + " servers bind what Camel looks up itself, and send what takes the place of the application's")
                .check(classes);
    }

    @Test
    void everyPackageSaysWhatItIsForAndWhatMayCallIt() {
        TreeSet<String> silent = new TreeSet<>();
        for (Path file : sources("src/main/java")) {
            Path says = file.resolveSibling("package-info.java");
            if (!Files.isRegularFile(says) || !read(says).matches("(?s).*\\b([Cc]alled|[Uu]sed) by\\b.*")) {
                silent.add(file.getParent().toString());
            }
        }
        assertThat(silent).as("packages without a package-info.java that says by what they are called or used").isEmpty();
    }

    @Test
    void noClassIsLongerThan400Lines() {
        TreeMap<String, Long> tooLong = new TreeMap<>();
        for (Path file : sources("src/main/java")) {
            long lines = read(file).lines().count();
            if (lines > MOST_LINES) {
                tooLong.put(file.getFileName().toString(), lines);
            }
        }
        assertThat(tooLong.keySet()).as(tooLong.toString()).isSubsetOf(STILL_TOO_LONG);
    }

    /** Spotless holds the rest of the format; it has no rule for the width. */
    @Test
    void noLineIsLongerThan140Columns() {
        List<String> tooLong = new ArrayList<>();
        for (Path file : sources("src/main/java")) {
            List<String> lines = read(file).lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > MOST_COLUMNS) {
                    tooLong.add(file + ":" + (i + 1));
                }
            }
        }
        assertThat(tooLong).isEmpty();
    }

    private static DescribedPredicate<JavaClass> outside(String... packages) {
        return DescribedPredicate.not(resideInAnyPackage(packages));
    }

    private static List<Path> sources(String folder) {
        try (Stream<Path> files = Files.walk(Path.of(folder))) {
            return files.filter(file -> file.toString().endsWith(".java")).collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each package by itself, its sub-packages apart. */
    private static final class ByPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().startsWith(OURS) ? SliceIdentifier.of(type.getPackageName()) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages of ours";
        }
    }
}
