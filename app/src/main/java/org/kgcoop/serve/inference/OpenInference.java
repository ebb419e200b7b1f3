package org.kgcoop.serve.inference;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.kgcoop.Version;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;
import org.kgcoop.features.ViewEncoder.Pixels;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.http.RequestTrace;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.EncodingQueue;
import org.kgcoop.serve.model.ImageReader;
import org.kgcoop.serve.model.ModelRegistry;
import org.kgcoop.serve.model.ServedModel;

/**
 * The Open Inference Protocol v2 over HTTP, with the extensions for binary tensor data and
 * classification. A model takes images as files or as pixels. It returns the probability of each
 * class, and the most probable class.
 */
public final class OpenInference {
  private static final String VERSION = "1";

  private final ModelRegistry models;
  private final EncodingQueue queue;
  private final ImageInputs images;
  private final Preprocessing preprocessing;
  private final BooleanSupplier ready;

  /**
   * Creates the protocol.
   *
   * @param ready false if the server is about to stop
   */
  public OpenInference(
      ModelRegistry models,
      EncodingQueue queue,
      ImageReader images,
      Preprocessing preprocessing,
      Limits limits,
      BooleanSupplier ready) {
    this.models = models;
    this.queue = queue;
    this.images =
        new ImageInputs(images, preprocessing, Math.min(EncodingQueue.BATCH, limits.queue()));
    this.preprocessing = preprocessing;
    this.ready = ready;
  }

  public void addTo(RoutesConfig routes) {
    routes.get("/v2", OpenInference::server);
    routes.get("/v2/health/live", request -> request.json(object().put("live", true)));
    routes.get("/v2/health/ready", request -> readiness(request, object()));
    String model = "/v2/models/{model}";
    for (String path : List.of(model, model + "/versions/{version}")) {
      routes.get(path, ofVersion(this::metadata));
      routes.get(path + "/ready", ofVersion(this::ready));
      routes.post(path + "/infer", ofVersion(this::infer));
    }
  }

  private static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** Models are fixed when the server starts, so each has one version. */
  private static Handler ofVersion(Handler handler) {
    return request -> {
      if (!request.pathParamMap().getOrDefault("version", VERSION).equals(VERSION)) {
        throw new RefusedRequestException(404, "no such version; expected " + VERSION);
      }
      handler.handle(request);
    };
  }

  private static void server(Context request) {
    ObjectNode json = object().put("name", "kgcoop").put("version", Version.KGCOOP);
    json.putArray("extensions").add("binary_tensor_data").add("classification");
    request.json(json);
  }

  private void metadata(Context request) {
    ServedModel model = models.get(request.pathParam("model"));
    ObjectNode json = object().put("name", model.name()).put("platform", "kgcoop");
    json.putArray("versions").add(VERSION);
    ArrayNode inputs = json.putArray("inputs"); // a request has one of them
    ObjectNode image = tensor(inputs, ImageInputs.IMAGE, "BYTES", -1);
    image.putObject("parameters").put("content_type", "base64");
    int size = preprocessing.size();
    ObjectNode pixels =
        tensor(inputs, ImageInputs.PIXELS, "FP32", -1, preprocessing.channels(), size, size);
    ObjectNode normalisation = pixels.putObject("parameters");
    preprocessing.mean().forEach(normalisation.putArray("mean")::add);
    preprocessing.std().forEach(normalisation.putArray("std")::add);
    ArrayNode outputs = json.putArray("outputs");
    int classes = model.classifier().classNames().size();
    tensor(outputs, Outputs.PROBABILITIES, "FP32", -1, classes);
    tensor(outputs, Outputs.LABEL, "BYTES", -1);
    if (model.classifier().threshold().isPresent()) {
      tensor(outputs, Outputs.ACCEPTED, "BOOL", -1);
    }
    request.json(json);
  }

  @CanIgnoreReturnValue
  private static ObjectNode tensor(ArrayNode all, String name, String datatype, int... shape) {
    ObjectNode tensor = all.addObject().put("name", name).put("datatype", datatype);
    ArrayNode dimensions = tensor.putArray("shape");
    for (int dimension : shape) {
      dimensions.add(dimension);
    }
    return tensor;
  }

  private void ready(Context request) {
    ServedModel model = models.get(request.pathParam("model"));
    readiness(request, object().put("name", model.name()));
  }

  /** Answers 200, or 503 while the accepted requests are finished before the server stops. */
  private void readiness(Context request, ObjectNode json) {
    boolean isReady = ready.getAsBoolean();
    request.status(isReady ? 200 : 503).json(json.put("ready", isReady));
  }

  private void infer(Context request) {
    ServedModel model = models.get(request.pathParam("model"));
    RequestTrace.current().setModel(model.name());
    if (!Objects.requireNonNullElse(request.header("Content-Encoding"), "identity")
        .equals("identity")) {
      throw new RefusedRequestException(415, "Content-Encoding: send the body uncompressed");
    }
    InferenceRequest asked =
        InferenceReader.read(
            request.bodyAsBytes(),
            request.header(InferenceResponse.JSON_LENGTH),
            images.most(),
            images.mostNumbers());
    Classifier classifier = model.classifier();
    Outputs outputs = Outputs.of(asked, classifier);
    List<Pixels> inputs = images.of(asked);
    List<Classification> found = queue.askAll(inputs, model.reading());
    InferenceResponse response = new InferenceResponse(model.name(), VERSION, asked.id());
    outputs.write(found, classifier.classNames(), response);
    response.send(request);
  }
}
