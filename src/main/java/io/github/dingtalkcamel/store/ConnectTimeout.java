package io.github.dingtalkcamel.store;

/** How long a connection to PostgreSQL may take to be made. */
public final class ConnectTimeout {

    /**
     * Seconds for each host of the URL: of two hosts the second one is still tried in time where the first one does not answer. Less than
     * each time within which a connection of this process has to be there.
     */
    public static final int SECONDS = 2;

    private ConnectTimeout() {
    }
}
