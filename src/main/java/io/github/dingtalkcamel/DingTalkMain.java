package io.github.dingtalkcamel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import io.github.dingtalkcamel.component.file.FileNames;
import io.github.dingtalkcamel.encoding.LostVariables;
import io.github.dingtalkcamel.encoding.TextFile;
import io.github.dingtalkcamel.reload.LiveContext;
import io.github.dingtalkcamel.reload.OverlayingRoutes;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.SettingsException;
import io.github.dingtalkcamel.settings.SettingsReader;
import io.github.dingtalkcamel.settings.StartException;
import org.apache.camel.CamelContext;
import org.apache.camel.component.properties.FilePropertiesSource;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.apache.camel.support.service.ServiceHelper;
import org.apache.camel.util.OrderedLocationProperties;

/** Camel's main with our settings read, and our parts made, before anything of Camel is configured by them. */
class DingTalkMain extends Main {

    private static final Path FILE = Path.of("config", "application.properties");

    private final Map<String, String> environment;
    private final Map<String, String> systemProperties;
    private volatile Parts parts;
    private volatile boolean takesMessages;

    /** With this environment, in which no character is lost, in place of the process's own, as far as our settings go. */
    DingTalkMain(Map<String, String> environment) {
        this(environment, strings(System.getProperties()));
    }

    /** With these in place of the process's own environment and system properties, as far as our settings go. */
    DingTalkMain(Map<String, String> environment, Map<String, String> systemProperties) {
        super(Application.class);
        this.environment = environment;
        this.systemProperties = systemProperties;
        setAppName("dingtalk-camel");
        // a setting of the file wins over the packaged one of the same name
        setDefaultPropertyPlaceholderLocation("file:" + FILE + ";optional=true,classpath:application.properties");
        addMainListener(new MainListenerSupport() {
            @Override
            public void beforeStart(BaseMainSupport main) {
                parts.beforeStart();
            }

            @Override
            public void afterStart(BaseMainSupport main) {
                parts.afterStart();
            }

            @Override
            public void beforeStop(BaseMainSupport main) {
                parts.beforeStop();
            }
        });
    }

    /** As Camel's main does, but with routes that can be exchanged while they run. */
    @Override
    protected CamelContext createCamelContext() {
        LiveContext context = new LiveContext();
        context.getCamelContextExtension().setRegistry(registry);
        context.getGlobalOptions().put("CamelMainClass", Application.class.getName());
        return context;
    }

    /**
     * Camel reads properties files as ISO-8859-1 and keeps a byte order mark in the first name. So each file that it was told of, ours
     * among them, is read again by our reader.
     */
    @Override
    protected void configurePropertiesService(CamelContext context) throws Exception {
        // before Camel looks at the file, so that a fault in it is told in our words
        file();
        PropertiesComponent properties = (PropertiesComponent) context.getPropertiesComponent();
        properties.setEncoding(StandardCharsets.UTF_8.name());
        super.configurePropertiesService(context);
        for (PropertiesSource source : properties.getPropertiesSources()) {
            if (source instanceof FilePropertiesSource file) {
                // Camel has loaded it by then, and does so once
                ServiceHelper.initService(file);
                Path path = Path.of(file.getLocation().getPath());
                if (Files.isRegularFile(path)) {
                    Properties loaded = file.loadProperties();
                    loaded.clear();
                    strings(properties(path)).forEach((name, value) -> loaded.setProperty(name, value.replaceFirst(" +$", "")));
                }
            }
        }
    }

    @Override
    protected void autoconfigure(CamelContext context) throws Exception {
        // secrets may come from a vault, so vaults are configured before our settings are read
        doConfigureVaultFromMainConfiguration(context, configure(), new OrderedLocationProperties());
        parts = new Parts(context, read(context));
        parts.bind();
        parts.store().whenTakenOver(why -> {
            // before completed(), which sets it to 0
            exitCode.compareAndSet(UNINITIALIZED_EXIT_CODE, Application.FAILED);
            completed();
        });
        context.getManagementStrategy().addEventNotifier(new SimpleEventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                takesMessages |= event instanceof CamelEvent.CamelContextRoutesStartingEvent;
            }
        });
        setRoutesCollector(new OverlayingRoutes(parts.routes()));
        super.autoconfigure(context);
    }

    private Settings read(CamelContext context) throws SettingsException {
        return new SettingsReader(environment, systemProperties, strings(file()), context::resolvePropertyPlaceholders,
                Runtime.version().feature()).read();
    }

    /** Where the routes of this working directory and environment are. */
    static Path routesDir(Map<String, String> environment) throws SettingsException {
        // only to resolve placeholders with: it is never started, so there is nothing to close
        CamelContext placeholders = new DefaultCamelContext();
        return new SettingsReader(environment, strings(System.getProperties()), strings(file()), placeholders::resolvePropertyPlaceholders,
                Runtime.version().feature()).routesDir();
    }

    /** The settings of this working directory and environment, for commands. */
    static Settings settings(Map<String, String> environment) throws SettingsException {
        // as above
        CamelContext placeholders = new DefaultCamelContext();
        return new SettingsReader(environment, strings(System.getProperties()), strings(file()), placeholders::resolvePropertyPlaceholders,
                Runtime.version().feature()).read();
    }

    private static Properties file() {
        return Files.isRegularFile(FILE) ? properties(FILE) : new Properties();
    }

    private static Properties properties(Path file) {
        try {
            Properties properties = TextFile.properties(file);
            // the names are looked for in the values, as they are written
            Optional<String> lost = LostVariables.ofThisProcess().usedIn(String.join("\n", strings(properties).values()));
            if (lost.isPresent()) {
                throw new StartException(FileNames.shown(file) + " " + lost.get(), null);
            }
            return properties;
        } catch (IOException e) {
            throw new StartException(e.getMessage(), e);
        }
    }

    private static Map<String, String> strings(Properties properties) {
        Map<String, String> strings = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> strings.put(name, properties.getProperty(name)));
        return strings;
    }

    Parts parts() {
        return parts;
    }

    /** How long running turns may go on once the process is told to stop; empty before there can be any. */
    Optional<Duration> turnsTime() {
        return takesMessages ? Optional.of(parts.settings().shutdownTimeout()) : Optional.empty();
    }

    /** For a process that ends before everything else is closed. */
    void closeStore() {
        Parts made = parts;
        if (made != null) {
            made.closeStore();
        }
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        if (parts != null) {
            parts.close();
        }
    }

    @Override
    protected void doFail(Exception e) {
        super.doFail(e);
        if (parts != null) {
            parts.close();
        }
    }
}
