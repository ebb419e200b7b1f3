package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.runs.Predictions;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** A server with the runs of a few-shot table on the drawings: two shots and seed 1. */
final class ServedTable implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final Path table;
  private final Clip clip;
  private final ModelRegistry models;
  private final ClassifierServer server;

  /**
   * Serves the runs of methods. Each model has the name of its method.
   *
   * @param weights the CLIP of the runs
   */
  ServedTable(Path table, Path weights, List<String> methods) {
    this.table = table;
    clip = Clip.load(weights);
    Map<String, Classifier> byMethod = new LinkedHashMap<>();
    methods.forEach(method -> byMethod.put(method, Classifier.load(run(method), clip)));
    models = new ModelRegistry(byMethod);
    ServerSettings settings =
        new ServerSettings(
            "127.0.0.1", 0, null, new Limits(100, Duration.ofSeconds(60), 1 << 20, 0, 1 << 20));
    server = new ClassifierServer(clip, models, "a {}.", settings, line -> {}, null);
  }

  Clip clip() {
    return clip;
  }

  int port() {
    return server.port();
  }

  /** Sends an image to an address such as {@code /v1/embed}, and returns the answer. */
  JsonNode post(String address, Path image) {
    URI uri = URI.create("http://127.0.0.1:" + port() + address);
    try {
      HttpRequest request = HttpRequest.newBuilder(uri).POST(BodyPublishers.ofFile(image)).build();
      return JSON.readTree(CLIENT.send(request, BodyHandlers.ofString()).body());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the folder of a method's run. */
  Path run(String method) {
    return table.resolve("drawings").resolve(method).resolve("shots2/seed1");
  }

  /** Returns the predictions of a method's run on the test images. */
  List<Predictions.Prediction> found(String method) {
    return Predictions.read(run(method)).targets().get(0).each();
  }

  @Override
  public void close() {
    server.close();
    models.close();
    clip.close();
  }
}
