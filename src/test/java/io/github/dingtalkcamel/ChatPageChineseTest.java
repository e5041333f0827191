package io.github.dingtalkcamel;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.github.dingtalkcamel.simulator.platform.SimulatedApp;
import io.github.dingtalkcamel.turn.MessageTrace;
import org.junit.jupiter.api.Test;

/** The chat page in a browser whose language is Chinese. */
class ChatPageChineseTest {

    private static final Path FILES = Path.of("src", "main", "resources", "simulator");
    private static final Pattern TRANSLATED = Pattern.compile("\\bt\\((?:[^'()]*\\? )?'((?:[^'\\\\]|\\\\.)*)'"
            + "(?: : '((?:[^'\\\\]|\\\\.)*)')?");
    private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z]+");
    /** Names, and words that Chinese texts about DingTalk have in Latin letters. */
    private static final List<String> ALSO_CHINESE = List.of("dingtalk", "camel", "Stream", "Webhook", "webhook", "AES", "HMAC", "API",
            "Markdown", "ID", "token", "Enter", "Shift", "access", "app", "key", "xx", "echo", "main");
    /** All texts and labels that people see or hear, but not what was said, names of people and groups, and commands. */
    private static final String TEXTS = """
            () => {
              const spared = '.bubble, .who, .nick, .avatar, .face, .tabs, .command, option, script, style';
              const texts = [document.title];
              const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              while (nodes.nextNode()) {
                if (nodes.currentNode.data.trim() && !nodes.currentNode.parentElement.closest(spared)) {
                  texts.push(nodes.currentNode.data.trim());
                }
              }
              for (const name of ['aria-label', 'title', 'placeholder']) {
                document.querySelectorAll(`[${name}]:not(.quote-button)`).forEach(one => texts.push(one.getAttribute(name)));
              }
              return texts;
            }""";

    @Test
    void showsAllOfItsTextsInChinese() throws Exception {
        try (ChatBrowser browser = ChatBrowser.open();
                Bot bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.language", "zh-Hans"))) {
            bot.simulator().addApp(SimulatedApp.of(Bot.APP_KEY, Bot.APP_SECRET).withEncryption(Bot.CALLBACK_TOKEN, Bot.AES_KEY)
                    .withIntegration("main"));
            bot.start();
            bot.simulator().messageTraces(new MessageTrace(bot.store())::json);
            Page page = browser.page(1280, 860, ColorScheme.LIGHT, "zh-CN");
            page.navigate(bot.simulator().url() + "/");
            assertThat(page.locator("html")).hasAttribute("lang", "zh-Hans");
            assertThat(page.locator("#status")).hasText("Stream：2 个连接");
            List<String> texts = new ArrayList<>(texts(page));

            page.locator(".pane").first().locator("textarea").fill("/");
            texts.addAll(texts(page));
            page.locator(".pane").first().locator("textarea").fill("你好，世界");
            page.keyboard().press("Enter");
            assertThat(page.locator(".of-robot .bubble").first()).hasText("你好，世界");
            assertThat(page.locator(".of-person .way").first()).containsText("Stream 验证");
            for (String fault : List.of("expireToken", "throttle", "fail", "expireSession", "twice", "peace", "blackHole",
                    "disconnect")) {
                int before = page.locator(".faults .log li").count();
                page.locator("[data-fault=" + fault + "]").click();
                assertThat(page.locator(".faults .log li").nth(before)).isVisible();
            }
            texts.addAll(texts(page));
            ChatBrowser.screenshot(page, "chat-zh");
            page.locator("#new-person").click();
            assertThat(page.locator("#person-title")).hasText("添加人员");
            texts.addAll(texts(page));
            ChatBrowser.screenshot(page, "chat-zh-person");

            assertThat(texts).allSatisfy(text -> assertThat(english(text)).as(text).isEmpty());
            assertThat(texts).contains("注入故障", "聊天 · dingtalk-camel 模拟器", "给机器人发消息，输入 / 查看命令", "列出全部命令");
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> texts(Page page) {
        return (List<String>) page.evaluate(TEXTS);
    }

    private static List<String> english(String text) {
        return WORD.matcher(text).results().map(MatchResult::group).filter(word -> !ALSO_CHINESE.contains(word)).toList();
    }

    @Test
    void hasChineseForEveryTextThatThePageAsksFor() throws IOException {
        String table = Files.readString(FILES.resolve("words.js"));
        TreeSet<String> asked = new TreeSet<>();
        try (Stream<Path> files = Files.list(FILES)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".js") && !each.endsWith("words.js")).toList()) {
                Matcher text = TRANSLATED.matcher(Files.readString(file));
                while (text.find()) {
                    asked.add(text.group(1));
                    if (text.group(2) != null) {
                        asked.add(text.group(2));
                    }
                }
            }
        }

        assertThat(asked).hasSizeGreaterThan(60).allSatisfy(text -> assertThat(table).contains("'" + text + "':"));
    }
}
