package io.github.dingtalkcamel.observe;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.github.dingtalkcamel.store.StoreException;
import io.github.dingtalkcamel.turn.DeadLetters;
import io.github.dingtalkcamel.turn.DeadLetters.Requested;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedOperation;
import org.apache.camel.api.management.ManagedResource;

/** Dead letters in JMX. Shows reasons, never what was said. */
@ManagedResource(description = "What could not be finished and waits for a person")
public final class DeadLetterOperations {

    private static final int SHOWN = 100;

    private final DeadLetters deadLetters;

    public DeadLetterOperations(DeadLetters deadLetters) {
        this.deadLetters = deadLetters;
    }

    @ManagedAttribute(description = "How many wait for a person")
    public long getWaiting() throws StoreException {
        return deadLetters.count();
    }

    @ManagedOperation(description = "The newest, up to " + SHOWN
            + ", a line each: id, state, what, when, attempts, turn, code, reason, remedy")
    public List<String> list() throws StoreException {
        return deadLetters.list(Long.MAX_VALUE, SHOWN).stream()
                .map(each -> each.id() + " " + each.state() + ": " + each.kind() + ", " + each.at() + ", "
                + each.attempts() + " attempts, " + each.reference() + ", " + each.code() + ": " + each.reason() + ". " + each.remedy())
                .toList();
    }

    @ManagedOperation(description = "Replays some: their ids with commas between them")
    public String replay(String ids) throws StoreException {
        Set<Long> wanted = new LinkedHashSet<>();
        try {
            Arrays.stream(ids.split(",")).map(String::strip).map(Long::valueOf).forEach(wanted::add);
        } catch (NumberFormatException e) {
            return "Write ids with commas between them: 1,2,3";
        }
        return wanted.size() > DeadLetters.MOST_IDS ? "Write " + DeadLetters.MOST_IDS + " ids at most"
                : described(deadLetters.replay(wanted));
    }

    @ManagedOperation(description = "Replays all that wait")
    public String replayAll() throws StoreException {
        return described(deadLetters.replayAll());
    }

    private static String described(Requested requested) {
        return requested.replayed().size() + " are replayed, " + requested.alreadyReplayed().size() + " were already, "
                + requested.unknown().size()
               + " are unknown";
    }
}
