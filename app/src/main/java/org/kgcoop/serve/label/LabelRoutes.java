package org.kgcoop.serve.label;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.label.Answered;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;
import org.kgcoop.label.StalePageException;
import org.kgcoop.label.Status;
import org.kgcoop.label.UndoOffer;
import org.kgcoop.label.Undone;
import org.kgcoop.runs.Kind;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.serve.http.SecurityHeaders;

/**
 * The routes of the page: state, pages, answers, classes, thumbnails and results. Each tab is a
 * person of the session.
 */
final class LabelRoutes {
  /** The path of a report, which only the page knows. A link cannot send the token. */
  static final String REPORT = "/report/";

  private static final int OVERVIEW = 24;
  private static final long LAST_LOOK = Duration.ofMinutes(1).toNanos(); // at the report

  private final Thumbnails thumbnails;
  private final ResultsWriter results;
  private final Tabs tabs = new Tabs(System::nanoTime);
  private final AtomicBoolean writing = new AtomicBoolean();
  private final String reportKey = Tokens.random();
  private volatile @Nullable OpenSession session;
  private volatile @Nullable Path report;
  private volatile long[] read = {0, 0};
  private volatile String welcome = "";
  private volatile String progress = "";
  private volatile boolean finished;
  private volatile long finishedAt;

  LabelRoutes(Thumbnails thumbnails, ResultsWriter results) {
    this.thumbnails = thumbnails;
    this.results = results;
  }

  void addTo(RoutesConfig routes) {
    routes.get("/label/state", this::state);
    routes.post("/label/next", checked(this::next));
    routes.post("/label/answer", checked(this::answer));
    routes.post("/label/decide", checked(this::decide));
    routes.post("/label/undo", checked(this::undo));
    routes.post("/label/classes", checked(this::classes));
    routes.post("/label/seen", this::seen);
    routes.post("/label/leave", this::leave);
    routes.get("/label/images/{image}", this::image);
    routes.post("/label/write", checked(this::write));
    routes.post("/label/stop", this::stop);
    routes.get(REPORT + "{key}", this::report);
  }

  /** Shows the number of images that were read so far. */
  void reading(long done, long images) {
    read = new long[] {done, images};
  }

  /**
   * Serves a session.
   *
   * @param text what the page says before the first answer, or empty
   */
  void open(Labeling labeling, String text) {
    OpenSession opened = OpenSession.of(labeling);
    thumbnails.prepare(() -> opened.files(labeling.overview(OVERVIEW)));
    welcome = text;
    session = opened;
  }

  /** Returns true if the session has ended and nobody looks at the page any more. */
  boolean isFinished() {
    return finished && (tabs.isEmpty() || System.nanoTime() - finishedAt > LAST_LOOK);
  }

  OpenSession session() {
    OpenSession current = session;
    if (current == null) {
      throw new HttpErrorException(409, "the images are still being read");
    }
    return current;
  }

  /** A route that answers 409 with the current state if its page is not open any more. */
  Handler checked(Handler route) {
    return request -> {
      try {
        route.handle(request);
      } catch (StalePageException e) {
        conflict(request, String.valueOf(e.getMessage()));
      } catch (KgCoopException e) {
        if (e.category() != KgCoopException.Category.IO) {
          throw e;
        }
        // The person can free space and answer again.
        request.status(500).json(object().put("error", String.valueOf(e.getMessage())));
      }
    };
  }

  ObjectNode state(OpenSession current, String browser) {
    return StateJson.of(current.labeling(), browser, progress)
        .put("minutes", results.minutes())
        .put("welcome", current.labeling().status().steps() == 0 ? welcome : "");
  }

