package io.github.dingtalkcamel.component.api;

import java.net.URI;
import java.time.Instant;
import java.util.Objects;

import io.github.dingtalkcamel.component.secrets.KnownSecrets;
import io.github.dingtalkcamel.component.secrets.Secret;

/**
 * The address of a custom robot, which an application gives to {@code dingtalk:robot} in exchange property {@link #PROPERTY} where it
 * differs from message to message. It wins over the endpoint's options {@code webhookUrl} and {@code secret}.
 * <p>
 * The address is a secret, so it is no part of an endpoint's URI, of a header or of a log line. Only an object of this class is taken:
 * no text, which a message could bring along, is converted to one.
 *
 * @param name   the robot's name for limits, logs and errors: calls to robots of the same name share a rate limit. Not a secret
 * @param url    as the robot's settings in the group show it, on an origin that the application has checked
 * @param secret what the robot signs with, unset for a robot that does not
 * @param names  what error messages call the options
 */
public record RobotAddress(String name, URI url, Secret secret, OptionNames names) {

    /** Exchange property that holds it. */
    public static final String PROPERTY = "CamelDingTalkRobotAddress";

    public RobotAddress {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(secret, "secret");
        KnownSecrets.passing(url.toString());
    }

    /** The URL to call at this time, signed where the robot has a secret. */
    URI callable(Instant now) {
        return secret.isSet() ? SignedUrl.of(url, now.toEpochMilli(), secret) : url;
    }

    /** The call that sends a message there. @param message in the form that custom robots take */
    public ApiRequest request(Object message, Instant now) {
        return new ApiRequest(ApiRequest.CUSTOM_ROBOT, name, callable(now), Secret.UNSET, message);
    }

    /** Without the address. */
    @Override
    public String toString() {
        return "RobotAddress[" + name + "]";
    }
}
