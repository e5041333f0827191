package io.github.dingtalkcamel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import org.junit.jupiter.api.Assumptions;

/**
 * The system's Chromium, headless, with all that pages of people need: devices, colour schemes, keyboards, files. Tests that need it are
 * skipped where there is none, and say so.
 */
final class ChatBrowser implements AutoCloseable {

    private static final List<String> PLACES = List.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final int MARGIN = 12;

    private final Playwright playwright;
    private final Browser chromium;

    private ChatBrowser(Path executable) {
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        // the names of files it saves, on a machine without a locale too
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("LC_ALL", "C.UTF-8");
        chromium = playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(executable)
                .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"))
                .setEnv(environment));
    }

    static ChatBrowser open() {
        Path executable = Stream.concat(Stream.ofNullable(System.getenv("CHROMIUM")), PLACES.stream()).map(Path::of)
                .filter(Files::isExecutable)
                .findFirst().orElse(null);
        Assumptions.assumeTrue(executable != null,
                "No Chromium here: the chat page is not tested. Install the package chromium, or set CHROMIUM to its path");
        return new ChatBrowser(executable);
    }

    /** A page of its own, as on a device that knows nothing yet. */
    Page page(int width, int height, ColorScheme scheme) {
        return page(width, height, scheme, "en-GB");
    }

    /** The same in a language. */
    Page page(int width, int height, ColorScheme scheme, String locale) {
        BrowserContext context = chromium.newContext(new Browser.NewContextOptions().setViewportSize(width, height)
                .setColorScheme(scheme).setReducedMotion(ReducedMotion.REDUCE).setLocale(locale));
        context.setDefaultTimeout(Bot.PATIENCE.toMillis());
        return context.newPage();
    }

    /** For people to look at, in {@code target/screenshots}. */
    static void screenshot(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png")));
    }

    /** The same of a part of a page, with a little of what is around it. */
    static void screenshot(Locator part, String name) {
        BoundingBox box = part.boundingBox();
        part.page().screenshot(new Page.ScreenshotOptions().setPath(SCREENSHOTS.resolve(name + ".png"))
                .setClip(box.x - MARGIN, box.y - MARGIN, box.width + 2 * MARGIN, box.height + 2 * MARGIN));
    }

    @Override
    public void close() {
        chromium.close();
        playwright.close();
    }
}
