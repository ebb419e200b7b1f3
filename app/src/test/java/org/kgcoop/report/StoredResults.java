package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.files.LockedFile;
import org.kgcoop.runs.RunFolders;

/** Writes the folders that protocols and trainings write, with random numbers from a seed. */
final class StoredResults {
  static final List<String> SETS = List.of("objects", "places");

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Random random = new Random(1);

  /** A method and its weight in a sweep. The weight is NaN without a sweep. */
  record Method(String id, String title, String prompts, double weight) {
    ObjectNode putInto(ObjectNode json) {
      json.put("method", id).put("title", title).put("prompts", prompts);
      ObjectNode setting = json.putObject("setting");
      return Double.isNaN(weight) ? json : setOf(json, setting);
    }

    private ObjectNode setOf(ObjectNode json, ObjectNode setting) {
      setting.put("weight", weight);
      return json;
    }

    String folder() {
      return Double.isNaN(weight) ? id : id + "-weight" + weight;
    }

    boolean learns() {
      return !id.equals("clip");
    }
  }

  static final Method CLIP = new Method("clip", "CLIP", "hand-crafted", Double.NaN);
  static final Method COOP = new Method("coop", "CoOp", "textual", Double.NaN);

  static Method kgCoOp(double weight) {
    return new Method("kgcoop", "KgCoOp", "textual", weight);
  }

  /** Writes a base-to-new table of a sweep over two embedded data sets, with its run folders. */
  ObjectNode baseToNew(Path folder) throws IOException {
    List<Method> methods = List.of(CLIP, COOP, kgCoOp(0), kgCoOp(4), kgCoOp(16));
    ObjectNode results = JSON.objectNode();
    ArrayNode cells = results.putArray("cells");
    for (String set : SETS) {
      for (Method method : methods) {
        for (int seed = 1; seed <= 2; seed++) {
          String run = set + "/" + method.folder() + "/seed" + seed;
          ObjectNode cell = method.putInto(cells.addObject());
          sample(cell, set, 8, seed).put("run", run);
          ObjectNode ofCell = cell.putObject("results");
          if (method.learns()) {
            ofCell.putObject("training").put("ms_per_image", 3);
          }
          int place = methods.indexOf(method);
          ofCell.putObject("joint").put("base", 60 + place).put("new", 60 + place);
          ArrayNode targets = run(folder.resolve(run), method, set, seed);
          targets.forEach(
              target ->
                  ofCell
                      .withArray("targets")
                      .add(
                          ((ObjectNode) target.deepCopy())
                              .retain(
                                  "name", "set", "correct", "total", "probabilities", "distance")));
        }
      }
    }
    settings(results, "base2new", List.of(8));
    write(folder, results);
    return results;
  }

  private static void settings(ObjectNode results, String protocol, List<Integer> shots) {
    ObjectNode settings = results.putObject("settings").put("protocol", protocol);
    shots.forEach(settings.putArray("shots")::add);
    settings.putArray("seeds").add(1).add(2);
    ObjectNode method = settings.putArray("methods").addObject();
    method.putObject("method").put("method", "kgcoop").put("weight", 8.0).put("words", "");
    method.putObject("training").put("epochs", 100).put("warmup_lr", 1e-5);
    settings
        .putArray("data_sets")
        .addObject()
        .put("name", "objects")
        .put("template", "an icon of a {}.")
        .put("fingerprint", "0123456789abcdef0123456789abcdef");
    results
        .putObject("computation")
        .put("clip_fingerprint", "fedcba9876543210fedcba9876543210")
        .put("precision", "bf16")
        .put("threads", 2);
    results
        .putObject("versions")
        .put("kgcoop", "0.1.0")
        .put("java", "17.0.21")
        .putArray("command")
        .add(protocol)
        .add("--data")
        .add("embedded:objects")
        .add("--seeds")
        .add("1,2");
  }

