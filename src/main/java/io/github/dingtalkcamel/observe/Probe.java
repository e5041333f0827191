package io.github.dingtalkcamel.observe;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;

/**
 * A container's health check, for images without curl: ends with 0 if the process on this machine is live, else with 1. Needs this jar
 * only.
 */
public final class Probe {

    private static final int PATIENCE_MILLIS = 5_000;

    private Probe() {
    }

    public static void main(String[] args) {
        String port = System.getenv().getOrDefault("DINGTALK_MANAGEMENT_PORT", "9876");
        boolean live = isLive("http://127.0.0.1:" + port);
        if (!live) {
            System.err.println("Not live: no health on port " + port);
        }
        System.exit(live ? 0 : 1);
    }

    /** Whether the management server there says that it is live. */
    public static boolean isLive(String management) {
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create(management + "/observe/health/live").toURL().openConnection();
            connection.setConnectTimeout(PATIENCE_MILLIS);
            connection.setReadTimeout(PATIENCE_MILLIS);
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false;
        }
    }
}
