package io.github.dingtalkcamel.doctor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brokers, whose addresses are in properties of the user's: {@code tcp://host:port} and its like anywhere in a value, and
 * {@code host:port,…} where the name ends with {@code brokers} or {@code servers}. Only connects: a login is the broker's client's.
 */
final class BrokerChecks {

    private static final int WAIT_MILLIS = 3000;
    private static final int MOST = 10;
    private static final String BROKER = "broker";
    private static final Pattern URL = Pattern.compile(
            "\\b(?:tcp|ssl|nio|nio\\+ssl|amqps?|mqtts?|artemis)://([\\w.-]+|\\[[0-9a-fA-F:]+]):(\\d{1,5})");
    private static final Pattern PAIR = Pattern.compile("(?<=^|,)\\s*([\\w.-]+|\\[[0-9a-fA-F:]+]):(\\d{1,5})\\s*(?=,|$)");
    private static final Pattern PAIRS = Pattern.compile("(?i).*(?:brokers|servers)");

    private final Map<String, String> properties;

    BrokerChecks(Map<String, String> properties) {
        this.properties = new TreeMap<>(properties);
    }

    List<Finding> all() {
        TreeSet<String> addresses = new TreeSet<>();
        properties.forEach((name, value) -> {
            if (!name.toLowerCase(Locale.ROOT).startsWith("dingtalk.")) {
                find(PAIRS.matcher(name).matches() ? PAIR : URL, value, addresses);
                find(URL, value, addresses);
            }
        });
        if (addresses.isEmpty()) {
            return List.of(Finding.off(BROKER, "No property holds the address of a broker"));
        }
        List<Finding> findings = new ArrayList<>();
        addresses.stream().limit(MOST).map(BrokerChecks::reached).forEach(findings::add);
        return findings;
    }

    private static void find(Pattern form, String value, TreeSet<String> addresses) {
        for (Matcher address = form.matcher(value); address.find();) {
            if (Integer.parseInt(address.group(2)) <= 0xffff) {
                addresses.add(address.group(1) + ":" + address.group(2));
            }
        }
    }

    private static Finding reached(String address) {
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon).replaceAll("[\\[\\]]", "");
        InetSocketAddress found = new InetSocketAddress(host, Integer.parseInt(address.substring(colon + 1)));
        if (found.isUnresolved()) {
            return Finding.wrong(BROKER, "The name of " + address + " is not known here",
                    "Look at the broker's address in your properties");
        }
        try (Socket socket = new Socket()) {
            socket.connect(found, WAIT_MILLIS);
            return Finding.ok(BROKER, address + " accepts connections");
        } catch (IOException e) {
            return Finding.wrong(BROKER, address + " does not answer: " + e.getClass().getSimpleName(),
                    "Start it, let this machine connect to it, or mend its address in your properties");
        }
    }
}
