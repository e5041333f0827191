package io.github.dingtalkcamel.robot;

import java.time.Clock;
import java.util.List;

import io.github.dingtalkcamel.cluster.Claims;
import io.github.dingtalkcamel.queue.NonStoppingProcessor;
import io.github.dingtalkcamel.settings.Settings;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Store;
import org.apache.camel.CamelContext;

/**
 * The beans of this package: the queue of messages to custom robots.
 *
 * @param robotQueue stores messages until they are sent
 */
public record RobotConfiguration(RobotQueue robotQueue) implements AutoCloseable {

    /** Creates them, and binds what routes name. @param clock the same on all nodes */
    public static RobotConfiguration bind(CamelContext context, Settings settings, Store store, Clock clock, Claims claims)
            throws Exception {
        RobotQueue queue = new RobotQueue(settings, store, clock, claims);
        AwaitRobot awaitRobot = new AwaitRobot(context, queue, clock);
        context.addService(awaitRobot);
        context.getRegistry().bind("robotQueue", queue);
        context.getRegistry().bind("awaitRobot", new NonStoppingProcessor(awaitRobot));
        return new RobotConfiguration(queue);
    }

    /** What housekeeping deletes of this package. */
    public static List<Expiry> expiries(Settings settings) {
        return List.of(RobotQueue.expiry(settings.keeping().messages()));
    }

    /** Sends no more messages. Those that wait stay stored. */
    @Override
    public void close() {
        robotQueue.close();
    }
}