  /** Writes a few-shot table without run folders. */
  ObjectNode fewShot(Path folder) throws IOException {
    ObjectNode results = JSON.objectNode();
    ArrayNode cells = results.putArray("cells");
    for (String set : SETS) {
      for (Method method : List.of(CLIP, COOP, kgCoOp(Double.NaN))) {
        for (int shots : List.of(1, 2, 4, 8)) {
          for (int seed = 1; seed <= 2; seed++) {
            ObjectNode cell = method.putInto(cells.addObject());
            sample(cell, set, shots, seed);
            int correct =
                60 + (method.learns() ? 4 * Integer.numberOfTrailingZeros(shots) : 0) + seed;
            targets(cell).add(counts("test", set, "all", correct, 100));
          }
        }
      }
    }
    settings(results, "fewshot", List.of(1, 2, 4, 8));
    write(folder, results);
    return results;
  }

  /** Writes a table of methods that learn on objects and are tested on other data sets. */
  ObjectNode transfer(Path folder, String protocol) throws IOException {
    ObjectNode results = JSON.objectNode();
    ArrayNode cells = results.putArray("cells");
    for (Method method : List.of(CLIP, kgCoOp(Double.NaN))) {
      for (int seed = 1; seed <= 2; seed++) {
        ObjectNode cell = method.putInto(cells.addObject());
        sample(cell, "objects", 8, seed);
        ArrayNode targets = targets(cell);
        int more = method.learns() ? 5 * seed : 0;
        targets.add(counts("objects", "objects", "all", 80 + more, 100));
        targets.add(counts("places", "places", "all", 50 + more, 100));
        targets.add(counts("symbols", "symbols", "all", 20 + more, 100));
      }
    }
    settings(results, protocol, List.of(8));
    write(folder, results);
    return results;
  }

  static ObjectNode counts(String name, String set, String classes, int correct, int total) {
    ObjectNode target =
        JSON.objectNode().put("name", name).put("correct", correct).put("total", total);
    target.putObject("set").put("data_set", set).put("classes", classes);
    return target;
  }

  /** Sets the training images of a cell. */
  @CanIgnoreReturnValue
  static ObjectNode sample(ObjectNode cell, String set, int shots, int seed) {
    cell.putObject("sample").put("data_set", set).put("shots", shots).put("seed", seed);
    return cell;
  }

  /** Adds an empty list of evaluation sets to the results of a cell. */
  static ArrayNode targets(ObjectNode cell) {
    return cell.putObject("results").putArray("targets");
  }

  /** Writes a run folder on an embedded data set, with images and predictions. */
  @CanIgnoreReturnValue
  ArrayNode run(Path folder, Method method, String set, int seed) throws IOException {
    ObjectNode results = JSON.objectNode();
    if (method.learns()) {
      results
          .putObject("training")
          .put("images", 1600)
          .put("seconds", 2.5)
          .put("ms_per_image", 3)
          .put("prepare_seconds", 0.5);
      results.putArray("nearest_words").addArray().add("icon").add("<drawing>").add("image");
      events(folder, method);
    }
    DataSet data = EmbeddedDataSets.open(set, DataSetOptions.defaults(warning -> {}));
    ArrayNode targets = results.putArray("targets");
    for (ClassSplit split : List.of(ClassSplit.BASE, ClassSplit.NEW)) {
      ObjectNode target = target(data.select(split), split, method);
      targets.add(target);
    }
    write(folder, results);
    Files.writeString(folder.resolve("predictions.json"), results.toPrettyString());
    ObjectNode about = JSON.objectNode().put("state", "complete");
    ObjectNode settings = about.putObject("settings");
    settings.putObject("method").put("method", method.id()).put("title", method.title());
    settings.putObject("training").put("seed", seed).put("epochs", 10);
    settings.putObject("data").put("name", set).put("shots", 8).put("seed", seed);
    ObjectNode provenance = about.putObject("provenance").put("kgcoop", "0.1.0");
    provenance.put("java", "17.0.21").put("directory", "/home/somebody");
    provenance.put("clip", "/home/somebody/ViT-B-16.pt");
    provenance.putArray("command").add("train").add("--template").add("it's a {}.");
    Files.writeString(folder.resolve("run.json"), about.toPrettyString());
    return targets;
  }

