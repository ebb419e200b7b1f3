package org.kgcoop.trial;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Stream;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.Augmentation;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.Json;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.fixtures.TinyTraining;
import org.kgcoop.image.Images;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.progress.Progress;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.train.TrainingSettings;

/** A random CLIP for tests of protocols, which records all messages. */
final class TinyLab implements AutoCloseable {
  static final ContextSettings CONTEXT = ContextSettings.shared(2, "");
  static final Function<TaskContext, Method> CLIP = task -> new ZeroShot(List.of(task.template()));
  static final Function<TaskContext, Method> COOP = task -> new CoOp(CONTEXT);
  static final Function<TaskContext, Method> KGCOOP =
      task -> new KgCoOp(CONTEXT, task.template(), 8, 0);

  final Clip clip;
  final List<String> messages = new ArrayList<>();

  /** The texts next to the progress bars. */
  final List<String> details = Collections.synchronizedList(new ArrayList<>());

  TinyLab() {
    this(TinyClip.load());
  }

  /** Creates a lab that closes the model when it is closed. */
  TinyLab(Clip clip) {
    this.clip = clip;
  }

  /** Creates a plan with three epochs and batches of two images. */
  static ExperimentPlan plan(
      List<Function<TaskContext, Method>> methods,
      String augmentation,
      List<Integer> shots,
      Long... seeds) {
    return new ExperimentPlan(
        methods.stream().map(method -> spec(method, augmentation)).toList(),
        shots,
        List.of(seeds),
        1);
  }

  /** Returns a method that trains for three epochs with batches of two images. */
  static MethodSpec spec(Function<TaskContext, Method> method, String augmentation) {
    return task -> recipe(method.apply(task), task.seed(), augmentation, false);
  }

  static Recipe recipe(Method method, long seed, String augmentation, boolean bestEpoch) {
    TrainingSettings training =
        TinyTraining.settings(
            TinyTraining.schedule(0.05, 3),
            2,
            0.9,
            5e-4,
            seed,
            Augmentation.ofId(augmentation),
            1,
            bestEpoch);
    return new Recipe(method, method.trained().isPresent() ? training : null);
  }

  ExperimentContext context(BooleanSupplier interrupted) {
    Progress progress =
        new Progress() {
          @Override
          public Task start(String name, long total) {
            Task task = SILENT.start(name, total);
            return new Task() {
              @Override
              public void done(long units) {
                task.done(units);
              }

              @Override
              public void detail(String text) {
                details.add(text);
              }

              @Override
              public void close() {
                task.close();
              }
            };
          }

          @Override
          public void message(String line) {
            messages.add(line);
          }
        };
    return new ExperimentContext(
        clip,
        FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {}))),
        progress,
        warning -> {},
        interrupted);
  }

  /** Runs an experiment and returns its table as JSON. */
  JsonNode run(Protocol protocol, ExperimentPlan plan, Path out, BooleanSupplier interrupted) {
    return Json.tree(new Experiment(context(interrupted), protocol, plan).run(out));
  }

  JsonNode run(Protocol protocol, ExperimentPlan plan, Path out) {
    return run(protocol, plan, out, () -> false);
  }

  static JsonNode json(Path file) {
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads the results of a run, including its predictions. */
  static JsonNode results(Path run) {
    JsonNode results = json(run.resolve("results.json"));
    JsonNode predictions = json(run.resolve("predictions.json")).path("targets");
    for (int i = 0; i < predictions.size(); i++) {
      JsonNode unused =
          ((ObjectNode) results.path("targets").path(i)).setAll((ObjectNode) predictions.path(i));
    }
    return results;
  }

  static Stream<JsonNode> stream(JsonNode array) {
    return Stream.iterate(0, i -> i < array.size(), i -> i + 1).map(array::path);
  }

  /** Removes all times from a result. */
  static JsonNode withoutTimes(JsonNode node) {
    for (JsonNode child : node) {
      JsonNode unused = withoutTimes(child);
    }
    if (node instanceof ObjectNode object) {
      object.remove(
          List.of("ms_per_image", "ms_per_image_with_features", "seconds", "prepare_seconds"));
    }
    return node;
  }

  @Override
  public void close() {
    clip.close();
  }
}
