package org.kgcoop.cli.classify;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.classify.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.runs.Predictions;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** The runs of a few-shot table on the drawings, of two shots and seed 1, behind a server. */
final class ServedTable implements AutoCloseable {
  private final Path table;
  private final Clip clip;
  private final ModelRegistry models;
  private final ClassifierServer server;

  /**
   * Serves the runs of those methods under the names of the methods.
   *
   * @param weights the CLIP that they were learned with
   */
  ServedTable(Path table, Path weights, List<String> methods) {
    this.table = table;
    clip = Clip.load(weights);
    Map<String, Classifier> byMethod = new LinkedHashMap<>();
    methods.forEach(method -> byMethod.put(method, Classifier.load(run(method), clip)));
    models = new ModelRegistry(byMethod);
    ServerSettings settings =
        new ServerSettings(
            "127.0.0.1",
            0,
            null,
            "a {}.",
            new Limits(100, Duration.ofSeconds(60), 1 << 20, 0, 1 << 20));
    server = new ClassifierServer(clip, models, settings, line -> {}, null);
  }

  Clip clip() {
    return clip;
  }

  int port() {
    return server.port();
  }

  /** The folder of a method's run. */
  Path run(String method) {
    return table.resolve("drawings").resolve(method).resolve("shots2/seed1");
  }

  /** The predictions of a method's run on the test images. */
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
