package io.github.dingtalkcamel.component.model;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/** The header {@code Retry-After}: seconds, or a date. */
final class RetryAfter {

    private static final int MOST_DIGITS = 9;

    private RetryAfter() {
    }

    /** How long to wait; null where the value says nothing. */
    static Duration of(String value, Instant now) {
        String text = value == null ? "" : value.strip();
        if (text.matches("\\d{1," + MOST_DIGITS + "}(\\.\\d+)?")) {
            return Duration.ofMillis((long) Math.ceil(Double.parseDouble(text) * 1_000));
        }
        try {
            Duration until = Duration.between(now, ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            return until.isNegative() ? Duration.ZERO : until;
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
