package org.kgcoop.serve.label;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
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
    config.post("/label/view", routes.checked(this::view));
    config.post("/label/tiles", routes.checked(this::tiles));
    config.post("/label/choose", routes.checked(this::choose));
  }

  private void view(Context request) {
    OpenSession current = routes.session();
    JsonNode body = Bodies.body(request);
    View.Shown shown = option(body, "shown", View.Shown.ALL);
    View.Order order = option(body, "order", View.Order.NAME);
    View view =
        new View(
            shown,
            shown == View.Shown.CLASS ? current.label(body.path("class")) : null,
            option(body, "by", View.By.ANYONE),
            order,
            order == View.Order.LIKE ? current.image(body.path("image").asText(), 400) : null,
            order == View.Order.TEXT ? words(body) : "");
    ArrayNode images = JsonNodeFactory.instance.arrayNode();
    for (int image : current.labeling().view(view)) {
      images.add(image);
    }
    prepare(current.labeling());
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("images", images);
    request.json(json);
  }

  private static String words(JsonNode body) {
    String text = Bodies.text(body, "text").strip();
    if (text.isEmpty()) {
      throw new HttpErrorException(400, "text: expected words, such as “a red car”");
    }
    return text;
  }

  private static <E extends Enum<E>> E option(JsonNode body, String key, E missing) {
    String text = Bodies.text(body, key);
    if (text.isEmpty()) {
      return missing;
    }
    E[] values = missing.getDeclaringClass().getEnumConstants();
    return Arrays.stream(values)
        .filter(value -> value.name().toLowerCase(Locale.ROOT).equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new HttpErrorException(
                    400,
                    key + ": expected one of " + Arrays.toString(values).toLowerCase(Locale.ROOT)));
  }

  /** Classifies the images of a large folder while the person looks at the first ones. */
  private void prepare(Labeling labeling) {
    if (preparing.compareAndSet(false, true)) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  labeling.prepareViews();
                } finally {
                  preparing.set(false);
                }
              },
              "kgcoop-views");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void tiles(Context request) {
    OpenSession current = routes.session();
    JsonNode body = Bodies.body(request);
    JsonNode images = body.path("images");
    if (!images.isArray() || images.size() > MOST_IMAGES) {
      throw new HttpErrorException(400, "images: expected a list of up to " + MOST_IMAGES);
    }
    List<Integer> wanted = new ArrayList<>();
    for (JsonNode each : images) {
      wanted.add(current.index(current.image(each.asText(), 400)));
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("tiles", tiles(current, wanted));
    synchronized (sent) {
      BitSet own = sent.computeIfAbsent(Bodies.browser(body), tab -> new BitSet());
      wanted.forEach(own::set);
    }
    request.json(json);
  }

  private static ArrayNode tiles(OpenSession current, List<Integer> images) {
    Map<String, Integer> numbers = current.numbers();
    ArrayNode tiles = JsonNodeFactory.instance.arrayNode();
    for (LabeledImage each : current.labeling().labels(images)) {
      tiles
          .addObject()
          .put("image", current.index(each.image()))
          .put("name", each.key())
          .put("class", numbers.get(each.name()))
          .put("by", each.source() == LabeledImage.Source.HEAD ? "program" : "person")
          .put("probability", Math.round(1000 * each.probability()) / 1000.0);
    }
    return tiles;
  }

  private void choose(Context request) {
    long arrived = routes.now();
    OpenSession current = routes.session();
    JsonNode body = Bodies.body(request);
    String browser = Bodies.browser(body);
    synchronized (current.labeling()) {
      Map<Path, String> labels = current.labels(body);
      List<Integer> images = labels.keySet().stream().map(current::index).toList();
      synchronized (sent) {
        BitSet own = sent.getOrDefault(browser, new BitSet());
        if (images.isEmpty() || !images.stream().allMatch(own::get)) {
          throw new HttpErrorException(400, "labels: expected images that this tab shows");
        }
      }
      if (routes.isTooEarly(request, browser, arrived)) {
        return;
      }
      Answered unused = current.labeling().choose(browser, labels);
      // Without the state: it needs a fit, which takes long after hundreds of answers.
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      json.set("tiles", tiles(current, images));
      request.json(json);
    }
  }
}
