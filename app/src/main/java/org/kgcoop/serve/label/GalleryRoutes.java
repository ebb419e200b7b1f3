package org.kgcoop.serve.label;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.kgcoop.EnumIds;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.label.Answered;
import org.kgcoop.label.LabeledImage;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.View;
import org.kgcoop.serve.http.HttpErrorException;

/**
 * The routes of the screen "All images": the images of a view, their labels, and answers for images
 * that a person chose. A tab can answer only images whose labels it was sent.
 */
final class GalleryRoutes {
  private static final int MOST_IMAGES = 500; // of a request
  private static final int MOST_TABS = 64;

  private final LabelRoutes routes;
  private final AtomicBoolean preparing = new AtomicBoolean();

  /** The images whose labels each tab was sent, of the tabs that asked last. */
  private final Map<String, BitSet> sent =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, BitSet> eldest) {
          return size() > MOST_TABS;
        }
      };

  GalleryRoutes(LabelRoutes routes) {
    this.routes = routes;
  }

  void addTo(RoutesConfig config) {
    config.post("/label/view", routes.asked(this::view));
    config.post("/label/tiles", routes.asked(this::tiles));
    config.post("/label/choose", routes.locked(this::choose));
  }

  private void view(TabRequest request) {
    OpenSession current = request.session();
    View.Shown shown = option(request, "shown", View.Shown.ALL);
    View.Order order = option(request, "order", View.Order.NAME);
    View view =
        new View(
            shown,
            shown == View.Shown.CLASS ? current.label(request.body().path("class")) : null,
            option(request, "by", View.By.ANYONE),
            order,
            order == View.Order.LIKE
                ? current.image(request.body().path("image").asText(), 400)
                : null,
            order == View.Order.TEXT ? words(request) : "");
    int[] images = request.labeling().view(view);
    prepare(request.labeling());
    request.context().json(Map.of("images", images));
  }

  private static String words(TabRequest request) {
    String text = request.text("text").strip();
    if (text.isEmpty()) {
      throw new HttpErrorException(400, "text: expected words, such as “a red car”");
    }
    return text;
  }

  private static <E extends Enum<E>> E option(TabRequest request, String key, E missing) {
    String text = request.text(key);
    return text.isEmpty() ? missing : EnumIds.of(missing.getDeclaringClass(), key, text);
  }

  /** Classifies the images of a large folder while the person looks at the first ones. */
  private void prepare(Labeling labeling) {
    if (preparing.compareAndSet(false, true)) {
      CompletableFuture<Void> unused =
          CompletableFuture.runAsync(labeling::prepareViews)
              .whenComplete((done, failure) -> preparing.set(false));
    }
  }

  private void tiles(TabRequest request) {
    OpenSession current = request.session();
    JsonNode images = request.body().path("images");
    if (!images.isArray() || images.size() > MOST_IMAGES) {
      throw new HttpErrorException(400, "images: expected a list of up to " + MOST_IMAGES);
    }
    List<Integer> wanted = new ArrayList<>();
    for (JsonNode each : images) {
      wanted.add(current.index(current.image(each.asText(), 400)));
    }
    List<Tile> tiles = tiles(current, wanted);
    synchronized (sent) {
      BitSet own = sent.computeIfAbsent(request.browser(), tab -> new BitSet());
      wanted.forEach(own::set);
    }
    request.context().json(Map.of("tiles", tiles));
  }

  /** An image with its label, as the page gets it. */
  private record Tile(
      int image, String name, @JsonProperty("class") int label, String by, double probability) {}

  private static List<Tile> tiles(OpenSession current, List<Integer> images) {
    Map<String, Integer> numbers = current.numbers();
    return current.labeling().labels(images).stream()
        .map(
            each ->
                new Tile(
                    current.index(each.image()),
                    each.key(),
                    numbers.getOrDefault(each.name(), JournalEntry.NONE),
                    each.source() == LabeledImage.Source.HEAD ? "program" : "person",
                    Math.round(1000 * each.probability()) / 1000.0))
        .toList();
  }

  private void choose(TabRequest request) {
    OpenSession current = request.session();
    Map<Path, String> labels = current.labels(request.body());
    List<Integer> images = labels.keySet().stream().map(current::index).toList();
    synchronized (sent) {
      BitSet own = sent.getOrDefault(request.browser(), new BitSet());
      if (images.isEmpty() || !images.stream().allMatch(own::get)) {
        throw new HttpErrorException(400, "labels: expected images that this tab shows");
      }
    }
    if (!routes.isTooEarly(request)) {
      Answered unused = request.labeling().choose(request.sender(), request.added(), labels);
      // Without the state: it needs a fit, which takes long after hundreds of answers.
      request.context().json(Map.of("tiles", tiles(current, images)));
    }
  }
}
