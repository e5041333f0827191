package io.github.dingtalkcamel.turn;

/**
 * A chunk of a reply that DingTalk took, for the record of its message.
 *
 * @param chunk     1 and up
 * @param of        how many the reply has
 * @param channel   {@code sessionWebhook}, {@code robotApi} or {@code card}
 * @param messageId of the card that shows it, made of letters, digits and dashes; null where it is no card
 * @param at        epoch milliseconds
 */
public record SentChunk(int chunk, int of, String channel, String messageId, long at) {

    /** Exchange property that holds it until the turn's end is noted, of replies in one chunk. */
    public static final String PROPERTY = "CamelDingTalkSentChunk";

    /** Chunks of a reply whose going out is recorded one by one; of longer ones the first. */
    private static final int RECORDED = 200;

    /** One that is no card. */
    public SentChunk(int chunk, int of, String channel, long at) {
        this(chunk, of, channel, null, at);
    }

    /** As a line of the record, empty for one too many. */
    String line() {
        return chunk > RECORDED ? "" : "{\"chunk\":" + chunk + ",\"of\":" + of + ",\"channel\":\"" + channel + "\","
                + (messageId == null ? "" : "\"messageId\":\"" + messageId + "\",") + "\"at\":" + at + "}\n";
    }
}
