package io.github.dingtalkcamel.component.api;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Where DingTalk keeps the files that people send: the hosts that attachments are downloaded from. */
public final class DownloadHosts {

    /** DingTalk's own domains, with every host below them. */
    private static final List<String> DOMAINS = List.of("dingtalk.com", "dingtalk.io");
    /**
     * The bucket that DingTalk's answers name in the field. A name is taken whole: below {@code aliyuncs.com}, and with any other name of
     * a bucket, any customer
     * who rents storage there may put files.
     */
    private static final Set<String> BUCKETS = Set.of("wukong-file-im-zjk.oss-cn-zhangjiakou.aliyuncs.com");

    private DownloadHosts() {
    }

    /** Whether the host is one of DingTalk's, or one of these. @param others in lower case */
    public static boolean mayHoldAttachments(URI uri, Set<String> others) {
        String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        return DOMAINS.stream().anyMatch(domain -> host.equals(domain) || host.endsWith("." + domain)) || BUCKETS.contains(host)
                || others.contains(host);
    }
}
