package io.github.dingtalkcamel.component.stream;
import java.time.Duration;

/**
 * The figures of docs/promises.md 8.
 *
 * @param opening  an attempt to open a connection, all of it: DNS, connect, TLS, answer, upgrade
 * @param backoff  between attempts
 * @param holding  a connection that lived this long was a success: the back-off starts anew
 * @param ping     from the last pong to the next ping
 * @param pong     from a ping to its pong; together with {@code ping} less than the 30 s in which a black hole is noticed
 * @param draining a connection that was replaced is closed after this, if the server has not closed it before
 * @param closing  from our close frame until the connection is cut
 */
public record StreamTimeouts(Duration opening, Backoff backoff, Duration holding, Duration ping, Duration pong, Duration draining,
        Duration closing) {

    /** The promised figures. */
    public static final StreamTimeouts PROMISED = new StreamTimeouts(Duration.ofSeconds(10),
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60)), Duration.ofSeconds(60),
            Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(1));
}