  private void conflict(Context request, String message) {
    ObjectNode json = state(session(), Bodies.browser(Bodies.body(request)));
    request.status(409).json(json.put("error", message));
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  // ---- state

  private void state(Context request) {
    OpenSession current = session;
    if (current == null) {
      ObjectNode json = object();
      json.putObject("reading").put("done", read[0]).put("images", read[1]);
      request.json(json);
      return;
    }
    ObjectNode json = state(current, Objects.requireNonNullElse(request.queryParam("browser"), ""));
    if (request.queryParam("overview") != null) {
      ArrayNode overview = json.putArray("overview");
      current.labeling().overview(OVERVIEW).forEach(image -> overview.add(current.index(image)));
    }
    request.json(json);
  }

  private void seen(Context request) {
    String browser = Bodies.browser(Bodies.body(request));
    tabs.seen(browser);
    OpenSession current = session;
    if (current != null) {
      current.labeling().seen(browser);
    }
    request.json(object());
  }

  private void leave(Context request) {
    String browser = Bodies.browser(Bodies.body(request));
    tabs.leave(browser);
    OpenSession current = session;
    if (current != null) {
      current.labeling().leave(browser);
    }
    request.json(object());
  }

  // ---- pages

  private void next(Context request) {
    OpenSession current = session();
    JsonNode body = Bodies.body(request);
    String browser = Bodies.browser(body);
    String wanted = Bodies.text(body, "wanted");
    tabs.seen(browser);
    synchronized (current.labeling()) {
      ObjectNode page = page(current, browser, wanted);
      ObjectNode json = state(current, browser);
      json.set("page", page);
      request.json(json);
    }
  }

  private ObjectNode page(OpenSession current, String browser, String wanted) {
    Labeling labeling = current.labeling();
    Page page = wanted.isEmpty() ? labeling.next(browser) : labeling.next(browser, kind(wanted));
    thumbnails.prepare(
        () -> {
          List<Path> files = new ArrayList<>(page.images());
          files.addAll(labeling.upcoming(browser));
          return current.files(files);
        });
    ObjectNode json = current.json(page);
    Status status = labeling.status();
    if (page.images().isEmpty() && status.read() == status.images()) {
      json.put("reserved", status.images() - status.labeled() - status.skipped());
    }
    return json;
  }

  private static Kind kind(String wanted) {
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.id().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new HttpErrorException(400, "wanted: there is no kind " + wanted));
  }

  private void answer(Context request) {
    long arrived = tabs.now();
    OpenSession current = session();
    JsonNode body = Bodies.body(request);
    String browser = Bodies.browser(body);
    int number = Bodies.number(body, "number");
    double seconds = body.path("seconds").asDouble(0);
    if (!(seconds >= 0 && seconds < 1e9)) {
      throw new HttpErrorException(400, "seconds: expected 0 or more");
    }
    synchronized (current.labeling()) {
      Map<Path, String> labels = current.labels(body);
      if (isTooEarly(request, browser, arrived)) {
        return;
      }
      Answered answered = current.labeling().answer(browser, number, labels, seconds);
      boolean goesOn = body.path("next").asBoolean() && answered.differs().isEmpty();
      ObjectNode page = goesOn ? page(current, browser, "") : null;
      ObjectNode json = state(current, browser);
      json.set("left_out", current.named(answered.leftOut()));
      json.set("differs", current.numbered(answered.differs()));
      if (page != null) {
        json.set("page", page);
      }
      request.json(json);
    }
  }

  /** Returns the time of a request, for {@link #isTooEarly}. */
  long now() {
    return tabs.now();
  }

  /** Rejects a second answer that nobody can have given so early. */
  boolean isTooEarly(Context request, String browser, long arrived) {
    if (tabs.answers(browser, arrived)) {
      return false;
    }
    conflict(request, "two answers within 100 ms: the second one is left out");
    return true;
  }

  private void decide(Context request) {
    long arrived = tabs.now();
    OpenSession current = session();
    JsonNode body = Bodies.body(request);
    String browser = Bodies.browser(body);
    int number = Bodies.number(body, "number");
    Path image = current.image(body.path("image").asText(), 400);
    if (!isTooEarly(request, browser, arrived)) {
      Answered unused =
          current.labeling().decide(browser, number, image, current.label(body.path("class")));
      request.json(state(current, browser));
    }
  }

