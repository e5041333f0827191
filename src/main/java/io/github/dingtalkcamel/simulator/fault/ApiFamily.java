package io.github.dingtalkcamel.simulator.fault;

/** Groups of endpoints that trouble can be asked for. */
public enum ApiFamily {
    /** accessToken of both hosts, protocol 1 */
    TOKEN,
    /** answers through sessionWebhook, protocol 6.1 */
    SESSION_WEBHOOK,
    /** custom robots' webhooks, protocol 6.2 */
    CUSTOM_ROBOT,
    /** the robot API, protocol 6.3 */
    ROBOT,
    /** uploads and downloads, protocol 6.6 */
    MEDIA,
    /** departments and people, protocol 6.7 */
    CONTACTS,
    /** reactions under messages, protocol 6.8 */
    REACTION,
    /** the card platform, protocol 6.5 */
    CARD,
    /** who somebody is, protocol 6.7 */
    IDENTITY,
    /** asking for a Stream connection, protocol 2.1 */
    STREAM,
    /** the WebSocket upgrade with a ticket, protocol 2.2 */
    CONNECT,
    /** whatever nothing is known about */
    OTHER
}
