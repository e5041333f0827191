package io.github.dingtalkcamel;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.encoding.NotUtf8Exception;
import io.github.dingtalkcamel.reload.BadRoutesException;
import io.github.dingtalkcamel.settings.SettingError;
import io.github.dingtalkcamel.settings.SettingsException;
import io.github.dingtalkcamel.settings.SettingsFileException;
import io.github.dingtalkcamel.settings.StartException;
import io.github.dingtalkcamel.store.StoreException;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.PropertyBindingException;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Why a start failed, for the person who started the program. */
final class StartFailures {

    private StartFailures() {
    }

    /** Prints why the start failed and what to do about it; a stack trace only for a failure that is not foreseen here. */
    static int explain(Exception e, CamelContext context, PrintStream errors) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SettingsException settings) {
                settings.faults().stream().map(SettingError::line).forEach(errors::println);
                return Application.WRONG_USE;
            }
            if (cause instanceof SettingsFileException) {
                errors.println(KnownSecrets.clean(cause.getMessage()));
                return Application.WRONG_USE;
            }
            if (cause instanceof StoreException || cause instanceof StartException || cause instanceof BadRoutesException
                    || cause instanceof NotUtf8Exception) {
                errors.println(KnownSecrets.clean(cause.getMessage()));
                return Application.FAILED;
            }
            if (cause instanceof YamlEngineException) {
                // if the parser does not name the file, Camel's exception around it does
                errors.println(KnownSecrets.clean((cause == e ? "" : e.getMessage() + ": ") + cause.getMessage().strip()));
                return Application.FAILED;
            }
            if (cause instanceof FailedToCreateRouteException failed) {
                errors.println(KnownSecrets.clean(file(context, failed.getRouteId()) + failed.getMessage().strip()));
                return Application.FAILED;
            }
            if (cause instanceof FailedToStartRouteException failed) {
                errors.println(KnownSecrets.clean(file(context, failed.getRouteId()) + failed.getMessage().strip()));
                return Application.FAILED;
            }
            String camels = ofCamelsSettings(cause);
            if (camels != null) {
                errors.println(KnownSecrets.clean(camels));
                return Application.WRONG_USE;
            }
        }
        StringWriter trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace, true));
        errors.print(KnownSecrets.clean(trace.toString()));
        return Application.FAILED;
    }

    /** What is wrong with a property of Camel's own, such as {@code camel.beans.…}, or null. Never its value, which may be a secret. */
    private static String ofCamelsSettings(Throwable cause) {
        if (cause instanceof PropertyBindingException binding) {
            String name = binding.getOptionKey() == null ? binding.getPropertyName() : binding.getOptionPrefix() + binding.getOptionKey();
            return name + ": there is no such option, or its value can't be used for it. See Camel's documentation of what it belongs to";
        }
        if (cause instanceof ClassNotFoundException) {
            return "The settings need the class " + cause.getMessage()
                   + ", which is not on the class path. Correct its name, or put its jar"
                    + " into ext/ (brokers' clients: bin/broker-client)";
        }
        String message = cause.getMessage();
        // Camel has no exception of its own for it
        return cause instanceof IllegalArgumentException && message != null && message.startsWith("Property with key [")
                ? "A placeholder of the settings has no value: " + message + ". Set what it names" : null;
    }

    /** The file of a route, for the beginning of a line: an id that Camel generated means nothing to the author. */
    private static String file(CamelContext context, String routeId) {
        RouteDefinition route = context instanceof ModelCamelContext model ? model.getRouteDefinition(routeId) : null;
        return route == null || route.getResource() == null ? "" : route.getResource().getLocation() + ": ";
    }
}