  private ObjectNode target(DataSet half, ClassSplit split, Method method) {
    String name = split == ClassSplit.BASE ? "base" : "new";
    double skill = split == ClassSplit.BASE && method.learns() ? 0.85 : 0.7;
    int classes = half.classNames().size();
    long[][] confusion = new long[classes][classes];
    ObjectNode target = JSON.objectNode().put("name", name);
    ObjectNode set = target.putObject("set").put("data_set", half.name()).put("classes", name);
    half.classNames().forEach(set.putArray("class_names")::add);
    ArrayNode images = target.putArray("images");
    ArrayNode labels = target.putArray("labels");
    ArrayNode predictions = target.putArray("predictions");
    ArrayNode confidences = target.putArray("confidences");
    int correct = 0;
    for (Item item : half.test()) {
      boolean right = random.nextDouble() < skill;
      int predicted = right ? item.label() : (item.label() + 1 + random.nextInt(2)) % classes;
      confusion[item.label()][predicted]++;
      correct += right ? 1 : 0;
      images.add(item.key());
      labels.add(item.label());
      predictions.add(predicted);
      confidences.add((right ? 0.4 : 0.2) + 0.6 * random.nextDouble());
    }
    target.put("correct", correct).put("total", half.test().size());
    target.putObject("probabilities").put("expected_calibration_error", 0.0473);
    ArrayNode matrix = target.putArray("confusion");
    for (long[] counts : confusion) {
      ArrayNode row = matrix.addArray();
      for (long count : counts) {
        row.add(count);
      }
    }
    if (method.learns()) {
      target.put("distance", 0.4 / (1 + (Double.isNaN(method.weight()) ? 0 : method.weight())));
    }
    return target;
  }

  private void events(Path folder, Method method) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int step = 1; step <= 60; step++) {
      int epoch = (step + 2) / 3;
      ObjectNode event = JSON.objectNode().put("step", step).put("epoch", epoch).put("batch", 1);
      event.put("lr", 0.05 * (1 + Math.cos(Math.PI * epoch / 20)) / 2);
      event.put(
          method.id().equals("coop") ? "loss" : "cross_entropy",
          Math.exp(-step / 20.0) + 0.1 * random.nextDouble());
      lines.add(event.toString());
      if (step % 3 == 0) {
        ObjectNode validation = JSON.objectNode().put("step", step).put("epoch", epoch);
        lines.add(validation.put("validation_accuracy", 60 + epoch).toString());
      }
    }
    lines.add("{\"step\":61,\"ep");
    Files.createDirectories(folder);
    Files.write(folder.resolve("events.jsonl"), lines);
  }

  /**
   * Writes the run folder of a training in the middle of an epoch, and locks it as the training
   * does.
   */
  static LockedFile begun(Path run, int steps) throws IOException {
    Path folder = Files.createDirectories(run);
    Files.writeString(
        folder.resolve("run.json"),
        """
        {"state": "running", "provenance": {"title": "CoOp"}, "settings": {
          "method": {"method": "coop"}, "training": {"epochs": 10, "seed": 1},
          "data": {"name": "objects", "shots": 8, "seed": 1}}}
        """);
    StringBuilder lines = new StringBuilder();
    for (int step = 1; step <= steps; step++) {
      int epoch = (step + 3) / 4;
      lines.append(
          "{\"step\":%s,\"epoch\":%s,\"batch\":%s,\"lr\":0.1,\"loss\":%s}%n"
              .formatted(step, epoch, (step + 3) % 4 + 1, 9 - 0.5 * epoch));
    }
    Path events = folder.resolve("events.jsonl");
    Files.writeString(events, lines + "{\"step\":99,\"epoch\":9");
    return RunFolders.lock(folder);
  }

  static void write(Path folder, JsonNode results) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("results.json"), results.toPrettyString());
  }
}
