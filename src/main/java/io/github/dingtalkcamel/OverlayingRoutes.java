package io.github.dingtalkcamel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.apache.camel.CamelContext;
import org.apache.camel.main.DefaultRoutesCollector;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.util.FileUtil;

/** The packaged routes with those of the routes directory beside them; a file there takes the place of a packaged one of its name (contract 3). */
final class OverlayingRoutes extends DefaultRoutesCollector {

    private final Path directory;
    /** Camel asks twice. */
    private final Set<Path> told = new HashSet<>();

    OverlayingRoutes(Path directory) {
        this.directory = directory;
    }

    @Override
    public Collection<Resource> findRouteResourcesFromDirectory(CamelContext context, String excludePattern, String includePattern) {
        Map<String, Resource> byName = new TreeMap<>();
        for (Resource packaged : super.findRouteResourcesFromDirectory(context, excludePattern, includePattern)) {
            byName.put(FileUtil.stripPath(packaged.getLocation()), packaged);
        }
        for (Path file : files()) {
            Resource own = PluginHelper.getResourceLoader(context).resolveResource("file:" + file);
            Resource packaged = byName.put(file.getFileName().toString(), own);
            if (told.add(file)) {
                log.info("{} {}", packaged == null ? "Routes of" : "Replaced by", file);
            }
        }
        return byName.values();
    }

    private List<Path> files() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().matches("[^.].*\\.ya?ml")).filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new StartException("The routes directory " + directory + " can't be read: " + e.getMessage() + ". See dingtalk.routes-dir", e);
        }
    }
}
