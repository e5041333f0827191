package io.github.dingtalkcamel.reload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.dingtalkcamel.encoding.Utf8;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.main.DefaultRoutesCollector;
import org.apache.camel.spi.Resource;
import org.apache.camel.util.FileUtil;

/** Collects the packaged route files and those of the routes directory, where a file replaces the packaged one of its name. */
public final class OverlayingRoutes extends DefaultRoutesCollector {

    private final LiveRoutes routes;

    public OverlayingRoutes(LiveRoutes routes) {
        this.routes = routes;
    }

    @Override
    public Collection<RoutesBuilder> collectRoutesFromDirectory(CamelContext context, String excludePattern, String includePattern) {
        Map<String, RouteFile> packaged = new TreeMap<>();
        for (Resource resource : findRouteResourcesFromDirectory(context, excludePattern, includePattern)) {
            String name = FileUtil.stripPath(resource.getLocation());
            packaged.put(name, RouteFile.packaged(name, text(resource)));
        }
        List<RoutesBuilder> builders = new ArrayList<>(routes.start(packaged));
        return builders;
    }

    static String text(Resource resource) {
        try (InputStream in = resource.getInputStream()) {
            return Utf8.decode(in.readAllBytes(), resource.getLocation());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
