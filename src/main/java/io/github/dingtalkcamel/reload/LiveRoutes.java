package io.github.dingtalkcamel.reload;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the packaged route files and those of the routes directory, where a file replaces the packaged one of its name, and reloads
 * each file that changes while the program runs.
 *
 * <p>Promises: a change is applied completely or not at all. The new version is built before the old one is touched; then the next
 * message goes to the new version, and the old one finishes the messages in it, however long that takes. A file that can't be parsed
 * or built changes nothing and is logged once. A stopped route stays stopped when its file changes.
 *
 * <p>Does not promise: rest services and templates in files are read at the start only. Events that arrive while a hook's {@code from}
 * is changed may not reach that hook.
 */
public final class LiveRoutes implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveRoutes.class);
    private static final long PERIOD_MILLIS = 300;

    private final LiveContext context;
    private final RoutesDirectory directory;
    private final RouteParser parser;
    private final DrainingRoutes draining;
    private Map<String, RouteFile> packaged = Map.of();
    private final Map<String, Loaded> loaded = new TreeMap<>();
    private final Map<String, RouteFile> refused = new HashMap<>();
    private Map<String, RouteFile> seen;
    private Map<String, RouteFile> settled;
    private String unreadable;
    private ScheduledExecutorService watch;

    public LiveRoutes(LiveContext context, Path directory) {
        this.context = context;
        this.directory = new RoutesDirectory(directory);
        this.parser = new RouteParser(context);
        this.draining = new DrainingRoutes(context);
    }

    /** A loaded file. {@code atStartOnly}: it has parts that can't be changed in a running program. */
    private record Loaded(RouteFile file, List<String> routes, List<HttpPath> paths, List<RouteConfigurationDefinition> configurations,
            boolean atStartOnly) {

        RouteConflicts.Routes known() {
            return new RouteConflicts.Routes(file, routes, paths);
        }
    }

    /** A file that is about to be loaded. */
    private record Candidate(RouteFile file, List<RouteDefinition> routes, List<HttpPath> paths,
            List<RouteConfigurationDefinition> configurations) {
    }

    /** Reads the files at the start. Camel adds their routes. */
    List<RoutesBuilder> start(Map<String, RouteFile> packagedFiles) {
        packaged = Map.copyOf(packagedFiles);
        Map<String, RouteFile> own = directory.read();
        seen = own;
        settled = own;
        List<RoutesBuilder> builders = new ArrayList<>();
        for (RouteFile file : overlaid(own).values()) {
            builders.add(starting(file));
            if (file.own()) {
                LOG.info("{} {}", packaged.containsKey(file.name()) ? "Replaced by" : "Routes of", file.shown());
                warnIfStale(file);
                warnIfRenamed(file);
            }
        }
        return builders;
    }

    private RouteConfigurationBuilder starting(RouteFile file) {
        RouteConfigurationBuilder builder;
        try {
            builder = parser.parse(file);
        } catch (Exception e) {
            throw new BadRoutesException(RouteParser.describe(file, List.of(), e), e);
        }
        builder.addLifecycleInterceptor(new RouteBuilderLifecycleStrategy() {
            @Override
            public void afterConfigure(RouteBuilder configured) {
                List<RouteDefinition> routes = RouteParser.routes(file, builder);
                List<String> ids = ids(routes);
                List<HttpPath> paths = HttpPath.of(context, routes, builder);
                RouteConflicts.check(new RouteConflicts.Routes(file, ids, paths), known());
                loaded.put(file.name(), new Loaded(file, ids, paths,
                        List.copyOf(builder.getRouteConfigurationCollection().getRouteConfigurations()), RouteParser.hasMore(builder)));
            }
        });
        return builder;
    }

    private static List<String> ids(List<RouteDefinition> routes) {
        return routes.stream().map(RouteDefinition::getId).toList();
    }

    private Map<String, RouteFile> overlaid(Map<String, RouteFile> own) {
        Map<String, RouteFile> all = new TreeMap<>(packaged);
        all.putAll(own);
        return all;
    }

    /** A file of a former packaged name replaces nothing: its routes run beside those that took their place. */
    private void warnIfRenamed(RouteFile file) {
        RouteFileNames.successors(file.name(), packaged.keySet()).ifPresent(successors -> LOG.warn(
                "{} replaces no packaged file any more: the routes of that name are in {} now. Eject these, move your changes there,"
                        + " and delete this file", file.shown(), successors));
    }

    private void warnIfStale(RouteFile file) {
        EjectedVersion.of(file.text()).filter(stamp -> packaged.containsKey(file.name()) && !stamp.isOf(packaged.get(file.name()).text()))
                .ifPresent(stamp -> LOG.warn("{} was ejected from version {}; the packaged {} has changed since:"
                        + " eject it to another directory, and compare", file.shown(), stamp.version(), file.name()));
    }

    /** Starts to watch the directory: changes are looked for every 300 ms. */
    public void watch() {
        watch = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "dingtalk-routes");
            thread.setDaemon(true);
            return thread;
        });
        watch.scheduleWithFixedDelay(this::look, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            poll();
            draining.tick(System.nanoTime());
        } catch (RuntimeException | Error e) {
            // keep watching
            LOG.error("The routes directory {} could not be checked", directory.path(), e);
        }
    }

    /** Reads the files once. A change is applied only when it reads the same twice in a row, since a file may still be written. */
    private void poll() {
        Map<String, RouteFile> own;
        try {
            own = directory.read();
            unreadable = null;
        } catch (BadRoutesException e) {
            if (!e.getMessage().equals(unreadable)) {
                LOG.error("Route changes rejected, keeping the previous versions: {}", e.getMessage());
                unreadable = e.getMessage();
            }
            return;
        }
        boolean calm = own.equals(seen);
        seen = own;
        if (calm && !own.equals(settled)) {
            settled = own;
            update(overlaid(own));
        }
    }

    private void update(Map<String, RouteFile> wanted) {
        Map<String, String> faults = new LinkedHashMap<>();
        boolean progress = true;
        // files may depend on each other's change, so every change gives the rejected ones another try
        while (progress) {
            progress = false;
            faults.clear();
            for (String name : inOrder(wanted)) {
                RouteFile file = wanted.get(name);
                Loaded before = loaded.get(name);
                if (before != null && before.file.equals(file)) {
                    refused.remove(name);
                    continue;
                }
                String fault = change(name, before, file);
                if (fault == null) {
                    refused.remove(name);
                    progress = true;
                } else {
                    faults.put(name, fault);
                }
            }
        }
        faults.forEach((name, fault) -> {
            RouteFile file = wanted.get(name);
            if (!refused.containsKey(name) || !Objects.equals(refused.put(name, file), file)) {
                refused.put(name, file);
                LOG.error("Route change rejected, keeping the previous version: {}", fault);
            }
        });
    }

    /** Files with route configurations first: a route that is built before the configuration it names would have none. */
    private List<String> inOrder(Map<String, RouteFile> wanted) {
        Set<String> names = new TreeSet<>(wanted.keySet());
        names.addAll(loaded.keySet());
        return names.stream().sorted(Comparator.comparing(
                name -> !wanted.containsKey(name) || !wanted.get(name).text().contains("outeConfiguration:"))).toList();
    }

    /** Replaces a file's previous version; null for a file that is new or gone. Returns what is wrong with the change, or null. */
    private String change(String name, Loaded before, RouteFile file) {
        List<Candidate> candidates = new ArrayList<>();
        try {
            if (before != null && before.atStartOnly) {
                throw new BadRoutesException(before.file.shown() + " has rest services or templates:"
                        + " restart the program to apply its change", null);
            }
            candidates = candidates(name, before, file);
        } catch (Exception e) {
            restore(before, file);
            return RouteParser.describe(file == null ? before.file : file, List.of(), e);
        }
        List<RouteDefinition> arriving = candidates.stream().flatMap(candidate -> candidate.routes.stream()).toList();
        Set<String> files = candidates.stream().map(candidate -> candidate.file.name()).collect(Collectors.toCollection(TreeSet::new));
        files.add(name);
        List<LiveRoute> leaving = files.stream().map(loaded::get).filter(Objects::nonNull).flatMap(each -> each.routes.stream())
                .map(context::liveRoute).filter(Objects::nonNull).toList();
        RouteReplacement replacement = new RouteReplacement(context, draining, leaving);
        try {
            replacement.build(arriving);
            replacement.start();
        } catch (Exception e) {
            replacement.undo();
            restore(before, file);
            return RouteParser.describe(file == null ? before.file : file, arriving, e);
        }
        replacement.finish(System.nanoTime());
        loaded.remove(name);
        for (Candidate candidate : candidates) {
            loaded.put(candidate.file.name(), new Loaded(candidate.file, ids(candidate.routes), candidate.paths, candidate.configurations,
                    false));
        }
        tell(before, file, files.size() - 1);
        return null;
    }

    /** The definitions of the file; with those of all other files where it has route configurations, since these apply to them too. */
    private List<Candidate> candidates(String name, Loaded before, RouteFile file) throws Exception {
        List<RouteConfigurationDefinition> gone = before == null ? List.of() : before.configurations;
        List<RouteConfigurationDefinition> come = List.of();
        RouteConfigurationBuilder builder = null;
        if (file != null) {
            builder = parser.parse(file);
            for (RouteConfigurationDefinition old : gone) {
                context.removeRouteConfiguration(old);
            }
            builder.addRouteConfigurationsToCamelContext(context);
            come = List.copyOf(builder.getRouteConfigurationCollection().getRouteConfigurations());
        } else {
            for (RouteConfigurationDefinition old : gone) {
                context.removeRouteConfiguration(old);
            }
        }
        List<Candidate> candidates = new ArrayList<>();
        if (builder != null) {
            candidates.add(configured(file, builder, come));
        }
        if (!gone.isEmpty() || !come.isEmpty()) {
            for (Loaded other : loaded.values()) {
                if (!other.file.name().equals(name) && !other.routes.isEmpty() && !other.atStartOnly) {
                    candidates.add(configured(other.file, parser.parse(other.file), other.configurations));
                }
            }
        }
        return candidates;
    }

    private Candidate configured(RouteFile file, RouteConfigurationBuilder builder, List<RouteConfigurationDefinition> configurations)
            throws Exception {
        builder.configureRoutes(context);
        List<RouteDefinition> routes = RouteParser.routes(file, builder);
        if (RouteParser.hasMore(builder)) {
            throw new BadRoutesException(file.shown() + " has rest services or templates: restart the program to load it", null);
        }
        List<HttpPath> paths = HttpPath.of(context, routes, builder);
        RouteConflicts.check(new RouteConflicts.Routes(file, ids(routes), paths), known());
        return new Candidate(file, routes, paths, configurations);
    }

    private List<RouteConflicts.Routes> known() {
        return loaded.values().stream().map(Loaded::known).toList();
    }

    /** Restores route configurations and beans after a rejected change. */
    private void restore(Loaded before, RouteFile file) {
        try {
            Set<RouteConfigurationDefinition> known = loaded.values().stream().flatMap(each -> each.configurations.stream())
                    .collect(Collectors.toSet());
            context.getRouteConfigurationDefinitions().removeIf(each -> !known.contains(each));
            known.forEach(each -> {
                if (!context.getRouteConfigurationDefinitions().contains(each)) {
                    context.addRouteConfiguration(each);
                }
            });
            if (before != null && file != null && RouteParser.hasBeans(before.file)) {
                parser.parse(before.file).configureRoutes(context);
            }
        } catch (Exception e) {
            LOG.error("The previous version could not be restored completely, restart the program: {}", e.toString());
        }
    }

    private void tell(Loaded before, RouteFile file, int others) {
        String more = others == 0 ? "" : "; the routes of " + others + " other files took over its routeConfigurations";
        if (file == null) {
            LOG.info("{} is gone, and with it {}{}", before.file.shown(), named(before.routes), more);
            return;
        }
        Loaded now = loaded.get(file.name());
        if (file.own()) {
            LOG.info("{} is live: {}{}", file.shown(), named(now.routes), more);
            warnIfStale(file);
            warnIfRenamed(file);
        } else {
            LOG.info("{} is gone, {} is back: {}{}", before.file.shown(), file.shown(), named(now.routes), more);
        }
    }

    private String named(List<String> routes) {
        if (routes.isEmpty()) {
            return "no routes";
        }
        return (routes.size() == 1 ? "route " : "routes ") + routes.stream().map(this::state).collect(Collectors.joining(", "));
    }

    private String state(String id) {
        LiveRoute route = context.liveRoute(id);
        return route == null || route.isConsuming() ? id : id + " (stopped)";
    }

    /** Ids of routes from packaged files. */
    public List<String> packagedRoutes() {
        return loaded.values().stream().filter(each -> !each.file.own()).flatMap(each -> each.routes.stream()).toList();
    }

    /** The files of the routes directory that are loaded, with the ids of their routes. */
    public Map<String, List<String>> ownRoutes() {
        Map<String, List<String>> own = new TreeMap<>();
        loaded.values().stream().filter(each -> each.file.own()).forEach(each -> own.put(each.file.name(), each.routes));
        return own;
    }

    /** Stops watching the directory; the routes keep running. */
    public void stop() {
        if (watch != null) {
            watch.shutdown();
            try {
                watch.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        stop();
        draining.close();
    }
}
