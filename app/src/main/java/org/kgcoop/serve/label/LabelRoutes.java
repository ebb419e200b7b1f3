package org.kgcoop.serve.label;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.EnumIds;
import org.kgcoop.KgCoopException;
import org.kgcoop.journal.Kind;
import org.kgcoop.label.Answered;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;
import org.kgcoop.label.Sender;
import org.kgcoop.label.StalePageException;
import org.kgcoop.label.Status;
import org.kgcoop.label.UndoOffer;
import org.kgcoop.label.Undone;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.serve.http.SecurityHeaders;
import org.kgcoop.serve.http.ServerSettings;

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
  private final LongSupplier clock;
  private final Tabs tabs;
  private final AtomicBoolean writing = new AtomicBoolean();
  private final String reportKey = ServerSettings.newToken();

  /** Identifies this start of the program. The numbers of images and pages are valid for one. */
  private final String run = ServerSettings.newToken();

  private volatile @Nullable OpenSession session;
  private volatile @Nullable Path report;
  private volatile long[] read = {0, 0};
  private volatile String welcome = "";
  private volatile String progress = "";
  private volatile boolean finished;
  private volatile long finishedAt;

  /**
   * Creates the routes.
   *
   * @param clock returns nanoseconds, as {@link System#nanoTime}
   */
  LabelRoutes(Thumbnails thumbnails, ResultsWriter results, LongSupplier clock) {
    this.thumbnails = thumbnails;
    this.results = results;
    this.clock = clock;
    tabs = new Tabs(clock);
  }

  void addTo(RoutesConfig routes) {
    routes.get("/label/state", this::state);
    routes.post("/label/next", locked(this::next));
    routes.post("/label/answer", locked(this::answer));
    routes.post("/label/decide", locked(this::decide));
    routes.post("/label/undo", locked(this::undo));
    routes.post("/label/classes", locked(this::classes));
    routes.post("/label/seen", tab(tabs::seen, Labeling::seen));
    routes.post("/label/leave", tab(tabs::leave, Labeling::leave));
    routes.get("/label/images/{image}", this::image);
    routes.post("/label/write", asked(this::write));
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
    return finished && (tabs.isEmpty() || clock.getAsLong() - finishedAt > LAST_LOOK);
  }

  private OpenSession session() {
    OpenSession current = session;
    if (current == null) {
      throw new HttpErrorException(503, "the images are still being read"); // ask again later
    }
    return current;
  }

  /** A route that answers 409 with the current state if its page is not open any more. */
  Handler asked(Consumer<TabRequest> route) {
    return context -> {
      long arrived = clock.getAsLong();
      TabRequest request = new TabRequest(context, session(), TabRequest.body(context), arrived);
      try {
        if (isOfThisRun(request)) {
          route.accept(request);
        }
      } catch (StalePageException e) {
        conflict(request, String.valueOf(e.getMessage()));
      } catch (KgCoopException e) {
        if (e.category() != KgCoopException.Category.IO) {
          throw e;
        }
        // The person can free space and answer again.
        context.status(500).json(Map.of("error", String.valueOf(e.getMessage())));
      }
    };
  }

  /** Refuses numbers of images of an earlier start, except in an answer that is stored already. */
  private boolean isOfThisRun(TabRequest request) {
    JsonNode body = request.body();
    boolean hasImages = body.has("labels") || body.has("image") || body.has("images");
    String from = request.text("run");
    if (from.isEmpty() || from.equals(run) || !hasImages) {
      return true;
    }
    if (request.isRepeated()) {
      request.context().json(state(request));
    } else {
      conflict(request, "the program was started again");
    }
    return false;
  }

  /** A route of steps that belong together. They hold the lock of the session. */
  Handler locked(Consumer<TabRequest> route) {
    return asked(
        request -> {
          synchronized (request.labeling()) {
            route.accept(request);
          }
        });
  }

  private ObjectNode state(Labeling labeling, String browser) {
    return StateJson.of(labeling, browser, progress)
        .put("run", run)
        .put("last", labeling.lastNumber(browser))
        .put("minutes", results.minutes())
        .put("sorting", results.sorting())
        .put("welcome", welcome(labeling));
  }

  private String welcome(Labeling labeling) {
    List<String> lines = new ArrayList<>(labeling.changes());
    if (labeling.status().steps() == 0 && !welcome.isEmpty()) {
      lines.add(0, welcome);
    }
    return String.join(" ", lines);
  }

  private ObjectNode state(TabRequest request) {
    return state(request.labeling(), request.browser());
  }

  private void conflict(TabRequest request, String message) {
    request.context().status(409).json(state(request).put("error", message));
  }

  // ---- state

  private void state(Context context) {
    OpenSession current = session;
    ObjectNode json = OpenSession.object();
    if (current == null) {
      json.putObject("reading").put("done", read[0]).put("images", read[1]);
    } else {
      Labeling labeling = current.labeling();
      json = state(labeling, Objects.requireNonNullElse(context.queryParam("browser"), ""));
      if (context.queryParam("overview") != null) {
        ArrayNode overview = json.putArray("overview");
        labeling.overview(OVERVIEW).forEach(image -> overview.add(current.index(image)));
      }
    }
    context.json(json);
  }

  /** A route of a tab, also while the images are read. */
  private Handler tab(Consumer<String> tab, BiConsumer<Labeling, String> person) {
    return context -> {
      String browser = TabRequest.browser(TabRequest.body(context));
      tab.accept(browser);
      OpenSession current = session;
      if (current != null) {
        person.accept(current.labeling(), browser);
      }
      context.json(Map.of());
    };
  }

  // ---- pages

  private void next(TabRequest request) {
    tabs.seen(request.browser());
    reply(request, OpenSession.object(), nextPage(request));
  }

  /**
   * Returns the open page unless the person wants a kind or another one, otherwise the next one. A
   * request that is sent again gets the page that it opened.
   */
  private ObjectNode nextPage(TabRequest request) {
    String wanted = request.text("wanted");
    boolean isFresh = request.body().path("fresh").asBoolean();
    long number = request.sender().number();
    boolean isNew = tabs.isNew(request.browser(), number);
    Optional<Page> open =
        !isNew || (wanted.isEmpty() && !isFresh)
            ? request.labeling().openPage(request.browser())
            : Optional.empty();
    ObjectNode page =
        open.map(each -> shown(request, each).put("open", true))
            .orElseGet(() -> page(request, wanted));
    tabs.asked(request.browser(), number);
    return page;
  }

  private ObjectNode shown(TabRequest request, Page page) {
    Labeling labeling = request.labeling();
    String browser = request.browser();
    thumbnails.prepare(
        () -> {
          List<Path> files = new ArrayList<>(page.images());
          files.addAll(labeling.upcoming(browser));
          return request.session().files(files);
        });
    return request.session().json(page);
  }

  /** Answers with the state, more facts, and a page if there is one. */
  private void reply(TabRequest request, ObjectNode facts, @Nullable ObjectNode page) {
    if (page != null) {
      facts.set("page", page);
    }
    request.context().json(state(request).setAll(facts));
  }

  private ObjectNode page(TabRequest request, String wanted) {
    Labeling labeling = request.labeling();
    String browser = request.browser();
    Page page =
        labeling.next(
            browser, wanted.isEmpty() ? Kind.PAGE : EnumIds.of(Kind.class, "wanted", wanted));
    ObjectNode json = shown(request, page);
    Status status = labeling.status();
    if (page.images().isEmpty() && status.read() == status.images()) {
      json.put("reserved", status.images() - status.labeled() - status.skipped());
    }
    return json;
  }

  private void answer(TabRequest request) {
    int number = request.number("number");
    double seconds = request.body().path("seconds").asDouble(0);
    if (!(seconds >= 0 && seconds < 1e9)) {
      throw new HttpErrorException(400, "seconds: expected 0 or more");
    }
    OpenSession current = request.session();
    Map<Path, String> labels = current.labels(request.body());
    if (isTooEarly(request)) {
      return;
    }
    Answered answered =
        request.labeling().answer(request.sender(), number, request.added(), labels, seconds);
    boolean goesOn = request.body().path("next").asBoolean() && answered.differs().isEmpty();
    ObjectNode page = goesOn ? nextPage(request) : null;
    ObjectNode facts =
        OpenSession.object()
            .putPOJO("left_out", current.named(answered.leftOut()))
            .putPOJO("changed", current.named(answered.changed()))
            .putPOJO("differs", current.numbered(answered.differs()));
    reply(request, facts, page);
  }

  /** Rejects a second answer that nobody can have given so early. */
  boolean isTooEarly(TabRequest request) {
    if (request.isRepeated() || tabs.answers(request.browser(), request.arrived())) {
      return false;
    }
    conflict(request, "two answers within 100 ms: the second one is left out");
    return true;
  }

  private void decide(TabRequest request) {
    int number = request.number("number");
    OpenSession current = request.session();
    Path image = current.image(request.body().path("image").asText(), 400);
    String label = current.label(request.body(), request.body().path("class"));
    if (!isTooEarly(request)) {
      Answered unused =
          request.labeling().decide(request.sender(), number, image, request.added(), label);
      request.context().json(state(request));
    }
  }

  /** Takes back what the person did last. Answers are shown again, and must be given again. */
  private void undo(TabRequest request) {
    Optional<UndoOffer> offer = request.labeling().undoable(request.browser());
    Optional<Undone> undone = request.labeling().undo(request.sender());
    boolean isPage = undone.isPresent() && undone.get().kind() != Kind.CHOSEN;
    ObjectNode page = isPage ? nextPage(request) : null;
    String text = undone.isPresent() ? offer.map(LabelSentences::of).orElse("") : "";
    reply(request, OpenSession.object().put("undone", text), page);
  }

  // ---- classes

  /** Adds names, renames a class, merges it into another one, or deletes it. */
  private void classes(TabRequest request) {
    JsonNode body = request.body();
    Sender browser = request.sender();
    Labeling labeling = request.labeling();
    if (body.path("add").isArray()) {
      labeling.addClasses(browser, request.added());
    } else if (body.has("rename")) {
      labeling.rename(browser, existing(request, "rename"), request.text("name"));
    } else if (body.has("merge")) {
      labeling.merge(browser, existing(request, "merge"), existing(request, "into"));
    } else if (body.has("delete")) {
      labeling.delete(browser, existing(request, "delete"));
    } else {
      throw new HttpErrorException(400, "expected add, rename, merge or delete");
    }
    request.context().json(state(request));
  }

  private static String existing(TabRequest request, String key) {
    int number = request.number(key);
    return request
        .labeling()
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
    Path file = current.labeling().folder().resolve(image);
    byte[] copy =
        thumbnails
            .find(file, size)
            .orElseThrow(
                () -> new HttpErrorException(404, image + ": the file is gone, or cannot be read"));
    request.contentType("image/jpeg").result(copy);
  }

  // ---- results

  private void write(TabRequest request) {
    boolean isLast = request.body().path("close").asBoolean();
    if (!writing.compareAndSet(false, true)) {
      conflict(request, "the results are being written");
      return;
    }
    try {
      ResultsWriter.Results written =
          results.write(request.labeling(), isLast, text -> progress = text);
      ObjectNode json = OpenSession.object().put("next", written.next());
      written.lines().forEach(json.putArray("results")::add);
      report = written.report().orElse(null);
      if (report != null) {
        json.put("report", REPORT + reportKey);
      }
      request.context().json(json);
      finishedAt = clock.getAsLong();
      finished |= isLast;
    } finally {
      progress = "";
      writing.set(false);
    }
  }

  private void stop(Context request) {
    results.stop();
    request.json(Map.of());
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
