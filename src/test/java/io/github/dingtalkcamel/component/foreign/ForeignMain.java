package io.github.dingtalkcamel.component.foreign;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;

/**
 * Another application of camel-main's, with an {@code application.properties} and a {@code routes} folder of its own. Run by {@link
 * ComponentJarIT}.
 */
public final class ForeignMain {

    private ForeignMain() {
    }

    /** Runs until the process is killed. */
    public static void main(String[] arguments) throws Exception {
        Main main = new Main();
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void afterStart(BaseMainSupport started) {
                System.out.println("STARTED " + started.getCamelContext().getName() + " "
                        + started.getCamelContext().getRoutes().stream().map(route -> route.getRouteId()).toList()
                        + " " + started.getCamelContext().resolvePropertyPlaceholders("{{greeting}}"));
            }
        });
        main.run(arguments);
    }
}
