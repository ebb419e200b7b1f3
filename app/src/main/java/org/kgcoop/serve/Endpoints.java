package org.kgcoop.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classification.Candidate;
import org.kgcoop.classify.Classifier;
import org.kgcoop.features.ViewEncoder.Pixels;
import org.kgcoop.files.Resources;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.http.RequestTrace;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.model.EncodingQueue;
import org.kgcoop.serve.model.ImageReader;
import org.kgcoop.serve.model.ModelRegistry;
import org.kgcoop.serve.model.ServedModel;
import org.kgcoop.serve.model.SharedClassifier;
import org.kgcoop.serve.model.ZeroShotCache;

/** The endpoints, as {@code openapi.yaml} describes them. */
final class Endpoints {
  private static final int MOST_CLASSES = 1000;
  private static final int LONGEST_NAME = 200;

  private final ModelRegistry models;
  private final ZeroShotCache zeroShot;
  private final EncodingQueue queue;
  private final ImageReader images;
  private final ServerSettings settings;

  Endpoints(
      ModelRegistry models,
      ZeroShotCache zeroShot,
      EncodingQueue queue,
      ImageReader images,
      ServerSettings settings) {
    this.models = models;
    this.zeroShot = zeroShot;
    this.queue = queue;
    this.images = images;
    this.settings = settings;
  }

  void addTo(RoutesConfig routes) {
    routes.get("/openapi.yaml", Endpoints::description);
    routes.get("/v1/models", this::models);
    routes.post("/v1/classify", this::classify);
    routes.post("/v1/zero-shot", this::zeroShot);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static void description(Context request) {
    request
        .contentType("application/yaml")
        .result(Resources.bytes(Endpoints.class, "openapi.yaml"));
  }

  private void models(Context request) {
    ObjectNode json = object();
    ArrayNode all = json.putArray("models");
    models.all().forEach(model -> all.add(described(model.name(), model.classifier())));
    request.json(json);
  }

  private static ObjectNode described(String name, Classifier classifier) {
    ObjectNode model = object().put("name", name);
    model
        .put("method", classifier.method())
        .put("title", MethodRegistry.title(classifier.method()));
    model.put("template", classifier.template());
    model.put("temperature", classifier.temperature());
    classifier.threshold().ifPresent(threshold -> model.put("threshold", threshold));
    classifier.classNames().forEach(model.putArray("classes")::add);
    return model;
  }

  private void classify(Context request) {
    RequestParts parts = new RequestParts(request);
    boolean compare = flag(parts.text("compare"));
    ServedModel model = models.get(parts.text("model"));
    Classifier classifier = model.classifier();
    Asked asked =
        asked(parts, compare ? classifier.classNames().size() : Classification.DEFAULT_TOP);
    if (compare) {
      try (SharedClassifier.Use handCrafted =
          zeroShot.use(classifier.classNames(), classifier.template())) {
        answer(request, asked, model, handCrafted.model());
      }
    } else {
      answer(request, asked, model, null);
    }
  }

  private void zeroShot(Context request) {
    RequestParts parts = new RequestParts(request);
    List<String> names =
        parts.texts("classes").stream()
            .flatMap(text -> Stream.of(text.split("[,\n]")))
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .distinct()
            .toList();
    if (names.isEmpty() || names.size() > MOST_CLASSES) {
      throw new RefusedRequestException(
          400, "classes: expected 1 to " + MOST_CLASSES + " names, separated by commas");
    }
    String template = Objects.requireNonNullElse(parts.text("template"), settings.template());
    if (Stream.concat(names.stream(), Stream.of(template))
        .anyMatch(t -> t.length() > LONGEST_NAME)) {
      throw new RefusedRequestException(
          400, "a class name or the template has more than " + LONGEST_NAME + " characters");
    }
    Asked asked = asked(parts, Classification.DEFAULT_TOP);
    try (SharedClassifier.Use model = zeroShot.use(names, template)) {
      answer(request, asked, model.model(), null);
    }
  }

  /**
   * A decoded image and the request for its classes.
   *
   * @param start the {@link System#nanoTime} at which the request was complete
   */
  private record Asked(int top, Pixels image, long start) {}

  private Asked asked(RequestParts parts, int defaultTop) {
    int top = top(parts.text("top"), defaultTop);
    byte[] file = parts.image();
    long start = System.nanoTime();
    return new Asked(top, images.read(file), start);
  }

  /**
   * The classes of an image.
   *
   * @param handCrafted the result for the hand-crafted texts of the same classes, if requested
   */
  private record Found(Classification classification, @Nullable Classification handCrafted) {}

  private static EncodingQueue.Reading<Found> compared(Classifier one, Classifier other) {
    return features -> {
      List<Classification> first = one.ofFeatures(features);
      List<Classification> second = other.ofFeatures(features);
      return IntStream.range(0, first.size())
          .mapToObj(i -> new Found(first.get(i), second.get(i)))
          .toList();
    };
  }

  private Found found(Pixels image, ServedModel model, @Nullable ServedModel handCrafted) {
    if (handCrafted == null) {
      return new Found(queue.ask(image, model.reading()), null);
    }
    if (model.classifier().hasOwnEncoder()) { // the image goes through both
      return new Found(queue.ask(image, model.reading()), queue.ask(image, handCrafted.reading()));
    }
    return queue.ask(image, compared(model.classifier(), handCrafted.classifier()));
  }

  private void answer(
      Context request, Asked asked, ServedModel model, @Nullable ServedModel handCrafted) {
    RequestTrace.current().setModel(model.name());
    Found found = found(asked.image(), model, handCrafted);
    ObjectNode json = object().put("model", model.name());
    json.put("class_count", model.classifier().classNames().size());
    json.put("milliseconds", Math.rint((System.nanoTime() - asked.start()) / 1e3) / 1e3);
    model
        .classifier()
        .threshold()
        .ifPresent(
            threshold ->
                json.put("threshold", threshold)
                    .put("accepted", found.classification().isAccepted()));
    List<Candidate> best = found.classification().top(asked.top());
    candidates(json.putArray("classes"), best);
    if (found.handCrafted() != null) {
      float[] handCraftedOnes = found.handCrafted().probabilities();
      candidates(
          json.putArray("handcrafted"),
          best.stream()
              .map(
                  each ->
                      new Candidate(each.index(), each.className(), handCraftedOnes[each.index()]))
              .toList());
    }
    request.json(json);
  }

  private static void candidates(ArrayNode to, List<Candidate> candidates) {
    for (Candidate each : candidates) {
      to.addObject()
          .put("class", each.className())
          .put("index", each.index())
          .put("probability", each.probability());
    }
  }

  private static boolean flag(@Nullable String text) {
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw new RefusedRequestException(400, "compare: expected true or false");
  }

  private static int top(@Nullable String text, int otherwise) {
    try {
      int top = text == null ? otherwise : Integer.parseInt(text);
      if (top >= 1) {
        return top;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new RefusedRequestException(400, "top: expected a whole number, at least 1");
  }
}
