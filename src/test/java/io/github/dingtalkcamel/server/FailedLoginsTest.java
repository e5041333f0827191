package io.github.dingtalkcamel.server;

import static org.assertj.core.api.Assertions.assertThat;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

import io.github.dingtalkcamel.LogLines;
import io.github.dingtalkcamel.server.FailedLogins.Credential;
import org.junit.jupiter.api.Test;

class FailedLoginsTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-28T00:00:00Z"));
    private final FailedLogins logins = new FailedLogins(now::get);

    private void fail(Credential credential, String address, int times) {
        for (int i = 0; i < times; i++) {
            logins.failed(credential, address);
        }
    }

    private void wait(int seconds) {
        now.updateAndGet(before -> before.plusSeconds(seconds));
    }

    @Test
    void anAddressWaitsUntilItsMinuteIsOverAfterTwentyWrongOnes() {
        fail(Credential.API, "192.0.2.1", 19);
        assertThat(logins.isLocked(Credential.API, "192.0.2.1")).isFalse();
        wait(20);
        fail(Credential.API, "192.0.2.1", 1);

        assertThat(logins.isLocked(Credential.API, "192.0.2.1")).isTrue();
        assertThat(logins.isLocked(Credential.API, "192.0.2.2")).as("another address").isFalse();
        assertThat(logins.isLocked(Credential.MANAGEMENT, "192.0.2.1")).as("another credential").isFalse();
        wait(39);
        assertThat(logins.isLocked(Credential.API, "192.0.2.1")).isTrue();
        wait(1);
        assertThat(logins.isLocked(Credential.API, "192.0.2.1")).isFalse();
        fail(Credential.API, "192.0.2.1", 19);
        assertThat(logins.isLocked(Credential.API, "192.0.2.1")).as("a minute of its own").isFalse();
        assertThat(logins.count(Credential.API)).isEqualTo(39);
    }

    @Test
    void oneRequestOfALockedAddressIsCheckedEachSecond() {
        fail(Credential.API, "192.0.2.1", 19);
        assertThat(logins.failed(Credential.API, "192.0.2.1")).as("the twentieth").isFalse();

        int checked = 0;
        for (int tenths = 0; tenths < 390; tenths++) {
            if (logins.mayCheck(Credential.API, "192.0.2.1")) {
                checked++;
                assertThat(logins.failed(Credential.API, "192.0.2.1")).as("answered as the unchecked ones").isTrue();
            }
            now.updateAndGet(before -> before.plusMillis(100));
        }

        assertThat(checked).isEqualTo(38);
        assertThat(logins.mayCheck(Credential.API, "192.0.2.2")).as("another address").isTrue();
        wait(21);
        assertThat(logins.failed(Credential.API, "192.0.2.1")).as("a minute of its own").isFalse();
    }

    @Test
    void addressesThatOneCustomerHasCountTogether() {
        for (int i = 0; i < 20; i++) {
            logins.failed(Credential.API, "2001:db8:1:2::" + i);
        }

        assertThat(logins.isLocked(Credential.API, "2001:db8:1:2:ffff::1%eth0")).isTrue();
        assertThat(logins.isLocked(Credential.API, "2001:db8:1:3::1")).isFalse();
    }

    @Test
    void memoryForAddressesIsBounded() {
        for (int i = 0; i < 20; i++) {
            logins.failed(Credential.API, "192.0.2.1");
        }
        assertThat(logins.isLocked(Credential.API, "192.0.2.1")).isTrue();
        try (LogLines log = LogLines.listen()) {
            for (int i = 0; i < 12_000; i++) {
                logins.failed(Credential.API, "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
            }
        }

        assertThat(logins.isLocked(Credential.API, "192.0.2.1")).as("the oldest is forgotten").isFalse();
        assertThat(logins.count(Credential.API)).isEqualTo(12_020);
    }

    @Test
    void eachWrongOneHasALineWithTheAddress() {
        try (LogLines log = LogLines.listen()) {
            fail(Credential.MANAGEMENT, "192.0.2.7", 20);

            assertThat(log.containing("Wrong management login from 192.0.2.7")).hasSize(20);
            assertThat(log.containing("answered 429")).hasSize(1);
        }
    }
}
