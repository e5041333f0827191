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
import io.github.dingtalkcamel.log.LogFormat;
import io.github.dingtalkcamel.observe.CachingMBeanAssembler;
import io.github.dingtalkcamel.reload.LiveContext;
import io.github.dingtalkcamel.reload.OverlayingRoutes;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.settings.SettingsException;
import io.github.dingtalkcamel.settings.SettingsFileException;
import io.github.dingtalkcamel.settings.SettingsReader;
import io.github.dingtalkcamel.tracing.TracingConfiguration;
import io.github.dingtalkcamel.tracing.TurnLogContext;
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

/** Camel Main that reads our settings and creates our beans before it configures Camel, since both configure Camel. */
class DingTalkMain extends Main {

    private static final Path FILE = Path.of("config", "application.properties");

    private final Map<String, String> environment;
    private final Map<String, String> systemProperties;
    private volatile ApplicationConfiguration beans;
    private volatile boolean takesMessages;
    private TracingConfiguration tracing;
    private Exception failure;

    /** Reads our settings from this environment, in which no character is lost, instead of the process's own. */
    DingTalkMain(Map<String, String> environment) {
        this(environment, strings(System.getProperties()));
    }

    /** Reads our settings from these instead of the process's own environment and system properties. */
    DingTalkMain(Map<String, String> environment, Map<String, String> systemProperties) {
        super(Application.class);
        this.environment = environment;
        this.systemProperties = systemProperties;
        setAppName("dingtalk-camel");
        // a setting in the file overrides the packaged one of the same name
        setDefaultPropertyPlaceholderLocation("file:" + FILE + ";optional=true,classpath:application.properties");
        addMainListener(new MainListenerSupport() {
            @Override
            public void beforeStart(BaseMainSupport main) {
                beans.beforeStart();
            }

            @Override
            public void afterStart(BaseMainSupport main) {
                beans.afterStart();
            }

            @Override
            public void beforeStop(BaseMainSupport main) {
                beans.beforeStop();
            }
        });
    }

    /** @throws Exception also what failed right after the start, which Camel Main only logs: then everything was stopped */
    @Override
    public void run() throws Exception {
        super.run();
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    protected void afterStart() throws Exception {
        try {
            super.afterStart();
        } catch (Exception e) {
            failure = e;
            completed();
        }
    }

    /** As Camel Main does, but a context whose routes can be replaced while they run. */
    @Override
    protected CamelContext createCamelContext() {
        LiveContext context = new LiveContext();
        context.getCamelContextExtension().setRegistry(registry);
        context.getCamelContextExtension().setManagementMBeanAssembler(new CachingMBeanAssembler(context));
        context.getGlobalOptions().put("CamelMainClass", Application.class.getName());
        return context;
    }

    /**
     * Camel reads properties files as ISO-8859-1 and keeps a byte order mark in the first name. So each of its properties files is read
     * again here, as UTF-8 with or without a byte order mark.
     */
    @Override
    protected void configurePropertiesService(CamelContext context) throws Exception {
        // before Camel reads the file, so that our message explains what is wrong in it
        file();
        PropertiesComponent properties = (PropertiesComponent) context.getPropertiesComponent();
        properties.setEncoding(StandardCharsets.UTF_8.name());
        super.configurePropertiesService(context);
        for (PropertiesSource source : properties.getPropertiesSources()) {
            if (source instanceof FilePropertiesSource file) {
                // this makes Camel load it, which it does once
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
        beans = new ApplicationConfiguration(context, read(context), given(systemProperties));
        beans.bind();
        if (LogFormat.isJson()) {
            context.getCamelContextExtension().addInterceptStrategy(new TurnLogContext());
        }
        tracing = TracingConfiguration.start(context, environment, systemProperties);
        if (tracing != null) {
            beans.bindExemplars();
        }
        beans.store().whenTakenOver(why -> {
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
        setRoutesCollector(new OverlayingRoutes(beans.routes()));
        super.autoconfigure(context);
    }

    private Settings read(CamelContext context) throws SettingsException {
        return new SettingsReader(environment, systemProperties, strings(file()), context::resolvePropertyPlaceholders,
                Runtime.version().feature()).read();
    }

    /** The routes directory that this working directory and environment set. */
    static Path routesDir(Map<String, String> environment) throws SettingsException {
        // only resolves placeholders: it is never started, so there is nothing to close
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

    /** All properties that the user set for this process, as they are written. */
    static Map<String, String> given(Map<String, String> systemProperties) {
        Map<String, String> given = strings(file());
        given.putAll(systemProperties);
        return given;
    }

    /** The settings file of this working directory; empty where there is none. */
    static Properties file() {
        return Files.isRegularFile(FILE) ? properties(FILE) : new Properties();
    }

    private static Properties properties(Path file) {
        try {
            Properties properties = TextFile.properties(file);
            // a lost variable matters only where a value of the file refers to it
            Optional<String> lost = LostVariables.ofThisProcess().usedIn(String.join("\n", strings(properties).values()));
            if (lost.isPresent()) {
                throw new SettingsFileException(FileNames.shown(file) + " " + lost.get(), null);
            }
            return properties;
        } catch (IOException e) {
            throw new SettingsFileException(e.getMessage(), e);
        }
    }

    static Map<String, String> strings(Properties properties) {
        Map<String, String> strings = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> strings.put(name, properties.getProperty(name)));
        return strings;
    }

    ApplicationConfiguration beans() {
        return beans;
    }

    /** How long running turns may take after the process was asked to stop; empty before any turn can run. */
    Optional<Duration> turnsTime() {
        return takesMessages ? Optional.of(beans.settings().shutdownTimeout()) : Optional.empty();
    }

    /** Closes the store of a process that ends before everything else is closed. */
    void closeStore() {
        ApplicationConfiguration made = beans;
        if (made != null) {
            made.closeStore();
        }
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        if (tracing != null) {
            tracing.close();
        }
        if (beans != null) {
            beans.close();
        }
    }

    @Override
    protected void doFail(Exception e) {
        super.doFail(e);
        if (beans != null) {
            beans.close();
        }
    }
}
