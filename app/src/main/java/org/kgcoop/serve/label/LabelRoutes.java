package org.kgcoop.serve.label;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.label.Answered;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;
import org.kgcoop.label.StalePageException;
import org.kgcoop.runs.JournalEntry;
import org.kgcoop.runs.Kind;
import org.kgcoop.serve.http.HttpErrorException;

/**
 * The routes of the page: state, pages, answers, classes, thumbnails and results. Images are
 * indexes into the sorted list of the session, never paths. Classes are numbers, which never
 * change; -1 is none of these, -2 is undecided.
 */
final class LabelRoutes {
  private static final int OVERVIEW = 24;

  private final Thumbnails thumbnails;
  private final ResultsWriter results;
  private final AtomicBoolean writing = new AtomicBoolean();
  private volatile @Nullable OpenSession session;
  private volatile long[] read = {0, 0};
  private volatile String progress = "";
  private volatile boolean finished;

  LabelRoutes(Thumbnails thumbnails, ResultsWriter results) {
    this.thumbnails = thumbnails;
    this.results = results;
  }

  void addTo(RoutesConfig routes) {
    routes.get("/label/state", this::state);
    routes.post("/label/next", checked(this::next));
    routes.post("/label/answer", checked(this::answer));
    routes.post("/label/undo", checked(this::undo));
    routes.post("/label/classes", checked(this::classes));
    routes.get("/label/images/{image}", this::image);
    routes.post("/label/write", checked(this::write));
  }

  /** Shows the number of images that were read so far. */
  void reading(long done, long images) {
    read = new long[] {done, images};
  }

  void open(Labeling labeling) {
    OpenSession opened = OpenSession.of(labeling);
    thumbnails.prepare(() -> opened.files(labeling.overview(OVERVIEW)));
    session = opened;
  }

  boolean isFinished() {
    return finished;
  }

  private OpenSession session() {
    OpenSession current = session;
    if (current == null) {
      throw new HttpErrorException(409, "the images are still being read");
    }
    return current;
  }

  /** A route that answers 409 with the current state if its page is not open any more. */
  private Handler checked(Handler route) {
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

  private ObjectNode state(OpenSession current) {
    return StateJson.of(current.labeling(), "", progress);
  }

  private void conflict(Context request, String message) {
    ObjectNode json = state(session());
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
    ObjectNode json = state(current);
    if (request.queryParam("overview") != null) {
      ArrayNode overview = json.putArray("overview");
      current.labeling().overview(OVERVIEW).forEach(image -> overview.add(current.index(image)));
    }
    request.json(json);
  }

  // ---- pages

  private void next(Context request) {
    OpenSession current = session();
    JsonNode body = Bodies.body(request);
    String browser = Bodies.browser(body);
    synchronized (current.labeling()) {
      ObjectNode page = page(current, browser, Bodies.text(body, "wanted"));
      ObjectNode json = state(current);
      json.set("page", page);
      request.json(json);
    }
  }

  private ObjectNode page(OpenSession current, String browser, String wanted) {
    Labeling labeling = current.labeling();
    Kind kind = wanted.isEmpty() ? null : kind(wanted);
    Page page = kind == null ? labeling.next(browser) : labeling.next(browser, kind);
    thumbnails.prepare(
        () -> {
          List<Path> files = new ArrayList<>(page.images());
          files.addAll(labeling.upcoming(browser));
          return current.files(files);
        });
    return PageJson.of(current, page);
  }

  /**
   * Answers with the new state, and with the next page if the body names a browser. A draft is kept
   * in memory until its page is answered, so that a tab may close in the middle of a page.
   */
  private void answer(Context request) {
    OpenSession current = session();
    JsonNode body = Bodies.body(request);
    int number = Bodies.number(body, "number");
    double seconds = body.path("seconds").asDouble(0);
    if (!(seconds >= 0 && seconds < 1e9)) {
      throw new HttpErrorException(400, "seconds: expected 0 or more");
    }
    if (!body.path("labels").isObject()) {
      throw new HttpErrorException(400, "labels: expected the class of each image");
    }
    synchronized (current.labeling()) {
      Map<Path, String> labels = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> each : body.path("labels").properties()) {
        labels.put(image(current, each.getKey(), 400), label(current, each.getValue()));
      }
      if (body.path("draft").asBoolean()) {
        current.drafts().putAll(labels);
        request.json(object());
        return;
      }
      Answered unused = current.labeling().answer(Bodies.browser(body), number, labels, seconds);
      current.drafts().keySet().removeAll(labels.keySet());
      finishAction(request, current, body, "");
    }
  }

