package io.github.dingtalkcamel.component.message;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A text message as DingTalk pushes it, from its bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MessageParserBenchmark {

    private final MessageParser parser = new MessageParser(Language.EN);
    private final byte[] text = """
            {"conversationId":"cidFAKE0001==","chatbotCorpId":"dingfakecorp","chatbotUserId":"$:LWCP_v1:$fake","msgId":"msgFAKE0001==",
            "senderNick":"Ann","isAdmin":true,"senderStaffId":"staff001","sessionWebhookExpiredTime":1795000000000,"createAt":1794990000000,
            "senderCorpId":"dingfakecorp","conversationType":"1","senderId":"$:LWCP_v1:$sender","sessionWebhook":
            "https://oapi.dingtalk.com/robot/sendBySession?session=fake","text":{"content":"What is the state of the build? 构建如何？"},
            "robotCode":"dingfakeappkey","msgtype":"text"}""".getBytes(StandardCharsets.UTF_8);

    @Benchmark
    public InboundMessage text() throws BadMessageException {
        return parser.parse("main", text);
    }
}
