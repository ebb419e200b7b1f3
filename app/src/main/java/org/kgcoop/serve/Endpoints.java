package org.kgcoop.serve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classification.Candidate;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.data.QuotedNames;
import org.kgcoop.files.Resources;
import org.kgcoop.image.RgbImage;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.serve.http.HttpServer;
import org.kgcoop.serve.model.ClassifierExamples;
import org.kgcoop.serve.model.Deadline;
import org.kgcoop.serve.model.EncodingQueue;
import org.kgcoop.serve.model.EncodingQueue.BatchFunction;
import org.kgcoop.serve.model.ModelRegistry;
import org.kgcoop.serve.model.RequestImageDecoder;
import org.kgcoop.serve.model.ServedModel;
import org.kgcoop.serve.model.SharedClassifier;
import org.kgcoop.serve.model.ZeroShotCache;

/** The endpoints, as {@code openapi.yaml} describes them. */
final class Endpoints {
  private static final int MAX_CLASSES = 1000;
  private static final int MAX_NAME_LENGTH = 200;

  private final ModelRegistry models;
  private final ZeroShotCache zeroShot;
  private final EncodingQueue queue;
  private final RequestImageDecoder decoder;
  private final String defaultTemplate;
  private final Duration timeLimit;
  private final String publicPath;

  /**
   * Creates the endpoints.
   *
   * @param publicPath the path that a proxy has in front of all routes; may be empty
   */
  Endpoints(
      ModelRegistry models,
      ZeroShotCache zeroShot,
      EncodingQueue queue,
      RequestImageDecoder decoder,
      String defaultTemplate,
      Duration timeLimit,
      String publicPath) {
    this.models = models;
    this.zeroShot = zeroShot;
    this.queue = queue;
    this.decoder = decoder;
    this.defaultTemplate = defaultTemplate;
    this.timeLimit = timeLimit;
    this.publicPath = publicPath;
  }

  void addTo(RoutesConfig routes) {
    routes.get("/openapi.yaml", this::description);
    routes.get("/v1/models", this::models);
    routes.get("/v1/models/{model}/examples/{number}", this::example);
    routes.post("/v1/classify", this::classify);
    routes.post("/v1/zero-shot", this::zeroShot);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  private void description(Context request) {
    String yaml = new String(Resources.bytes(Endpoints.class, "openapi.yaml"), UTF_8);
    request
        .contentType("application/yaml")
        .result(
            publicPath.isEmpty() ? yaml : yaml.replace("{url: /}", "{url: " + publicPath + "}"));
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
    model
        .put("method", classifier.method())
        .put("title", MethodRegistry.title(classifier.method()));
    model.put("template", classifier.template());
    model.put("temperature", classifier.temperature());
    classifier.threshold().ifPresent(threshold -> model.put("threshold", threshold));
    classifier.classNames().forEach(model.putArray("classes")::add);
    ArrayNode examples = model.putArray("examples");
    served.examples().forEach(example -> examples.add(example.className()));
    return model;
  }

  private void example(Context request) {
    List<ClassifierExamples.Example> examples = models.get(request.pathParam("model")).examples();
    String number = request.pathParam("number");
    int index = number.matches("\\d{1,3}") ? Integer.parseInt(number) : examples.size();
    if (index >= examples.size()) {
      throw new HttpErrorException(404, "this example does not exist");
    }
    request.contentType(examples.get(index).type()).result(examples.get(index).image());
  }

  private void classify(Context request) {
    Deadline deadline = Deadline.in(timeLimit);
    RequestParts parts = new RequestParts(request);
    boolean compare = flag(parts.text("compare"));
    ServedModel model = models.get(parts.text("model"));
    Classifier classifier = model.classifier();
    Query query =
        query(
            parts, compare ? classifier.classNames().size() : Classification.DEFAULT_TOP, deadline);
    if (compare) {
      try (SharedClassifier.Use handCrafted =
          zeroShot.use(classifier.classNames(), classifier.template(), deadline)) {
        write(request, query, model, handCrafted.model());
      }
    } else {
      write(request, query, model, null);
    }
  }

  private void zeroShot(Context request) {
    Deadline deadline = Deadline.in(timeLimit);
    RequestParts parts = new RequestParts(request);
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
    String template = Objects.requireNonNullElse(parts.text("template"), defaultTemplate);
    if (Stream.concat(names.stream(), Stream.of(template))
        .anyMatch(t -> t.length() > MAX_NAME_LENGTH)) {
      throw new HttpErrorException(
          400, "a class name or the template has more than " + MAX_NAME_LENGTH + " characters");
    }
    Query query = query(parts, Classification.DEFAULT_TOP, deadline);
    try (SharedClassifier.Use model = zeroShot.use(names, template, deadline)) {
      write(request, query, model.model(), null);
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

  private Query query(RequestParts parts, int defaultTop, Deadline deadline) {
    int top = top(parts.text("top"), defaultTop);
    byte[] file = parts.image();
    long start = System.nanoTime();
    return new Query(top, decoder.decode(file, deadline), deadline, start);
  }

  /**
   * The classes of an image.
   *
   * @param handCrafted the result for the hand-crafted texts of the same classes, if requested
   */
  private record Answer(Classification classification, @Nullable Classification handCrafted) {}

  private static BatchFunction<Answer> compared(Classifier one, Classifier other) {
    return features -> {
      List<Classification> first = one.ofFeatures(features);
      List<Classification> second = other.ofFeatures(features);
      return IntStream.range(0, first.size())
          .mapToObj(i -> new Answer(first.get(i), second.get(i)))
          .toList();
    };
  }

  private Answer answer(Query query, ServedModel model, @Nullable ServedModel handCrafted) {
    if (handCrafted == null) {
      return new Answer(classify(query, model), null);
    }
    if (model.classifier().hasOwnEncoder()) { // the image goes through both
      return new Answer(classify(query, model), classify(query, handCrafted));
    }
    return queue.submit(
        query.image(), compared(model.classifier(), handCrafted.classifier()), query.deadline());
  }

  private Classification classify(Query query, ServedModel model) {
    return queue.submit(query.image(), model.function(), query.deadline());
  }

  private void write(
      Context request, Query query, ServedModel model, @Nullable ServedModel handCrafted) {
    request.attribute(HttpServer.MODEL, model.name());
    Answer answer = answer(query, model, handCrafted);
    ObjectNode json = object().put("model", model.name());
    json.put("class_count", model.classifier().classNames().size());
    json.put("milliseconds", Math.rint((System.nanoTime() - query.start()) / 1e3) / 1e3);
    model
        .classifier()
        .threshold()
        .ifPresent(
            threshold ->
                json.put("threshold", threshold)
                    .put("accepted", answer.classification().isAccepted()));
    List<Candidate> best = answer.classification().top(query.top());
    candidates(json.putArray("classes"), best);
    if (answer.handCrafted() != null) {
      float[] probabilities = answer.handCrafted().probabilities();
      candidates(
          json.putArray("handcrafted"),
          best.stream()
              .map(
                  each ->
                      new Candidate(each.index(), each.className(), probabilities[each.index()]))
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
    throw new HttpErrorException(400, "compare: expected true or false");
  }

  private static int top(@Nullable String text, int defaultTop) {
    try {
      int top = text == null ? defaultTop : Integer.parseInt(text);
      if (top >= 1) {
        return top;
      }
    } catch (NumberFormatException e) {
      // rejected below
    }
    throw new HttpErrorException(400, "top: expected a whole number, at least 1");
  }
}
