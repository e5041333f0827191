package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

class MentionsTest {

    private static final Mentions THREE = new Mentions(List.of("staff001", "staff002", "staff001"), List.of("13800000000"), true);

    @Test
    void nameWhoIsMissingInTheText() {
        assertThat(THREE.missingIn("")).isEqualTo("@staff001 @staff002 @13800000000");
        assertThat(THREE.missingIn("@staff0011 @staff002, @staff001-2 call @13800000000")).isEqualTo("@staff001");
        assertThat(THREE.missingIn("(@staff002) @13800000000 @staff001")).isEmpty();
        assertThat(Mentions.NONE.missingIn("")).isEmpty();
    }

    @Test
    void goToTheChunkThatNamesThemElseToTheFirst() {
        assertThat(THREE.among(List.of("one", "two @staff002", "three @staff002 @13800000000"))).containsExactly(
                new Mentions(List.of("staff001"), List.of(), true), new Mentions(List.of("staff002"), List.of(), false),
                new Mentions(List.of(), List.of("13800000000"), false));
        assertThat(THREE.among(List.of("one"))).containsExactly(THREE);
        assertThat(Mentions.NONE.among(List.of("one"))).isEmpty();
        assertThat(THREE.among(List.of())).isEmpty();
    }

    @Test
    void areIdsWithoutWhatWouldBreakATextOrItsSize() {
        assertThat(List.of("staff001", "+86-13800000000", "a.b@c", "x".repeat(64))).allMatch(Mentions::isId);
        assertThat(List.of("", "a b", "a,b", "a\"", "a\\", "a\n", "a\u007f", "x".repeat(65), "张三")).noneMatch(Mentions::isId);
    }

    @Test
    void areSentAsWebhooksTakeThem() {
        assertThat(THREE.at()).isEqualTo(Map.of("atUserIds", List.of("staff001", "staff002"), "atMobiles", List.of("13800000000"),
                "isAtAll", true));
    }

    @Test
    void beginWithTheUserThatIsPutFirst() {
        assertThat(THREE.withFirst("staff002")).isEqualTo(new Mentions(List.of("staff002", "staff001"), List.of("13800000000"), true));
        assertThat(Mentions.NONE.withFirst("staff001")).isEqualTo(new Mentions(List.of("staff001"), List.of(), false));
    }

    @Test
    void countPeopleNotAll() {
        assertThat(THREE.size()).isEqualTo(3);
        assertThat(new Mentions(List.of(), List.of(), true).size()).isZero();
    }

    @Test
    void areFoundWhereverTheTextNamesThem() {
        Mentions one = new Mentions(List.of("a1"), List.of(), false);
        assertThat(List.of("@a1", "@a1 x", "x @a1", "@a12 @a1", "@a1_ @a1-@a1。")).allMatch(text -> one.missingIn(text).isEmpty());
        assertThat(List.of("", "a1", "@a12", "@a1_", "@a1-b", "@a1字")).allMatch(text -> one.missingIn(text).equals("@a1"));
    }

    @Test
    void thatNoChunkNamesGoToTheFirstBesideItsOwn() {
        Mentions two = new Mentions(List.of("a", "b"), List.of(), false);
        assertThat(two.among(List.of("for @a", "more"))).containsExactly(two, Mentions.NONE);
    }

    @Test
    void showNoPersonInLogs() {
        assertThat(THREE).hasToString("Mentions[3, all]");
        assertThat(new Mentions(List.of("a"), List.of(), false)).hasToString("Mentions[1]");
    }
}
