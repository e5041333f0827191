package io.github.dingtalkcamel.simulator.fault;

import java.time.Duration;

/** A way in which DingTalk can misbehave. */
public sealed interface Fault {

    /** The app's token, or the webhook's session, expires just before the request is handled; it stays expired. */
    record ExpireToken() implements Fault {
    }

    /** Refused as too fast, in the words of the host: 403 Qps…, errcode 88 with 90018, webhooks 660026 (docs/protocol.md 7.1). */
    record Throttle() implements Fault {
    }

    /** Refused as {@link Throttle} where more than so many came within the window, then for the length of the ban. */
    record Limit(int allowed, Duration window, Duration ban) implements Fault {
        public Limit {
            if (allowed < 0 || window.toMillis() < 1 || ban.isNegative()) {
                throw new IllegalArgumentException("a limit allows 0 or more requests in at least 1 ms, and its ban is not negative");
            }
        }
    }

    /**
     * Refused for a missing permission (docs/protocol.md 1.4); scope null names the one that the endpoint wants. Webhooks answer 310000.
     */
    record NoPermission(String scope) implements Fault {
    }

    /** A 5xx; not handled. 502 has an empty body, the others JSON. */
    record Fail(int status) implements Fault {
        public Fail {
            if (status < 500 || status > 599) {
                throw new IllegalArgumentException("a failing server answers 500 to 599, not " + status);
            }
        }
    }

    /** errcode -1; on the api host 500 system.error. Not handled. */
    record Busy() implements Fault {
    }

    /** The connection is closed; the request is not handled. */
    record DropBefore() implements Fault {
    }

    /** The request is handled (messages are delivered), but the connection is closed instead of an answer. */
    record DropAfter() implements Fault {
    }

    /** Handled at once, answered later. */
    record Slow(Duration delay) implements Fault {
        public Slow {
            if (delay.toMillis() < 1) {
                throw new IllegalArgumentException("a slow answer takes at least 1 ms");
            }
        }
    }

    /** Handled, never answered; the connection stays open. */
    record NeverAnswer() implements Fault {
    }

    /** Answered with just this; not handled. */
    record Canned(int status, String contentType, String body) implements Fault {
        public Canned {
            if (status < 200 || status > 599) {
                throw new IllegalArgumentException("a status is 200 to 599, not " + status);
            }
            contentType = contentType == null ? "application/json" : contentType;
            body = body == null ? "" : body;
        }
    }

    /** Refused permanently, with an error text that quotes the request's secrets in this form; not handled. */
    record Quote(QuotedSecrets form) implements Fault {
    }

    /** Handled; the answer's body comes byte by byte, with this pause before each. */
    record Trickle(Duration pause) implements Fault {
        public Trickle {
            if (pause.toMillis() < 1) {
                throw new IllegalArgumentException("a trickle pauses at least 1 ms");
            }
        }
    }
}