  private static Kind kind(String wanted) {
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.id().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new HttpErrorException(400, "there is no kind " + wanted));
  }

  private static String label(OpenSession current, JsonNode value) {
    int label = value.isInt() ? value.intValue() : Integer.MIN_VALUE;
    return label == JournalEntry.NONE
        ? Labeling.NONE
        : label == JournalEntry.SKIP
            ? Labeling.SKIP
            : current
                .labeling()
                .className(label)
                .orElseThrow(() -> new HttpErrorException(400, "there is no class " + value));
  }

  private void undo(Context request) {
    OpenSession current = session();
    JsonNode body = Bodies.body(request);
    synchronized (current.labeling()) {
      if (current.labeling().undo(Bodies.browser(body)).isEmpty()) {
        conflict(request, "there is no answer to take back");
        return;
      }
      finishAction(request, current, body, "");
    }
  }

  /**
   * Answers with the new state.
   *
   * @param wanted the kind of the next page; empty for the one that the body names
   */
  private void finishAction(Context request, OpenSession current, JsonNode body, String wanted) {
    boolean hasPage = body.has("browser") && current.labeling().classes().size() >= 2;
    ObjectNode page =
        hasPage
            ? page(
                current,
                Bodies.browser(body),
                wanted.isEmpty() ? Bodies.text(body, "wanted") : wanted)
            : null;
    ObjectNode json = state(current);
    if (page != null) {
      json.set("page", page);
    }
    request.json(json);
  }

  // ---- classes

  /** Adds names, renames a class, or merges it into another one. */
  private void classes(Context request) {
    OpenSession current = session();
    JsonNode body = Bodies.body(request);
    synchronized (current.labeling()) {
      Labeling labeling = current.labeling();
      if (body.path("add").isArray()) {
        List<String> names = new ArrayList<>();
        for (JsonNode name : body.path("add")) {
          if (!name.isTextual()) {
            throw new HttpErrorException(400, "add: expected names");
          }
          names.add(name.textValue());
        }
        labeling.addClasses(Bodies.browser(body), names);
      } else if (body.has("rename")) {
        labeling.rename(
            Bodies.browser(body), existing(labeling, body, "rename"), Bodies.text(body, "name"));
      } else if (body.has("merge")) {
        labeling.merge(
            Bodies.browser(body),
            existing(labeling, body, "merge"),
            existing(labeling, body, "into"));
      } else {
        throw new HttpErrorException(400, "expected add, rename or merge");
      }
      finishAction(request, current, body, "");
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
    Path image = image(current, request.pathParam("image"), 404);
    String text = Objects.requireNonNullElse(request.queryParam("size"), "256");
    int size = text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
    if (!Thumbnails.SIZES.contains(size)) {
      throw new HttpErrorException(400, "size: expected one of " + Thumbnails.SIZES);
    }
    byte[] file = thumbnails.get(current.labeling().folder().resolve(image), size);
    request.contentType("image/jpeg").result(file);
  }

  private static Path image(OpenSession current, String text, int status) {
    int index = text.matches("\\d{1,9}") ? Integer.parseInt(text) : Integer.MAX_VALUE;
    if (index >= current.images().size()) {
      throw new HttpErrorException(status, "there is no such image");
    }
    return current.images().get(index);
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
      ObjectNode json = object();
      ArrayNode lines = json.putArray("results");
      results.write(current.labeling(), isLast, text -> progress = text).forEach(lines::add);
      request.json(json);
      finished |= isLast;
    } finally {
      progress = "";
      writing.set(false);
    }
  }
}
