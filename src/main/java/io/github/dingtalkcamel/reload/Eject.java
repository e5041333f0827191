package io.github.dingtalkcamel.reload;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.TreeMap;

import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.util.FileUtil;

/** {@code java -jar dingtalk-camel.jar eject NAME}: copies a packaged route file into the routes directory, to be edited there. */
public final class Eject {

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;

    private final Map<String, String> packaged;
    private final Path directory;
    private final String version;
    private final PrintStream out;
    private final PrintStream errors;

    /**
     * @param packaged texts of the packaged files by name
     */
    Eject(Map<String, String> packaged, Path directory, String version, PrintStream out, PrintStream errors) {
        this.packaged = new TreeMap<>(packaged);
        this.directory = directory;
        this.version = version;
        this.out = out;
        this.errors = errors;
    }

    /** With the files that are packaged with this program. */
    public static Eject ofThisProgram(Path directory, PrintStream out, PrintStream errors) {
        String version = Eject.class.getPackage().getImplementationVersion();
        return new Eject(packaged(), directory, version == null ? "dev" : version, out, errors);
    }

    private static Map<String, String> packaged() {
        Map<String, String> files = new TreeMap<>();
        try {
            // only finds resources: it is never started, so there is nothing to close
            DefaultCamelContext context = new DefaultCamelContext();
            for (Resource resource : PluginHelper.getPackageScanResourceResolver(context).findResources("classpath:routes/*.camel.yaml")) {
                files.put(FileUtil.stripPath(resource.getLocation()), OverlayingRoutes.text(resource));
            }
            return files;
        } catch (Exception e) {
            throw new IllegalStateException("The packaged routes can't be read", e);
        }
    }

    /** The packaged files, without {@code .camel.yaml}. */
    public String names() {
        return String.join(", ", packaged.keySet().stream().map(RouteFileNames::shortName).toList());
    }

    /**
     * Copies one file.
     *
     * @param wanted with or without {@code .camel.yaml}
     * @param force  replaces a file that exists already
     * @return the exit status: 0, 1 where the file can't be written or exists already, 2 for a name that no packaged file has
     */
    public int run(String wanted, boolean force) {
        String name = RouteFileNames.shortName(wanted) + ".camel.yaml";
        if (!packaged.containsKey(name)) {
            errors.println("There is no packaged file \"" + wanted + "\"." + RouteFileNames.successors(name, packaged.keySet())
                    .map(successors -> " Its routes are in: " + successors).orElse(""));
            errors.println("There are: " + names());
            return WRONG_USE;
        }
        Path file = directory.resolve(name);
        try {
            write(file, EjectedVersion.of(version, packaged.get(name)).line() + "\n" + packaged.get(name), force);
        } catch (FileAlreadyExistsException e) {
            errors.println(file + " exists already: edit it, or replace it with --force");
            return FAILED;
        } catch (IOException e) {
            errors.println(file + " can't be written: " + e);
            return FAILED;
        }
        out.println(file + " replaces the packaged file: edit it, and a running program loads the change");
        return DONE;
    }

    private void write(Path file, String text, boolean force) throws IOException {
        Files.createDirectories(directory);
        if (!force) {
            Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return;
        }
        // moved into place at once: a running program may read the directory now
        Path whole = Files.createTempFile(directory, ".eject", null);
        try {
            Files.writeString(whole, text, StandardCharsets.UTF_8);
            Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(whole);
        }
    }
}
