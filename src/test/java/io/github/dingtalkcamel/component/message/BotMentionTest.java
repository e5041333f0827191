package io.github.dingtalkcamel.component.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a mention ends, and where it is taken for the robot's, at the limits of both (docs/protocol.md 3.2). */
class BotMentionTest {

    /** In a group, the robot alone was mentioned. */
    private static final BotMention ALONE = new BotMention(false, true, "robot", 0, true);
    private static final int LONGEST = 64;

    @Test
    void endsAtTheFirstBlankOrMarkOfPunctuation() {
        assertThat(ALONE.takenOff("@a hi")).isEqualTo(" hi");
        assertThat(ALONE.takenOff("@bot,hi")).isEqualTo(",hi");
        assertThat(ALONE.takenOff("@bot、hi")).isEqualTo("、hi");
        assertThat(ALONE.takenOff("@bot")).isEmpty();
        assertThat(ALONE.takenOff("@bot ")).isEqualTo(" ");
    }

    @Test
    void isNoNameWithoutALetter() {
        assertThat(ALONE.takenOff("@ hi")).isEqualTo("@ hi");
        assertThat(ALONE.takenOff("@, hi")).isEqualTo("@, hi");
    }

    @Test
    void hasAtMost64Characters() {
        String longest = "@" + "n".repeat(LONGEST - 1);

        assertThat(ALONE.takenOff(longest + " hi")).isEqualTo(" hi");
        assertThat(ALONE.takenOff(longest + "n hi")).isEqualTo(longest + "n hi");
        // blanks before it are not part of it
        assertThat(ALONE.takenOff("\n\n" + longest + " hi")).isEqualTo(" hi");
    }

    @Test
    void withSpacesEndsAtDingTalksMark() {
        String longest = "@my " + "n".repeat(LONGEST - 4);

        assertThat(ALONE.takenOff("@my bot\u2005hi")).isEqualTo("\u2005hi");
        assertThat(ALONE.takenOff(longest + "\u2005hi")).isEqualTo("\u2005hi");
        assertThat(ALONE.takenOff("\n\n" + longest + "\u2005hi")).isEqualTo("\u2005hi");
        assertThat(ALONE.takenOff(longest + "n\u2005hi")).as("too long for a name").isEqualTo(" " + "n".repeat(LONGEST - 3) + "\u2005hi");
    }

    /** The mark then ends another mention, or is the user's own. */
    @ParameterizedTest
    @ValueSource(strings = { "@@bob and\u2005hi", "@a @b\u2005hi", "@a/b c\u2005hi", "@/x y\u2005hi", "@a b\nc\u2005hi" })
    void doesNotReachTheMarkOverAnotherMentionACommandOrALine(String text) {
        String name = text.substring(0, text.indexOf(' '));

        assertThat(ALONE.takenOff(text)).isEqualTo(text.substring(name.length()));
    }

    @Test
    void doesNotBeginWithALineBreak() {
        assertThat(ALONE.takenOff("@\nbob\u2005hi")).isEqualTo("@\nbob\u2005hi");
    }

    @Test
    void isAWholePartOfRichTextWhereAnotherTextFollows() {
        String longest = "@my " + "n".repeat(LONGEST - 4);

        assertThat(ALONE.takenOffPart("@my bot", 1, true)).isEmpty();
        assertThat(ALONE.takenOffPart("@my bot", 1, false)).isEqualTo(" bot");
        assertThat(ALONE.takenOffPart(longest, 1, true)).isEmpty();
        assertThat(ALONE.takenOffPart(" " + longest, 1, true)).isEmpty();
        assertThat(ALONE.takenOffPart(longest + "n", 1, true)).isEqualTo(" " + "n".repeat(LONGEST - 3));
        assertThat(ALONE.takenOffPart("\n@my bot", 1, true)).as("two lines are no name").isEqualTo(" bot");
        assertThat(ALONE.takenOffPart("@bot /stop", 1, true)).as("a command stays").isEqualTo(" /stop");
    }

    @Test
    void countsMentionsButNoAddressesOfMail() {
        assertThat(BotMention.mentionsIn("@a @b c@d.e @ \n@f")).isEqualTo(3);
        assertThat(BotMention.mentionsIn("@")).isZero();
        assertThat(BotMention.mentionsIn("a@b")).isZero();
    }
}
