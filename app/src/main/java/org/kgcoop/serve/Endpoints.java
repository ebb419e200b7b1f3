package org.kgcoop.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.UploadedFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Version;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classification.Candidate;
import org.kgcoop.classify.Classifier;
import org.kgcoop.tensor.Tensor;

/** What each address answers; {@code openapi.yaml} describes the same. */
final class Endpoints {
  private static final int DEFAULT_TOP = 5;
  private static final int MOST_CLASSES = 1000;
  private static final int LONGEST_NAME = 200;

  private final Map<String, Classifier> models;
  private final ZeroShotCache zeroShot;
  private final EncodingQueue queue;
  private final PictureReader pictures;
  private final ServerSettings settings;

  /** Over models in their order: the first is asked where a request names none. */
  Endpoints(
      Map<String, Classifier> models,
      ZeroShotCache zeroShot,
      EncodingQueue queue,
      PictureReader pictures,
      ServerSettings settings) {
    this.models = models;
    this.zeroShot = zeroShot;
    this.queue = queue;
    this.pictures = pictures;
    this.settings = settings;
  }

  void addTo(RoutesConfig routes) {
    routes.get("/openapi.yaml", Endpoints::description);
    routes.get("/v1/models", this::models);
    routes.post("/v1/classify", this::classify);
    routes.post("/v1/zero-shot", this::zeroShot);
    routes.get("/v2", Endpoints::server);
    routes.get("/v2/health/live", request -> json(request, object().put("live", true)));
    routes.get("/v2/health/ready", request -> json(request, object().put("ready", true)));
    routes.get("/v2/models/{model}", this::model);
    routes.get("/v2/models/{model}/ready", this::ready);
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static void json(Context request, ObjectNode json) {
    request.contentType("application/json").result(json.toString());
  }

  private static void description(Context request) throws IOException {
    try (InputStream in = Endpoints.class.getResourceAsStream("openapi.yaml")) {
      request.contentType("application/yaml").result(Objects.requireNonNull(in).readAllBytes());
    }
  }

  private void models(Context request) {
    ObjectNode json = object();
    ArrayNode all = json.putArray("models");
    models.forEach(
        (name, classifier) -> {
          ObjectNode model = all.addObject().put("name", name);
          model.put("method", classifier.method()).put("template", classifier.template());
          classifier.classNames().forEach(model.putArray("classes")::add);
        });
    json(request, json);
  }

  private void classify(Context request) {
    String name = parameter(request, "model");
    String model = name == null ? models.keySet().iterator().next() : name;
    Classifier classifier = known(model);
    boolean compare = flag(parameter(request, "compare"));
    answer(
        request,
        model,
        compare ? classifier.classNames().size() : DEFAULT_TOP,
        feature ->
            new Found(
                classifier.ofFeatures(feature).get(0),
                compare
                    ? zeroShot
                        .get(classifier.classNames(), classifier.template())
                        .ofFeatures(feature)
                        .get(0)
                    : null));
  }

  private void zeroShot(Context request) {
    List<String> names =
        Stream.concat(
                request.queryParams("classes").stream(),
                request.isMultipart() ? form(request, "classes").stream() : Stream.of())
            .flatMap(text -> Stream.of(text.split("[,\n]")))
            .map(String::strip)
            .filter(text -> !text.isEmpty())
            .distinct()
            .toList();
    if (names.isEmpty() || names.size() > MOST_CLASSES) {
      throw new RefusedRequestException(
          400, "classes: expected 1 to " + MOST_CLASSES + " names with commas between them");
    }
    String template =
        Objects.requireNonNullElse(parameter(request, "template"), settings.template());
    if (Stream.concat(names.stream(), Stream.of(template))
        .anyMatch(t -> t.length() > LONGEST_NAME)) {
      throw new RefusedRequestException(
          400, "a class name or the template has more than " + LONGEST_NAME + " characters");
    }
    answer(
        request,
        "zero-shot",
        DEFAULT_TOP,
        feature -> new Found(zeroShot.get(names, template).ofFeatures(feature).get(0), null));
  }

  /**
   * What a picture shows.
   *
   * @param handCrafted what the hand-crafted texts of the same classes say, where it was asked for
   */
  private record Found(Classification classification, @Nullable Classification handCrafted) {}

  private void answer(
      Context request, String model, int defaultTop, Function<Tensor, Found> reading) {
    int top = top(parameter(request, "top"), defaultTop);
    byte[] file = picture(request);
    long start = System.nanoTime();
    Found found = queue.ask(pictures.read(file), reading);
    ObjectNode json = object().put("model", model);
    json.put("milliseconds", Math.rint((System.nanoTime() - start) / 1e3) / 1e3);
    List<Candidate> best = found.classification().top(top);
    candidates(json.putArray("classes"), best);
    if (found.handCrafted() != null) {
      Map<String, Candidate> byName =
          found.handCrafted().ranking().stream()
              .collect(Collectors.toMap(Candidate::className, Function.identity()));
      candidates(
          json.putArray("handcrafted"),
          best.stream().map(each -> Objects.requireNonNull(byName.get(each.className()))).toList());
    }
    json(request, json);
  }

  private static void candidates(ArrayNode to, List<Candidate> candidates) {
    for (Candidate each : candidates) {
      to.addObject().put("class", each.className()).put("probability", each.probability());
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

  /**
   * The file that the form's part {@code image}, or else the body, holds; its type is not asked.
   */
  private byte[] picture(Context request) {
    if (!request.isMultipart()) {
      return read(request.bodyInputStream());
    }
    UploadedFile part;
    try {
      part = request.uploadedFile("image");
    } catch (Exception e) { // Kotlin throws servlets' checked ones without saying so
      throw unreadable();
    }
    if (part == null) {
      throw new RefusedRequestException(400, "expected a file in the form's part 'image'");
    }
    return read(part.content());
  }

  private byte[] read(InputStream body) {
    try (body) {
      byte[] bytes = body.readNBytes(settings.maxBytes() + 1);
      if (bytes.length > settings.maxBytes()) {
        throw Guard.tooLarge(settings.maxBytes());
      }
      return bytes;
    } catch (IOException | UncheckedIOException e) {
      throw new RefusedRequestException(400, "the body broke off");
    }
  }

  private static @Nullable String parameter(Context request, String name) {
    String given = request.queryParam(name);
    if (given != null || !request.isMultipart()) {
      return given;
    }
    return form(request, name).stream().findFirst().orElse(null);
  }

  private static List<String> form(Context request, String name) {
    try {
      return new ArrayList<>(request.formParams(name));
    } catch (Exception e) { // Kotlin throws servlets' checked ones without saying so
      throw unreadable();
    }
  }

  private static RefusedRequestException unreadable() {
    return new RefusedRequestException(
        400, "the form cannot be read; expected multipart/form-data");
  }

  private Classifier known(String model) {
    Classifier classifier = models.get(model);
    if (classifier == null) {
      throw new RefusedRequestException(
          404, "no such model; expected one of " + String.join(", ", models.keySet()));
    }
    return classifier;
  }

  private static void server(Context request) {
    ObjectNode json = object().put("name", "kgcoop").put("version", Version.KGCOOP);
    json.putArray("extensions");
    json(request, json);
  }

  private void model(Context request) {
    String name = request.pathParam("model");
    int classes = known(name).classNames().size();
    ObjectNode json = object().put("name", name).put("platform", "kgcoop");
    json.putArray("versions").add("1");
    tensor(json.putArray("inputs"), "image", "BYTES").add(-1);
    tensor(json.putArray("outputs"), "probabilities", "FP32").add(-1).add(classes);
    json(request, json);
  }

  private static ArrayNode tensor(ArrayNode all, String name, String type) {
    return all.addObject().put("name", name).put("datatype", type).putArray("shape");
  }

  private void ready(Context request) {
    String name = request.pathParam("model");
    Classifier unused = known(name);
    json(request, object().put("name", name).put("ready", true));
  }

  static void refuse(Context request, int status, String reason) {
    if (status == 503) {
      request.header("Retry-After", "1");
    } else {
      // What is left of the body is not read: the next request needs another connection.
      request.header("Connection", "close");
    }
    json(request.status(status), object().put("error", reason));
  }
}
