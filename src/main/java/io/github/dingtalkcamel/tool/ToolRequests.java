package io.github.dingtalkcamel.tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.core.type.TypeReference;
import io.github.dingtalkcamel.cluster.Leases;
import io.github.dingtalkcamel.cluster.Nodes;
import io.github.dingtalkcamel.component.json.Json;
import io.github.dingtalkcamel.server.ApiException;
import io.github.dingtalkcamel.store.Expiry;
import io.github.dingtalkcamel.store.Sql;
import io.github.dingtalkcamel.store.Store;
import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.store.Texts;

/**
 * Calls with a {@code requestId} and their results, for a day (docs/promises.md 7). A call is noted before it does anything, so that one
 * that a crash cut short is never done a second time: its outcome is unknown, except for those recipients whose messages are on record.
 */
public final class ToolRequests {

    private static final Duration KEPT = Duration.ofHours(24);
    private static final TypeReference<Map<String, Object>> RESULT = new TypeReference<>() {
    };

    private final Store store;
    private final InstantSource clock;
    private final Leases leases;

    public ToolRequests(Store store, InstantSource clock) {
        this(store, clock, Leases.ALONE);
    }

    /** @param leases of the nodes that share the store */
    public ToolRequests(Store store, InstantSource clock, Leases leases) {
        this.leases = leases;
        this.store = store;
        this.clock = clock;
    }

    /** @param runs whether another node is making the call */
    private record Known(String fingerprint, String result, boolean runs, Map<String, String> sent) {
    }

    /**
     * What is known of a call that begins.
     *
     * @param isNew  whether it is to be made
     * @param result of the first one with its {@code requestId}; null where that is new, or is being made by another node
     */
    record Begun(boolean isNew, Map<String, Object> result) {
    }

    /**
     * Notes a call before it begins.
     *
     * @return              whether it is new, else the result of the first one
     * @throws ApiException when its {@code requestId} was used with other arguments
     */
    Begun begin(ToolCall call) throws ApiException, StoreException {
        long now = clock.millis();
        Known known = store.writeAndWait(connection -> Sql.update(connection, """
                insert into tool_request (request_id, fingerprint, begun_at, node_id) values (?, ?, ?, ?)
                on conflict (request_id) do update set fingerprint = excluded.fingerprint, begun_at = excluded.begun_at,
                    node_id = excluded.node_id, result = null
                where tool_request.begun_at < ?""",
                call.requestId(), call.fingerprint(), now, leases.node() == null ? null : leases.node().id(), now - KEPT.toMillis()) == 1
                ? null : known(connection, call.requestId()).orElseThrow());
        return known == null ? new Begun(true, null) : new Begun(false, resultOf(call, known));
    }

    /** What is known of a call that another node was making. It is new where that node refused it, and did nothing. */
    Begun lookAgain(ToolCall call) throws ApiException, StoreException {
        Optional<Known> known = store.read(connection -> known(connection, call.requestId()));
        return known.isEmpty() ? begin(call) : new Begun(false, resultOf(call, known.get()));
    }

    private Map<String, Object> resultOf(ToolCall call, Known known) throws ApiException, StoreException {
        if (!known.fingerprint().equals(call.fingerprint())) {
            throw otherArguments();
        }
        if (known.result() != null) {
            return read(known.result());
        }
        if (known.runs()) {
            return null;
        }
        // noted, not under way and without a result: a process before this one was at it
        Map<String, Object> result = cutShort(call, known.sent());
        end(call, result);
        return result;
    }

    private Optional<Known> known(Connection connection, String requestId) throws SQLException {
        Map<String, String> sent = new HashMap<>();
        Sql.query(connection, "select message_id, recipients from sent_message where request_id = ?", row -> {
            while (row.next()) {
                String messageId = row.getString(1);
                Texts.read(row.getString(2)).forEach(target -> sent.put(target, messageId));
            }
            return sent;
        }, requestId);
        return Sql.first(connection, "select fingerprint, result, node_id from tool_request where request_id = ?",
                row -> new Known(row.getString(1), row.getString(2), leases.isShared() && Nodes.isAlive(connection, row.getString(3)),
                        sent), requestId);
    }

    private Map<String, Object> cutShort(ToolCall call, Map<String, String> sent) {
        ToolRun run = new ToolRun(call, clock);
        for (Target target : call.targets()) {
            String messageId = sent.get(target.shown());
            if (messageId != null) {
                run.sent(List.of(target), messageId);
            } else {
                run.failed(List.of(target), Problem.CUT_SHORT);
            }
        }
        if (call.targets().isEmpty()) {
            run.error(Problem.CUT_SHORT);
        }
        return run.result();
    }

    /** Keeps the result of a call. */
    void end(ToolCall call, Map<String, Object> result) throws StoreException {
        if (call.requestId() == null) {
            return;
        }
        String json = write(result);
        store.writeAndWait(connection -> Sql.update(connection, "update tool_request set result = ? where request_id = ?", json,
                call.requestId()));
    }

    /** A call that was refused before it did anything may come again. */
    void forget(ToolCall call) throws StoreException {
        if (call.requestId() == null) {
            return;
        }
        store.writeAndWait(connection -> Sql.update(connection, "delete from tool_request where request_id = ?", call.requestId()));
    }

    static ApiException otherArguments() {
        return ApiException.conflict("request_id_used", "requestId was used within 24 h with other arguments:"
                + " use a new one for each call, and the same only to repeat one");
    }

    private static String write(Map<String, Object> result) {
        try {
            return Json.MAPPER.writeValueAsString(result);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Object> read(String json) {
        try {
            return Json.MAPPER.readValue(json, RESULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What housekeeping deletes. */
    public static Expiry expiry() {
        return new Expiry("results of tools", """
                delete from tool_request where request_id in (select request_id from tool_request where begun_at < ?
                    order by begun_at limit ?)""", KEPT, false);
    }
}
