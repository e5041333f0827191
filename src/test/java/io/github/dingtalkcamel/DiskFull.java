package io.github.dingtalkcamel;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.dingtalkcamel.simulator.platform.Delivery;
import io.github.dingtalkcamel.simulator.platform.UserMessage;
import org.awaitility.Awaitility;

/**
 * The disk of the data directory runs full and has room again: what was accepted is answered, what was not is refused with 503, health says
 * so, and no restart is needed. Run by {@code scripts/disk-full}, which mounts a small file system.
 */
public final class DiskFull {

    private DiskFull() {
    }

    public static void main(String[] arguments) throws Exception {
        Path disk = Path.of(arguments[0]);
        Set<String> accepted = new HashSet<>();
        int refused = 0;
        try (Bot bot = Bot.withSettings(Map.of("dingtalk.data-dir", disk.resolve("data").toString())).start()) {
            say(bot, "before", accepted);
            Path filler = disk.resolve("filler");
            try (OutputStream fill = Files.newOutputStream(filler)) {
                byte[] block = new byte[4096];
                while (true) {
                    fill.write(block);
                }
            } catch (java.io.IOException full) {
                System.out.println("the disk is full: " + full.getMessage());
            }
            int number = 0;
            while (refused < 20 && number < 20_000) {
                refused += say(bot, "full " + number++ + " " + "x".repeat(2_000), accepted) ? 0 : 1;
            }
            System.out.println("while it is full: " + refused + " refused with 503, " + (accepted.size() - 1)
                    + " found room and were accepted");
            String health = bot.get(bot.managementUrl() + "/observe/health").body();
            System.out.println("health says: " + health.replaceAll("(?s).*\"([^\"]*The store does not work[^\"]*)\".*", "$1"));
            Files.delete(filler);
            Awaitility.await().atMost(Duration.ofSeconds(30))
                    .until(() -> bot.get(bot.managementUrl() + "/observe/health/ready").statusCode() == 200);
            System.out.println("room again: ready without a restart");
            boolean after = say(bot, "after", accepted);
            Awaitility.await().atMost(Duration.ofMinutes(5)).until(() -> answered(bot).containsAll(accepted));
            long strange = answered(bot).stream().filter(text -> !accepted.contains(text)).count();
            System.out.println(accepted.size() + " accepted, all answered; " + strange + " answered that were not accepted; rows not done: "
                    + bot.rows("select count(*) from message where state <> 'done'").get(0).get(0));
            if (!after || refused == 0 || strange > 0 || !health.contains("The store does not work")) {
                throw new AssertionError("not as promised");
            }
        }
        System.out.println("as promised");
        System.exit(0);
    }

    private static Set<String> answered(Bot bot) {
        return bot.simulator().deliveries().stream().map(Delivery::text).collect(Collectors.toSet());
    }

    private static boolean say(Bot bot, String text, Set<String> accepted) {
        int status = bot.say(UserMessage.text(text)).status();
        if (status != 200 && status != 503) {
            throw new AssertionError("answered " + status);
        }
        if (status == 200) {
            accepted.add(text);
        }
        return status == 200;
    }
}
