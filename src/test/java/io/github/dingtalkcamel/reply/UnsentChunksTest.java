package io.github.dingtalkcamel.reply;

import static org.assertj.core.api.Assertions.assertThat;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

import io.github.dingtalkcamel.component.api.Mentions;
import io.github.dingtalkcamel.component.chunk.Chunk;
import io.github.dingtalkcamel.component.chunk.Chunker;
import io.github.dingtalkcamel.turn.Spoken;
import io.github.dingtalkcamel.turn.Turn;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** What the split of a reply hands to {@code dingtalk:reply}. */
class UnsentChunksTest {

    private static final Mentions BOTH = new Mentions(List.of("staff002"), List.of("13800000000"), true);

    @Test
    void areMessagesThatNothingElseSteersWithTheKeysThatTheyHaveAfterEachRestart() throws Exception {
        Replies replies = new Replies(null, null, null, null, null, null, InstantSource.system());
        Turn turn = new Turn(7, Spoken.in("cid", "msg1"), null, null);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getRegistry().bind("replies", replies);
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:reply").split().method("replies", "unsent").streaming().stopOnException().to("mock:chunks");
                }
            });
            context.start();
            context.createProducerTemplate().send("direct:reply", exchange -> {
                exchange.getMessage().setBody("the whole text");
                exchange.getMessage().setHeader("CamelDingTalkTitle", "steered");
                exchange.getMessage().setHeader("CamelDingTalkMsgUuid", "steered");
                exchange.setProperty(Turn.PROPERTY, turn);
                exchange.setProperty(Reply.PROPERTY, new Reply(List.of("zero", "one", "two"), 1, 1, Reply.ANSWER,
                        List.of(Mentions.NONE, BOTH, Mentions.NONE)));
            });

            List<Exchange> chunks = context.getEndpoint("mock:chunks", MockEndpoint.class).getExchanges();
            assertThat(chunks).extracting(chunk -> chunk.getMessage().getBody()).containsExactly("one", "two");
            assertThat(chunks.get(0).getMessage().getHeaders()).containsOnlyKeys("CamelDingTalkChunk", "CamelDingTalkMsgUuid",
                    "CamelDingTalkMentionSender", "CamelDingTalkAtUserIds", "CamelDingTalkAtMobiles", "CamelDingTalkAtAll")
                    .containsEntry("CamelDingTalkMentionSender", false).containsEntry("CamelDingTalkAtUserIds", List.of("staff002"))
                    .containsEntry("CamelDingTalkMsgUuid", uuid("main\nmsg1\nanswer\n1"));
            assertThat(chunks.get(1).getMessage().getHeaders()).containsOnlyKeys("CamelDingTalkChunk", "CamelDingTalkMsgUuid",
                    "CamelDingTalkMentionSender").containsEntry("CamelDingTalkMsgUuid", uuid("main\nmsg1\nanswer\n2"));
        }
    }

    private static String uuid(String what) {
        return UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** The endpoint of the route takes as much as DingTalk does, and a chunk has room for more mentions than it gets. */
    @Property(tries = 300)
    void areNotCutAgain(@ForAll long seed, @ForAll @IntRange(min = 100, max = 20_000) int most, @ForAll @IntRange(max = 49) int people) {
        Random random = new Random(seed);
        Mentions mentions = new Mentions(IntStream.range(0, people).mapToObj(i -> "person" + i + "x".repeat(random.nextInt(50))).toList(),
                List.of(), random.nextBoolean());
        List<String> chunks = texts(Chunker.withRoomFor(mentions.withFirst("asker"), most), text(random));
        List<Mentions> each = mentions.among(chunks);

        for (int i = 0; i < chunks.size(); i++) {
            Mentions named = each.isEmpty() ? Mentions.NONE : each.get(i);
            assertThat(texts(Chunker.withRoomFor(i == 0 ? named.withFirst("asker") : named, Chunker.MAX_CHARACTERS), chunks.get(i)))
                    .containsExactly(chunks.get(i));
        }
    }

    private static List<String> texts(Chunker chunker, String text) {
        return chunker.chunks(text).stream().map(Chunk::text).filter(chunk -> !chunk.isBlank()).toList();
    }

    private static String text(Random random) {
        List<String> pieces = List.of("word ", "sentence. ", "\n\n", "```java\nint i;\n```\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "😀",
                "\"\\\t", "中文", "\n");
        List<String> text = new ArrayList<>();
        int count = random.nextInt(3_000);
        for (int i = 0; i < count; i++) {
            text.add(pieces.get(random.nextInt(pieces.size())).repeat(1 + random.nextInt(6)));
        }
        return "begin " + String.join("", text);
    }
}
