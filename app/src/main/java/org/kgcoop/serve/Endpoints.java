package org.kgcoop.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classification.Candidate;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.data.QuotedNames;
import org.kgcoop.files.Json;
import org.kgcoop.files.Resources;
import org.kgcoop.image.RgbImage;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.serve.http.HttpServer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.model.Deadline;
import org.kgcoop.serve.model.EncodingQueue;
import org.kgcoop.serve.model.ModelRegistry;
import org.kgcoop.serve.model.RequestImageDecoder;
import org.kgcoop.serve.model.ServedModel;
import org.kgcoop.serve.model.SharedClassifier;
import org.kgcoop.serve.model.ZeroShotCache;

/**
 * The endpoints, as {@code openapi.yaml} describes them.
 *
 * @param template the text of a class in requests without one
 */
record Endpoints(
    ModelRegistry models,
    ZeroShotCache zeroShot,
    EncodingQueue queue,
    RequestImageDecoder decoder,
    String template,
    ServerSettings settings) {
  private static final int MAX_CLASSES = 1000;
  private static final int MAX_NAME_LENGTH = 200;

  void addTo(RoutesConfig routes) {
    routes.get("/openapi.yaml", this::description);
    routes.get("/v1/models", this::models);
    routes.post("/v1/classify", this::classify);
    routes.post("/v1/zero-shot", this::zeroShot);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private void description(Context request) {
    String yaml = new String(Resources.bytes(Endpoints.class, "openapi.yaml"), UTF_8);
    String path = settings.proxy().path(); // that a proxy has in front of all routes
    request
        .contentType("application/yaml")
        .result(path.isEmpty() ? yaml : yaml.replace("{url: /}", "{url: " + path + "}"));
  }

  private void models(Context request) {
    ObjectNode json = object();
    ArrayNode all = json.putArray("models");
    models.all().forEach(model -> all.add(described(model)));
    request.json(json);
  }

  private static ObjectNode described(ServedModel served) {
    Classifier classifier = served.classifier();
    ObjectNode model = object().put("name", served.name());
    if (classifier.hasTags()) {
      model.put("kind", "tags").put("method", classifier.method()).put("title", "tags");
      model.put("template", classifier.template()).put("temperature", 1).putArray("classes");
      ArrayNode tags = model.putArray("tags");
      classifier.tagPromises().forEach(tag -> tags.add(Json.tree(tag)));
      return model;
    }
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
    Deadline deadline = Deadline.in(settings.limits().timeLimit());
    RequestParts parts = new RequestParts(request, "model", "top");
    ServedModel model = models.get(parts.text("model"));
    if (model.classifier().hasTags() && parts.text("top") != null) {
      throw new HttpErrorException(400, "top: the model has tags, and an image can have several");
    }
    write(request, query(parts, deadline), model);
  }

  private void zeroShot(Context request) {
    Deadline deadline = Deadline.in(settings.limits().timeLimit());
    RequestParts parts = new RequestParts(request, "classes", "template", "top");
    List<String> names =
        parts.texts("classes").stream()
            .flatMap(String::lines)
            .flatMap(Endpoints::names)
            .filter(text -> !text.isEmpty())
            .distinct()
            .toList();
    if (names.isEmpty() || names.size() > MAX_CLASSES) {
      throw new HttpErrorException(
          400, "classes: expected 1 to " + MAX_CLASSES + " names, separated by commas");
    }
    String text = Objects.requireNonNullElse(parts.text("template"), template);
    if (Stream.concat(names.stream(), Stream.of(text))
        .anyMatch(t -> t.length() > MAX_NAME_LENGTH)) {
      throw new HttpErrorException(
          400, "a class name or the template has more than " + MAX_NAME_LENGTH + " characters");
    }
    Query query = query(parts, deadline);
    try (SharedClassifier model = zeroShot.use(names, text, deadline)) {
      write(request, query, model.model());
    }
  }

  private static Stream<String> names(String line) {
    return QuotedNames.parse(line)
        .orElseThrow(
            () ->
                new HttpErrorException(
                    400,
                    "classes: expected names with commas between them, each wholly in double quotes"
                        + " or not at all"))
        .stream();
  }

  /**
   * A decoded image and the request for its classes.
   *
   * @param start the {@link System#nanoTime} at which the request was complete
   */
  private record Query(int top, RgbImage image, Deadline deadline, long start) {}

  private Query query(RequestParts parts, Deadline deadline) {
    int top = top(parts.text("top"));
    byte[] file = parts.image();
    long start = System.nanoTime();
    return new Query(top, decoder.decode(file, deadline), deadline, start);
  }

  private void write(Context request, Query query, ServedModel model) {
    request.attribute(HttpServer.MODEL, model.name());
    ServedModel.Answer found = queue.submit(query.image(), model.function(), query.deadline());
    Classifier classifier = model.classifier();
    ObjectNode json = object().put("model", model.name());
    json.put("class_count", classifier.classNames().size());
    json.put("milliseconds", Math.rint((System.nanoTime() - query.start()) / 1e3) / 1e3);
    if (found instanceof ServedModel.Classes classes) {
      put(json, query, model, classes.found());
    } else if (found instanceof ServedModel.Tags tags) {
      json.putArray("classes");
      ArrayNode all = json.putArray("tags");
      tags.found().forEach(tag -> all.addObject().put("tag", tag.name()).put("score", tag.score()));
    }
    request.json(json);
  }

  private static void put(ObjectNode json, Query query, ServedModel model, Classification answer) {
    model
        .classifier()
        .threshold()
        .ifPresent(
            threshold -> json.put("threshold", threshold).put("accepted", answer.isAccepted()));
    ArrayNode classes = json.putArray("classes");
    for (Candidate each : answer.top(query.top())) {
      classes
          .addObject()
          .put("class", each.className())
          .put("index", each.index())
          .put("probability", each.probability());
    }
    ClassGroups groups = model.groups();
    if (groups != null) {
      ArrayNode best = json.putArray("groups");
      answer.groups(groups).forEach(group -> best.add(Json.tree(group)));
    }
  }

  private static int top(@Nullable String text) {
    try {
      int top = text == null ? Classification.DEFAULT_TOP : Integer.parseInt(text);
      if (top >= 1) {
        return top;
      }
    } catch (NumberFormatException e) {
      // rejected below
    }
    throw new HttpErrorException(400, "top: expected a whole number, at least 1");
  }
}
