package org.kgcoop;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One tab of a real browser, controlled through its DevTools protocol. Tests press keys, drop files
 * and take screenshots as a user does. They can read the console and all requests of the page.
 */
public final class Chromium implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 300;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final URI host;
  private final URI whole; // controls the browser, not a tab
  private final WebSocket socket;

  /** Ends what ends with this tab. */
  private final Runnable ending;

  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final List<JsonNode> events = new CopyOnWriteArrayList<>();

  /**
   * Starts a browser with an empty tab.
   *
   * @param profile a new folder for the settings of the browser
   * @param options further options of the browser
   * @return null if there is no browser, or if it does not run on this machine
   */
  public static @Nullable Chromium start(Path profile, String... options)
      throws InterruptedException {
    Optional<Path> executable = find();
    try {
      return executable.isEmpty()
          ? null
          : new Chromium(executable.get(), profile, List.of(options));
    } catch (IOException e) {
      return null;
    }
  }

  /** Returns the browser, or skips the test if there is none. */
  public static Chromium orSkip(@Nullable Chromium browser) {
    assumeTrue(browser != null, "no Chromium on the PATH runs on this machine");
    return Objects.requireNonNull(browser);
  }

  private static Optional<Path> find() {
    return Stream.of("chromium", "chromium-browser", "google-chrome", "chrome")
        .flatMap(
            name ->
                Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                    .map(directory -> Path.of(directory, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private Chromium(Path executable, Path profile, List<String> options)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                executable.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-default-apps",
                // Block the network: the proxy is the port of the discard service, which never
                // answers.
                "--proxy-server=127.0.0.1:9",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile));
    command.addAll(options);
    command.add("about:blank");
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Path port = profile.resolve("DevToolsActivePort");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Files.exists(port) || Files.size(port) == 0) {
      if (System.nanoTime() > end || !process.isAlive()) {
        process.destroyForcibly();
        throw new IOException("chromium does not run on this machine");
      }
      Thread.sleep(20);
    }
    List<String> lines = Files.readAllLines(port);
    host = URI.create("ws://127.0.0.1:" + lines.get(0) + "/");
    whole = host.resolve(lines.get(1));
    socket = connect(pages().get(0));
    ending = this::kill;
    enable();
  }

  private Chromium(Chromium first, String address, Runnable ending) {
    process = first.process;
    host = first.host;
    whole = first.whole;
    socket = connect(address);
    this.ending = ending;
  }

  /** Opens a tab whose storage and connections are its own, and end with it. */
  public Chromium separate() {
    Chromium browser = new Chromium(this, whole.toString(), () -> {});
    ObjectNode tab = JsonNodeFactory.instance.objectNode().put("url", "about:blank");
    tab.setAll(
        (ObjectNode) browser.call("Target.createBrowserContext", "{'disposeOnDetach': true}"));
    String id = browser.call("Target.createTarget", tab).path("targetId").asText();
    Chromium opened =
        new Chromium(this, host.resolve("/devtools/page/" + id).toString(), browser::close);
    opened.enable();
    return opened;
  }

  /**
   * Opens another tab and returns it. The first tab closes the browser.
   *
   * @param expression opens the tab, in this page
   */
  public Chromium opened(String expression) throws IOException, InterruptedException {
    List<String> before = pages();
    value(expression);
    for (long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS); ; ) {
      for (String page : pages()) {
        if (!before.contains(page)) {
          Chromium opened = new Chromium(this, page, () -> {});
          opened.enable();
          return opened;
        }
      }
      if (System.nanoTime() > end) {
        throw new IOException(expression + " opened no tab");
      }
      pause(Duration.ofMillis(20));
    }
  }

  /** Returns the addresses by which the tabs are controlled. */
  private List<String> pages() throws IOException, InterruptedException {
    List<String> pages = new ArrayList<>();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + host.getAuthority() + "/json/list"))
            .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
            .build();
    String body = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    for (JsonNode tab : JSON.readTree(body)) {
      if (tab.path("type").asText().equals("page")) {
        pages.add(tab.path("webSocketDebuggerUrl").asText());
      }
    }
    return pages;
  }

  private WebSocket connect(String address) {
    return HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .buildAsync(URI.create(address), new Ear())
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  private void enable() {
    for (String domain : List.of("Page", "Runtime", "Network", "Log", "DOM", "Accessibility")) {
      call(domain + ".enable");
    }
  }

  /** Collects the parts of each message. */
  private final class Ear implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        heard(text.toString());
        text.setLength(0);
      }
      return WebSocket.Listener.super.onText(from, data, last);
    }
  }

  private void heard(String text) {
    try {
      JsonNode message = JSON.readTree(text);
      CompletableFuture<JsonNode> answer = waiting.remove(message.path("id").asInt(-1));
      if (answer != null) {
        boolean unused = answer.complete(message);
      } else {
        events.add(message);
      }
    } catch (IOException e) {
      throw new IllegalStateException(text, e);
    }
  }

  /** Sends a command without parameters. */
  @CanIgnoreReturnValue
  public JsonNode call(String method) {
    return call(method, JsonNodeFactory.instance.objectNode());
  }

  /** Sends a command of the protocol and returns its result. */
  @CanIgnoreReturnValue
  public JsonNode call(String method, ObjectNode parameters) {
    int number = numbers.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(number, answer);
    ObjectNode message =
        JsonNodeFactory.instance.objectNode().put("id", number).put("method", method);
    message.set("params", parameters);
    synchronized (socket) {
      socket
          .sendText(message.toString(), true)
          .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
          .join();
    }
    JsonNode result = answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    if (result.has("error")) {
      throw new IllegalStateException(method + ": " + result.path("error"));
    }
    return result.path("result");
  }

  /** Sends a command with JSON parameters, in which {@code '} replaces {@code "}. */
  @CanIgnoreReturnValue
  public JsonNode call(String method, String parameters) {
    try {
      return call(method, (ObjectNode) JSON.readTree(parameters.replace('\'', '"')));
    } catch (IOException e) {
      throw new IllegalArgumentException(parameters, e);
    }
  }

  /** Opens a page and discards the events of the previous page. */
  public void open(String address) {
    events.clear();
    call("Page.navigate", JsonNodeFactory.instance.objectNode().put("url", address));
    await("document.readyState === 'complete' && location.href !== 'about:blank'");
  }

  /** Returns the value of an expression in the page. */
  @CanIgnoreReturnValue
  public JsonNode value(String expression) {
    ObjectNode parameters = JsonNodeFactory.instance.objectNode().put("expression", expression);
    JsonNode result =
        call("Runtime.evaluate", parameters.put("returnByValue", true).put("awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new IllegalStateException(expression + ": " + result.path("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Waits until an expression in the page is true. */
  public void await(String expression) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!value("Boolean(" + expression + ")").asBoolean()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "never true: " + expression + "; the page: " + value("document.body.innerText"));
      }
      pause(Duration.ofMillis(20));
    }
  }

  public static void pause(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Presses a key: a character, or {@code Tab}, {@code Enter} or {@code ArrowDown}. */
  public void press(String key) {
    keyDown(key, false);
    call("Input.dispatchKeyEvent", "{'type': 'keyUp', " + keyOf(key) + "}");
  }

  /** Holds a key, which the system repeats 30 times a second. */
  public void hold(String key, Duration time) {
    keyDown(key, false);
    for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; ) {
      pause(Duration.ofMillis(33));
      keyDown(key, true);
    }
    call("Input.dispatchKeyEvent", "{'type': 'keyUp', " + keyOf(key) + "}");
  }

  private void keyDown(String key, boolean repeats) {
    String text = key.equals("Enter") ? "\\r" : key.length() == 1 ? key : "";
    call(
        "Input.dispatchKeyEvent",
        "{'type': '%s', %s, 'text': '%s', 'autoRepeat': %b}"
            .formatted(text.isEmpty() ? "rawKeyDown" : "keyDown", keyOf(key), text, repeats));
  }

  private static String keyOf(String key) {
    int code =
        Map.of("Tab", 9, "Enter", 13, "Escape", 27, " ", 32, "ArrowDown", 40).getOrDefault(key, 0);
    String place =
        key.equals(" ")
            ? "Space"
            : key.matches("\\d")
                ? "Digit" + key
                : key.matches("[a-z]") ? "Key" + key.toUpperCase(Locale.ROOT) : key;
    return "'key': '%s', 'code': '%s', 'windowsVirtualKeyCode': %s".formatted(key, place, code);
  }

  /** Types characters into the element with the focus, one key after the other. */
  public void type(String text) {
    text.chars()
        .forEach(
            c -> {
              ObjectNode key = JsonNodeFactory.instance.objectNode().put("type", "keyDown");
              call("Input.dispatchKeyEvent", key.put("text", Character.toString(c)));
              call("Input.dispatchKeyEvent", "{'type': 'keyUp'}");
            });
  }

  /**
   * Clicks into the middle of an element, which must be visible.
   *
   * @param element an expression of the page
   */
  public void click(String element) {
    click(element, 1);
  }

  /** Clicks several times at the same place, as a double click does. */
  public void click(String element, int times) {
    JsonNode box =
        value(
            "(() => { const e = "
                + element
                + "; e.scrollIntoView({block: 'nearest', behavior: 'instant'});"
                + " const b = e.getBoundingClientRect();"
                + " return [b.left + b.width / 2, b.top + b.height / 2]; })()");
    ObjectNode at = JsonNodeFactory.instance.objectNode();
    at.put("x", box.get(0).asDouble()).put("y", box.get(1).asDouble());
    call("Input.dispatchMouseEvent", at.deepCopy().put("type", "mouseMoved"));
    for (int i = 1; i <= times; i++) {
      for (String type : List.of("mousePressed", "mouseReleased")) {
        ObjectNode event = at.deepCopy().put("type", type).put("button", "left");
        call("Input.dispatchMouseEvent", event.put("clickCount", i));
      }
    }
  }

  /** Drops files onto the middle of the page. */
  public void drop(Path... files) {
    for (String type : List.of("dragEnter", "dragOver", "drop")) {
      ObjectNode event =
          JsonNodeFactory.instance.objectNode().put("type", type).put("x", 200).put("y", 200);
      ObjectNode data = event.putObject("data").put("dragOperationsMask", 1);
      data.putArray("items");
      ArrayNode paths = data.putArray("files");
      for (Path file : files) {
        paths.add(file.toString());
      }
      call("Input.dispatchDragEvent", event);
    }
  }

  /** Sets the size of the window and the light or dark color scheme. An upright one is touched. */
  public void look(int width, int height, boolean dark) {
    call(
        "Emulation.setDeviceMetricsOverride",
        "{'width': %s, 'height': %s, 'deviceScaleFactor': 1, 'mobile': %b}"
            .formatted(width, height, width < height));
    call("Emulation.setTouchEmulationEnabled", "{'enabled': " + (width < height) + "}");
    call(
        "Emulation.setEmulatedMedia",
        "{'features': [{'name': 'prefers-color-scheme', 'value': '%s'}]}"
            .formatted(dark ? "dark" : "light"));
  }

  /** Writes a screenshot of the entire page as a PNG file. */
  public void screenshot(Path file) throws IOException {
    JsonNode shot =
        call("Page.captureScreenshot", "{'format': 'png', 'captureBeyondViewport': true}");
    Files.write(file, Base64.getDecoder().decode(shot.path("data").asText()));
  }

  /** Returns console messages, exceptions and log entries of the page. */
  public List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    for (JsonNode event : events) {
      switch (event.path("method").asText()) {
        case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded" ->
            complaints.add(event.path("params").toString());
        default -> {}
      }
    }
    return complaints;
  }

  /** Returns the parameters of all events of a method. */
  public List<JsonNode> events(String method) {
    return events.stream()
        .filter(event -> event.path("method").asText().equals(method))
        .map(event -> event.path("params"))
        .toList();
  }

  /** Returns the addresses that the page requested. */
  public List<String> requests() {
    return events("Network.requestWillBeSent").stream()
        .map(event -> event.path("request").path("url").asText())
        .toList();
  }

  @Override
  public void close() {
    socket.abort();
    ending.run();
  }

  private void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
