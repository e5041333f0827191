package io.github.dingtalkcamel.component.dingtalk;
import java.net.URI;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The session webhooks that DingTalk called expired before their time: they are not posted to again. The {@value #MOST} latest are known.
 */
final class ExpiredSessions {

    private static final int MOST = 10_000;

    private final Set<URI> expired = new LinkedHashSet<>();

    synchronized void add(URI sessionWebhook) {
        if (expired.add(sessionWebhook) && expired.size() > MOST) {
            Iterator<URI> oldest = expired.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    synchronized boolean contains(URI sessionWebhook) {
        return expired.contains(sessionWebhook);
    }
}
