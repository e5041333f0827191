package io.github.dingtalkcamel.component.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Set;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DownloadHostsTest {

    @ParameterizedTest
    @CsvSource({"http://down-cdn.dingtalk.com/a.file?Expires=1,true",
            "https://wukong-file-im-zjk.oss-cn-zhangjiakou.aliyuncs.com/a?Signature=x,true",
        "https://x.oss-cn-hangzhou.aliyuncs.com/a,false", "https://wukong-file-im-evil.oss-cn-zhangjiakou.aliyuncs.com/a,false",
        "https://img.alicdn.com/imgextra/of-any-shop.png,false", "https://Own-Bucket.oss-cn-shanghai.aliyuncs.com/a,true",
        "https://below.own-bucket.oss-cn-shanghai.aliyuncs.com/a,false", "https://dingtalk.com.evil.example/a,false",
        "https://evildingtalk.com/a,false", "https://dingtalk.com@evil.example/a,false", "https://10.0.0.1/a,false"})
    void attachmentsComeOnlyFromHostsWhereDingTalkAlonePutsFiles(String url, boolean from) {
        assertThat(DownloadHosts.mayHoldAttachments(URI.create(url), Set.of("own-bucket.oss-cn-shanghai.aliyuncs.com"))).isEqualTo(from);
    }
}
