package io.github.dingtalkcamel.reload;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Refuses a file whose routes have the id of another file's route, or take its HTTP requests. */
final class RouteConflicts {

    private RouteConflicts() {
    }

    /** The routes of one file. */
    record Routes(RouteFile file, List<String> ids, List<HttpPath> paths) {
    }

    /**
     * Checks one file's routes against those of the others.
     *
     * @param others a file of the same name among them is the version that this one replaces, and no conflict
     * @throws BadRoutesException naming both files and the remedy
     */
    static void check(Routes routes, List<Routes> others) {
        checkOwnIds(routes);
        for (Routes other : others) {
            if (!other.file().name().equals(routes.file().name())) {
                checkIds(routes, other);
                checkPaths(routes, other);
            }
        }
    }

    private static void checkOwnIds(Routes routes) {
        Set<String> once = new TreeSet<>();
        for (String id : routes.ids()) {
            if (!once.add(id)) {
                throw new BadRoutesException(routes.file().shown() + " has two routes with the id " + id
                        + ": give one of them another", null);
            }
        }
    }

    private static void checkIds(Routes routes, Routes other) {
        for (String id : routes.ids()) {
            if (other.ids().contains(id)) {
                throw new BadRoutesException("Route " + id + " is in " + other.file().shown() + " and in " + routes.file().shown()
                        + ": give one of them another id, or name the file " + other.file().name() + " to replace it", null);
            }
        }
    }

    /**
     * The server would give a request to the route that came first, and the other would never get it. Between two files of the routes
     * directory only equal paths are refused: a path with a variable may be meant to leave out what the other path names.
     */
    private static void checkPaths(Routes routes, Routes other) {
        RouteFile file = routes.file();
        if (!file.own() && !other.file().own()) {
            return;
        }
        boolean bothOwn = file.own() && other.file().own();
        for (HttpPath path : routes.paths()) {
            other.paths().stream().filter(bothOwn ? path::isSame : path::overlaps).findFirst().ifPresent(taken -> {
                throw file.own() ? twice(file, path, other.file(), taken) : twice(other.file(), taken, file, path);
            });
        }
    }

    private static BadRoutesException twice(RouteFile file, HttpPath path, RouteFile other, HttpPath taken) {
        return new BadRoutesException("Route " + path.route() + " in " + file.shown() + " takes " + path + ", which route " + taken.route()
                + " in " + other.shown() + " takes (" + taken + "): give it another path"
                + (other.own() ? "" : ", outside /api/dingtalk, or name the file " + other.name() + " to replace that one"), null);
    }
}
