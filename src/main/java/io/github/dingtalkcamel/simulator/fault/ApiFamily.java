package io.github.dingtalkcamel.simulator.fault;

/** Groups of endpoints for which faults can be planned. */
public enum ApiFamily {
    /** accessToken of both hosts, docs/protocol.md 1 */
    TOKEN,
    /** answers through sessionWebhook, docs/protocol.md 6.1 */
    SESSION_WEBHOOK,
    /** custom robots' webhooks, docs/protocol.md 6.2 */
    CUSTOM_ROBOT,
    /** the robot API, docs/protocol.md 6.3 */
    ROBOT,
    /** uploads and downloads, docs/protocol.md 6.6 */
    MEDIA,
    /** departments and people, docs/protocol.md 6.7 */
    CONTACTS,
    /** reactions under messages, docs/protocol.md 6.8 */
    REACTION,
    /** the card platform, docs/protocol.md 6.5 */
    CARD,
    /** the identity of users, docs/protocol.md 6.7 */
    IDENTITY,
    /** asking for a Stream connection, docs/protocol.md 2.1 */
    STREAM,
    /** the WebSocket upgrade with a ticket, docs/protocol.md 2.2 */
    CONNECT,
    /** every other path */
    OTHER
}