  /** Takes back what the person did last. Answers are shown again, and must be given again. */
  private void undo(Context request) {
    OpenSession current = session();
    String browser = Bodies.browser(Bodies.body(request));
    synchronized (current.labeling()) {
      Optional<UndoOffer> offer = current.labeling().undoable(browser);
      Optional<Undone> undone = current.labeling().undo(browser);
      boolean isPage = undone.isPresent() && undone.get().kind() != Kind.CHOSEN;
      ObjectNode page = isPage ? page(current, browser, "") : null;
      ObjectNode json = state(current, browser);
      json.put("undone", undone.isPresent() ? offer.map(LabelSentences::of).orElse("") : "");
      if (page != null) {
        json.set("page", page);
      }
      request.json(json);
    }
  }

  // ---- classes

  /** Adds names, renames a class, merges it into another one, or deletes it. */
  private void classes(Context request) {
    OpenSession current = session();
    JsonNode body = Bodies.body(request);
    String browser = Bodies.browser(body);
    Labeling labeling = current.labeling();
    synchronized (labeling) {
      if (body.path("add").isArray()) {
        List<String> names = new ArrayList<>();
        for (JsonNode name : body.path("add")) {
          if (!name.isTextual()) {
            throw new HttpErrorException(400, "add: expected names");
          }
          names.add(name.textValue());
        }
        labeling.addClasses(browser, names);
      } else if (body.has("rename")) {
        labeling.rename(browser, existing(labeling, body, "rename"), Bodies.text(body, "name"));
      } else if (body.has("merge")) {
        labeling.merge(
            browser, existing(labeling, body, "merge"), existing(labeling, body, "into"));
      } else if (body.has("delete")) {
        labeling.delete(browser, existing(labeling, body, "delete"));
      } else {
        throw new HttpErrorException(400, "expected add, rename, merge or delete");
      }
      request.json(state(current, browser));
    }
  }

  private static String existing(Labeling labeling, JsonNode body, String key) {
    int number = Bodies.number(body, key);
    return labeling
        .className(number)
        .orElseThrow(() -> new HttpErrorException(400, "there is no class " + number));
  }

  // ---- images

  private void image(Context request) {
    OpenSession current = session();
    Path image = current.image(request.pathParam("image"), 404);
    String text = Objects.requireNonNullElse(request.queryParam("size"), "256");
    int size = text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
    if (!Thumbnails.SIZES.contains(size)) {
      throw new HttpErrorException(400, "size: expected one of " + Thumbnails.SIZES);
    }
    byte[] file = thumbnails.get(current.labeling().folder().resolve(image), size);
    request.contentType("image/jpeg").result(file);
  }

  // ---- results

  private void write(Context request) {
    OpenSession current = session();
    boolean isLast = Bodies.body(request).path("close").asBoolean();
    if (!writing.compareAndSet(false, true)) {
      conflict(request, "the results are being written");
      return;
    }
    try {
      ResultsWriter.Results written =
          results.write(current.labeling(), isLast, text -> progress = text);
      ObjectNode json = object().put("next", written.next());
      written.lines().forEach(json.putArray("results")::add);
      report = written.report().orElse(null);
      if (report != null) {
        json.put("report", REPORT + reportKey);
      }
      request.json(json);
      finishedAt = System.nanoTime();
      finished |= isLast;
    } finally {
      progress = "";
      writing.set(false);
    }
  }

  private void stop(Context request) {
    results.stop();
    request.json(object());
  }

  private void report(Context request) throws IOException {
    Path file = report;
    if (file == null || !request.pathParam("key").equals(reportKey)) {
      throw new HttpErrorException(404, "there is no report");
    }
    SecurityHeaders.allowOwnStyle(request);
    request.contentType("text/html; charset=utf-8").result(Files.readAllBytes(file));
  }
}
