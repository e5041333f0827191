package io.github.dingtalkcamel.reload;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.util.FileUtil;

/** {@code java -jar dingtalk-camel.jar eject NAME}: copies a packaged file of routes into the routes directory, to be edited there. */
public final class Eject {

    /** The command's own name. */
    public static final String COMMAND = "eject";

    /** What the command takes. */
    public static final String USAGE = """
            Usage: eject NAME [--force]
              NAME      a packaged file of routes, such as reply, with or without .camel.yaml; eject alone lists them
              --force   replaces the file where it is there already
            The file takes the packaged one's place; deleting it brings that back.
            Status: 0 done, 1 the file is there already or can't be written, 2 wrong use or settings""";

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int WRONG_USE = 2;
    private static final String FORCE = "--force";

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

    /** Of the files that this program was packaged with. */
    public static Eject ofThisProgram(Path directory, PrintStream out, PrintStream errors) {
        String version = Eject.class.getPackage().getImplementationVersion();
        return new Eject(packaged(), directory, version == null ? "dev" : version, out, errors);
    }

    private static Map<String, String> packaged() {
        Map<String, String> files = new TreeMap<>();
        try {
            // only to find resources by: it is never started, so there is nothing to close
            DefaultCamelContext context = new DefaultCamelContext();
            for (Resource resource : PluginHelper.getPackageScanResourceResolver(context).findResources("classpath:routes/*.camel.yaml")) {
                files.put(FileUtil.stripPath(resource.getLocation()), OverlayingRoutes.text(resource));
            }
            return files;
        } catch (Exception e) {
            throw new IllegalStateException("The packaged routes can't be read", e);
        }
    }

    /**
     * Does what the words after {@value #COMMAND} say: a name, with or without {@code .camel.yaml}, and maybe {@code --force}.
     *
     * @return the exit status: 0, 1 where the file can't be written or is there already, 2 for a name that no packaged file has
     */
    public int run(List<String> words) {
        List<String> names = new ArrayList<>(words);
        boolean force = names.remove(FORCE);
        Optional<String> option = names.stream().filter(word -> word.startsWith("-")).findFirst();
        if (option.isPresent()) {
            errors.println("There is no option " + option.get());
            errors.println(USAGE);
            return WRONG_USE;
        }
        String name = names.size() == 1 ? names.get(0).replaceFirst("(\\.camel)?(\\.ya?ml)?$", "") + ".camel.yaml" : null;
        if (name == null || !packaged.containsKey(name)) {
            errors.println(names.size() == 1 ? "There is no packaged file \"" + names.get(0) + "\"." : "Say which file: eject NAME [--force]");
            errors.println("There are: " + String.join(", ", packaged.keySet().stream().map(each -> each.replace(".camel.yaml", "")).toList()));
            return WRONG_USE;
        }
        Path file = directory.resolve(name);
        try {
            write(file, EjectedVersion.of(version, packaged.get(name)).line() + "\n" + packaged.get(name), force);
        } catch (FileAlreadyExistsException e) {
            errors.println(file + " is there already: edit it, or have it replaced with --force");
            return FAILED;
        } catch (IOException e) {
            errors.println(file + " can't be written: " + e);
            return FAILED;
        }
        out.println(file + " takes the packaged file's place: edit it, and a running program follows");
        return DONE;
    }

    private void write(Path file, String text, boolean force) throws IOException {
        Files.createDirectories(directory);
        if (!force) {
            Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return;
        }
        // whole or not at all: a running program may be looking
        Path whole = Files.createTempFile(directory, ".eject", null);
        try {
            Files.writeString(whole, text, StandardCharsets.UTF_8);
            Files.move(whole, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(whole);
        }
    }
}
