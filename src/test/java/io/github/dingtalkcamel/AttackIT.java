package io.github.dingtalkcamel;
import org.junit.jupiter.api.Test;

/** The attacks of {@link Attack}, most of them smaller, on the packaged jar with 256 MB of heap. */
class AttackIT {

    @Test
    void provedMessagesAreAnsweredWhileStrangersAttackAndMemoryIsBackAfterwards() throws Exception {
        try (Attack attack = new Attack(40)) {
            attack.all();
        }
    }
}
