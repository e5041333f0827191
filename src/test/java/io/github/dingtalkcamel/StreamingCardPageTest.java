package io.github.dingtalkcamel;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

import javax.imageio.ImageIO;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.github.dingtalkcamel.card.Typist;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The simulator's chat page shows a card as its reply forms, with its stop button; the pictures are those of docs/streaming.md (scripts/streaming-picture). */
@Timeout(180)
class StreamingCardPageTest {

    private static final String REPLY = """
            Yes: **api 2.4.2** is in production since 09:31.

            | service | version | state |
            |---|---|---|
            | api | 2.4.2 | healthy |
            | web | 1.9.0 | healthy |
            | billing | 0.8.3 | *retried twice* |

            ```sh
            kubectl rollout status deploy/api
            ```
            """;
    private static final Path FRAMES = Path.of("target", "screenshots");
    private static final int GAP = 16;
    private static final int MOST_WIDE = 360;

    private final Typist typist = new Typist();
    private final SynchronousQueue<String> pieces = new SynchronousQueue<>();
    private ChatBrowser browser;
    private Bot bot;
    private Page page;

    @BeforeEach
    void start() throws Exception {
        browser = ChatBrowser.open();
        bot = Bot.withSettings(Map.of("dingtalk.stream", "true", "dingtalk.streaming", "card", "dingtalk.streaming-card-template-id", "own.schema"))
                .bean("typist", typist).route("typist.yaml", Typist.ROUTE).start();
        Awaitility.await().atMost(Bot.PATIENCE).until(() -> bot.simulator().stream().connections().size() == 2);
        typist.script((draft, asked) -> {
            String piece;
            while (!(piece = pieces.poll(60, TimeUnit.SECONDS)).isEmpty()) {
                draft.update(piece);
            }
            return REPLY;
        });
        page = browser.page(1280, 800, ColorScheme.LIGHT);
        page.navigate(bot.simulator().url() + "/");
    }

    @AfterEach
    void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (bot != null) {
            bot.close();
        }
    }

    private Locator card() {
        return page.locator(".pane").first().locator(".platform-card").last();
    }

    private void say(String text) {
        Locator input = page.locator(".pane").first().getByLabel("Message", new Locator.GetByLabelOptions().setExact(true));
        input.fill(text);
        input.press("Enter");
    }

    private void type(String soFar) throws InterruptedException {
        assertThat(pieces.offer(soFar, 60, TimeUnit.SECONDS)).isTrue();
    }

    private Path frame(int number) {
        page.mouse().move(0, 0);
        ChatBrowser.screenshot(page.locator(".pane").first().locator(".of-robot").last(), "streaming-" + number);
        return FRAMES.resolve("streaming-" + number + ".png");
    }

    @Test
    void theCardFormsPieceByPieceAndEndsWithoutItsButton() throws Exception {
        say("is api 2.4.2 out?");
        type(REPLY.substring(0, 23));
        assertThat(card()).containsText("api 2.4.2");
        assertThat(card().locator(".card-forming")).containsText("typing");
        List<Path> frames = new ArrayList<>(List.of(frame(1)));
        type(REPLY.substring(0, REPLY.indexOf("| billing")));
        assertThat(card().locator("td")).hasText(new String[] {"api", "2.4.2", "healthy", "web", "1.9.0", "healthy"});
        assertThat(card().locator("[data-action=stop]")).hasText("Stop");
        frames.add(frame(2));
        type("");
        assertThat(card()).containsText("rollout status");
        assertThat(card().locator(".card-forming, [data-action=stop], [data-variable]")).hasCount(0);
        frames.add(frame(3));
        beside(frames, FRAMES.resolve("streaming.png"));
    }

    @Test
    void theButtonStopsTheReply() throws Exception {
        say("is api 2.4.2 out?");
        type(REPLY.substring(0, 23));
        card().locator("[data-action=stop]").click();

        assertThat(card()).containsText("Stopped by Zhang San.");
        assertThat(card().locator("[data-action=stop]")).hasCount(0);
        ChatBrowser.screenshot(page, "streaming-stopped");
    }

    @Test
    void theFaultsOfCardsHaveButtons() throws Exception {
        page.getByText("Faults of cards").click();
        page.locator("[data-fault=cardNoTemplate]").click();
        assertThat(page.locator(".log")).containsText("The next card finds no template.");
        say("is api 2.4.2 out?");
        type("Yes");
        type("");
        assertThat(page.locator(".pane").first().locator(".message.of-robot .bubble").last()).containsText("api 2.4.2");
        assertThat(page.locator(".platform-card")).hasCount(0);

        page.locator("[data-fault=cardLostEnd]").click();
        say("and now?");
        type("Yes");
        assertThat(card()).containsText("Yes");
        type("");
        assertThat(card()).containsText("rollout status");
        page.locator("[data-fault=cardExpire]").click();
        assertThat(page.locator(".log")).containsText("No card forms just now.");
        ChatBrowser.screenshot(page, "streaming-faults");
    }

    /** One picture of several, from left to right. */
    private static void beside(List<Path> frames, Path picture) throws Exception {
        List<BufferedImage> images = new ArrayList<>();
        for (Path frame : frames) {
            BufferedImage image = ImageIO.read(frame.toFile());
            images.add(image.getSubimage(0, 0, Math.min(MOST_WIDE, image.getWidth()), image.getHeight()));
        }
        int height = images.stream().mapToInt(BufferedImage::getHeight).max().orElseThrow();
        BufferedImage all = new BufferedImage(images.stream().mapToInt(image -> image.getWidth() + GAP).sum() - GAP, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = all.createGraphics();
        canvas.setColor(Color.WHITE);
        canvas.fillRect(0, 0, all.getWidth(), height);
        int left = 0;
        for (BufferedImage image : images) {
            canvas.drawImage(image, left, 0, null);
            left += image.getWidth() + GAP;
        }
        canvas.dispose();
        ImageIO.write(all, "png", picture.toFile());
    }
}
