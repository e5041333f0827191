package io.github.dingtalkcamel.bench;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;

import com.dingtalk.open.app.api.OpenDingTalkClient;
import com.dingtalk.open.app.api.OpenDingTalkStreamClientBuilder;
import com.dingtalk.open.app.api.callback.OpenDingTalkCallbackListener;
import com.dingtalk.open.app.api.chatbot.BotReplier;
import com.dingtalk.open.app.api.security.AuthClientCredential;
import com.dingtalk.open.app.stream.network.api.TransportProtocol;
import shade.com.alibaba.fastjson2.JSONObject;

/**
 * DingTalk's official Java Stream client as its documentation shows it: a listener that answers with its text by session webhook. Over
 * plain TCP, as all contenders of the benchmark, for which the client has no option: hence the reflection. Prints {@code ready} when it has
 * a connection, and ends when it is killed.
 */
final class OfficialEcho {

    private OfficialEcho() {
    }

    static final class Echo implements OpenDingTalkCallbackListener<JSONObject, JSONObject> {

        private static final long serialVersionUID = 1L;

        @Override
        public JSONObject execute(JSONObject message) {
            try {
                BotReplier.fromWebhook(message.getString("sessionWebhook")).replyText(message.getJSONObject("text").getString("content"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new JSONObject();
        }
    }

    /** @param args URL of the platform, app key, app secret */
    public static void main(String[] args) throws Exception {
        plainTcp();
        OpenDingTalkStreamClientBuilder builder = OpenDingTalkStreamClientBuilder.custom()
                .credential(new AuthClientCredential(args[1], args[2]))
                .registerCallbackListener("/v1.0/im/bot/messages/get", new Echo());
        Method openApiHost = OpenDingTalkStreamClientBuilder.class.getDeclaredMethod("openApiHost", String.class);
        openApiHost.setAccessible(true);
        openApiHost.invoke(builder, args[0]);
        OpenDingTalkClient client = builder.build();
        client.start();
        System.out.println("ready");
        Thread.currentThread().join();
    }

    @SuppressWarnings("unchecked")
    private static void plainTcp() throws ReflectiveOperationException {
        Field tls = TransportProtocol.class.getDeclaredField("tls");
        tls.setAccessible(true);
        tls.setBoolean(TransportProtocol.WSS, false);
        Field mapping = TransportProtocol.class.getDeclaredField("MAPPING");
        mapping.setAccessible(true);
        ((Map<String, TransportProtocol>) mapping.get(null)).put("ws", TransportProtocol.WSS);
    }
}
