package io.github.dingtalkcamel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;

import io.github.dingtalkcamel.cluster.Cluster;
import io.github.dingtalkcamel.log.NodeName;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.StartException;
import io.github.dingtalkcamel.simulator.Simulator;
import io.github.dingtalkcamel.store.DataDirectory;
import io.github.dingtalkcamel.store.NativeLibrary;
import io.github.dingtalkcamel.store.Store;

/**
 * What the process holds outside itself: the data directory, the store, and the simulator where it is set. Opened before Camel is
 * configured, closed after everything else.
 */
final class OpenedResources implements AutoCloseable {

    private final DataDirectory dataDirectory;
    private final Store store;
    private final Simulator simulator;
    private final Settings settings;
    /** Null where this process has the store for itself. */
    private final Cluster cluster;

    OpenedResources(Settings read) {
        this.dataDirectory = DataDirectory.hold(read.dataDir());
        Store opened = null;
        Simulator started = null;
        Cluster node = null;
        int webhookPort;
        int managementPort;
        // both are held until all ports are chosen: else the same free port could be taken twice
        try (ServerSocket webhook = listen(read.webhookHost(), read.webhookPort(), "dingtalk.webhook-port (DINGTALK_WEBHOOK_PORT)");
                ServerSocket management = listen(read.managementHost(), read.managementPort(),
                        "dingtalk.management-port (DINGTALK_MANAGEMENT_PORT)")) {
            webhookPort = webhook.getLocalPort();
            managementPort = management.getLocalPort();
            if (read.storeUrl().isSqlite()) {
                NativeLibrary.prepare(read.dataDir());
            }
            // beside the rest of the start: it takes about as long as Camel's configuration
            String user = read.storeUser().orElse(null);
            node = read.cluster()
                    ? new Cluster(read.storeUrl().reveal(), user, read.storePassword().reveal(), nodeName(webhookPort), version(),
                    read.queueCapacity()) : null;
            opened = Store.opening(read.storeUrl().reveal(), user, read.storePassword().reveal(), node == null ? null : node.scope());
            started = read.simulator() ? BuiltInSimulator.start(read) : null;
        } catch (IOException | RuntimeException e) {
            if (opened != null) {
                opened.close();
            }
            dataDirectory.close();
            throw e instanceof RuntimeException unchecked ? unchecked : new UncheckedIOException((IOException) e);
        }
        this.store = opened;
        this.cluster = node;
        if (node != null) {
            NodeName.set(node.membership().name());
        }
        this.simulator = started;
        // from here on the simulator is a DingTalk like any other
        Settings addressed = started == null ? read : read.withBaseUrls(URI.create(started.url()), URI.create(started.url()));
        this.settings = addressed.withPorts(webhookPort, managementPort);
    }

    /**
     * The port to listen on. Camel names its servers by their configured ports, so that two of port 0 would be one: a free port is chosen
     * here instead. And where the port of one of Camel's servers is taken, Camel only logs that, and the process would run without it. So
     * the port is tried here.
     */
    private static ServerSocket listen(String host, int port, String setting) {
        try {
            return new ServerSocket(port, 1, InetAddress.getByName(host));
        } catch (IOException e) {
            throw new StartException("Can't listen on " + host + ":" + port + ": " + e.getMessage()
                    + ". Stop what has the port, or choose another with " + setting + "; 0 takes a free one", e);
        }
    }

    /** The settings with the ports and base URLs that are really used. */
    Settings settings() {
        return settings;
    }

    Store store() {
        return store;
    }

    /** Null where this process has the store for itself. */
    Cluster cluster() {
        return cluster;
    }

    /** The port tells apart the nodes of one machine. */
    private static String nodeName(int port) {
        String host = System.getenv("HOSTNAME");
        try {
            return (host == null || host.isBlank() ? InetAddress.getLocalHost().getHostName() : host) + ":" + port;
        } catch (UnknownHostException e) {
            return "node:" + port;
        }
    }

    private static String version() {
        String version = OpenedResources.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }

    /** Null where it is not set. */
    Simulator simulator() {
        return simulator;
    }

    @Override
    public void close() {
        if (simulator != null) {
            simulator.close();
        }
        closeStore();
    }

    /** Writes what was handed to the store, closes it, and lets another process have it. */
    void closeStore() {
        if (cluster != null) {
            cluster.close();
        }
        store.close();
        dataDirectory.close();
    }
}
