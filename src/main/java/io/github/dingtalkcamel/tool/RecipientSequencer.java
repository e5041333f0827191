package io.github.dingtalkcamel.tool;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Keeps the order of what is sent to a recipient: a run goes on when all that came before it for any of its recipients are over. No thread waits. Somebody who is
 * named in two ways is two recipients.
 */
public final class RecipientSequencer extends AsyncProcessorSupport implements CamelContextAware {

    private final Map<String, Deque<Place>> lines = new HashMap<>();
    private CamelContext camelContext;
    private ExecutorService threads;

    /** A run's place in the lines of all its recipients. */
    private static final class Place {
        private final List<String> lines;
        private final AsyncCallback callback;
        private int notFirst;

        Place(List<String> lines, AsyncCallback callback) {
            this.lines = lines;
            this.callback = callback;
        }
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        ToolRun run = exchange.getProperty(ToolRun.PROPERTY, ToolRun.class);
        // custom robots have a stored queue of their own: who waited for one here would not be in it
        Place place = new Place(run.call().targets().stream().filter(target -> target.type() != RecipientType.WEBHOOK)
                .map(target -> run.call().integration() + " " + target.named()).toList(), callback);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange over) {
                leave(place);
            }
        });
        synchronized (lines) {
            for (String line : place.lines) {
                Deque<Place> all = lines.computeIfAbsent(line, name -> new ArrayDeque<>());
                if (!all.isEmpty()) {
                    place.notFirst++;
                }
                all.add(place);
            }
            if (place.notFirst > 0) {
                return false;
            }
        }
        callback.done(true);
        return true;
    }

    private void leave(Place place) {
        List<Place> go = new ArrayList<>();
        synchronized (lines) {
            for (String line : place.lines) {
                Deque<Place> all = lines.get(line);
                boolean wasFirst = all.peek() == place;
                all.remove(place);
                if (all.isEmpty()) {
                    lines.remove(line);
                } else if (wasFirst && --all.peek().notFirst == 0) {
                    go.add(all.peek());
                }
            }
        }
        go.forEach(next -> threads.execute(() -> next.callback.done(false)));
    }

    @Override
    protected void doStart() {
        threads = camelContext.getExecutorServiceManager().newCachedThreadPool(this, "dingtalk-tools-in-order");
    }

    @Override
    protected void doShutdown() {
        camelContext.getExecutorServiceManager().shutdown(threads);
    }

    @Override
    public CamelContext getCamelContext() {
        return camelContext;
    }

    @Override
    public void setCamelContext(CamelContext context) {
        camelContext = context;
    }
}
