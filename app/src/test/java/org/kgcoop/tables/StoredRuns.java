package org.kgcoop.tables;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Writes run folders in the form that training writes. */
public final class StoredRuns {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode run = JSON.createObjectNode();
  private final ObjectNode results = JSON.createObjectNode();

  private StoredRuns(String method, String dataSet, long seed) {
    ObjectNode settings = run.putObject("settings");
    settings.putObject("method").put("method", method).put("template", "a photo of a {}.");
    settings.putObject("training").put("epochs", 10).put("seed", seed);
    settings.putObject("data").put("name", dataSet).put("shots", 4).put("seed", seed);
    run.putObject("provenance");
    run.put("state", "complete");
    results.putObject("training").put("ms_per_image", 2.5);
    results.putArray("targets");
  }

  /** Returns a complete run without evaluation sets. */
  public static StoredRuns run(String method, String dataSet, long seed) {
    return new StoredRuns(method, dataSet, seed);
  }

  public StoredRuns method(String key, double value) {
    run.withObject("/settings/method").put(key, value);
    return this;
  }

  /** Sets a setting to a text, such as {@code training.augment}. */
  public StoredRuns setting(String part, String key, String value) {
    run.withObject("/settings/" + part).put(key, value);
    return this;
  }

  public StoredRuns shots(int shots) {
    run.withObject("/settings/data").put("shots", shots);
    return this;
  }

  /** Removes the seed, as for a run that does not depend on one. */
  public StoredRuns withoutSeed() {
    run.withObject("/settings/data").remove("seed");
    run.withObject("/settings/training").remove("seed");
    return this;
  }

  public StoredRuns running() {
    run.put("state", "running");
    return this;
  }

  /** Sets the command of the run and its folder. */
  public StoredRuns command(Path directory, List<String> words) {
    ObjectNode provenance = run.withObject("/provenance").put("directory", directory.toString());
    words.forEach(provenance.putArray("command")::add);
    return this;
  }

  /** Sets the CLIP weights of the run. */
  public StoredRuns clip(String source) {
    run.withObject("/provenance").put("clip", source);
    return this;
  }

  /** Adds an evaluation set whose first images are correct. */
  public StoredRuns target(String name, int right, int total) {
    int[] correct = new int[total];
    Arrays.fill(correct, 0, right, 1);
    return target(name, correct);
  }

  /** Adds an evaluation set by its images, 1 for a correct one. */
  public StoredRuns target(String name, int... correct) {
    ObjectNode target = counts(name, Arrays.stream(correct).sum(), correct.length);
    ArrayNode images = target.putArray("images");
    ArrayNode labels = target.putArray("labels");
    ArrayNode predictions = target.putArray("predictions");
    for (int i = 0; i < correct.length; i++) {
      images.add(name + "/" + i + ".png");
      labels.add(i % 2);
      predictions.add(correct[i] == 1 ? i % 2 : 1 - i % 2);
    }
    return this;
  }

  /** Adds an evaluation set with only counts. */
  public StoredRuns countsOnly(String name, int right, int total) {
    counts(name, right, total);
    return this;
  }

  @CanIgnoreReturnValue
  private ObjectNode counts(String name, int right, int total) {
    ObjectNode target =
        results
            .withArray("/targets")
            .addObject()
            .put("name", name)
            .put("correct", right)
            .put("total", total);
    target
        .putObject("set")
        .put("data_set", run.at("/settings/data/name").asText())
        .put("classes", name.equals("test") ? "all" : name);
    return target;
  }

  /** Sets the result with base and new classes in one list. */
  public StoredRuns joint(double base, double unseen) {
    results.putObject("joint").put("base", base).put("new", unseen).put("openworld_auc", 0.5);
    return this;
  }

  /** Sets the calibration error on an evaluation set that was added before. */
  public StoredRuns ece(String name, double error) {
    for (var target : results.path("targets")) {
      if (target.path("name").asText().equals(name)) {
        ((ObjectNode) target).putObject("probabilities").put("expected_calibration_error", error);
      }
    }
    return this;
  }

  /** Removes all settings of the method except its name. */
  public StoredRuns byName() {
    run.withObject("/settings/method").remove("template");
    return this;
  }

  /** Reverses the order of the images in each evaluation set. */
  public StoredRuns reversed() {
    for (var target : results.path("targets")) {
      for (String name : List.of("images", "labels", "predictions")) {
        ArrayNode values = JSON.createArrayNode();
        for (int i = target.path(name).size() - 1; i >= 0; i--) {
          values.add(target.path(name).get(i));
        }
        ((ObjectNode) target).set(name, values);
      }
    }
    return this;
  }

  /** Writes the run folder. */
  @CanIgnoreReturnValue
  public Path write(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("run.json"), run.toPrettyString());
      if (run.path("state").asText().equals("complete")) {
        Files.writeString(folder.resolve("results.json"), results.toPrettyString());
        Files.writeString(folder.resolve("predictions.json"), results.toPrettyString());
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
