package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.features.Augmentation;
import org.kgcoop.files.Sha256;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.method.catalogue.MethodCatalogue;
import org.kgcoop.method.catalogue.PublishedDefaults;
import org.kgcoop.train.TrainingSettings;

/**
 * A row of a table: a method and its training.
 *
 * @param method on the data of a trial
 * @param training on the same data, asked for where there is something to train
 * @param setting the values that a sweep varied, by key; empty otherwise
 * @param calibrate true if a temperature and a threshold are fitted after the training
 */
public record MethodSpec(
    Function<TaskContext, Method> method,
    BiFunction<TrainedMethod, TaskContext, TrainingSettings> training,
    Map<String, JsonNode> setting,
    boolean calibrate) {

  private static final String VIEWS = "views";

  public MethodSpec {
    setting = Collections.unmodifiableMap(new LinkedHashMap<>(setting));
  }

  /** A method without a calibration. */
  public MethodSpec(
      Function<TaskContext, Method> method,
      BiFunction<TrainedMethod, TaskContext, TrainingSettings> training,
      Map<String, JsonNode> setting) {
    this(method, training, setting, false);
  }

  /** The same with a temperature and a threshold, fitted after the training. */
  public MethodSpec calibrated() {
    return new MethodSpec(method, training, setting, true);
  }

  /** Outside of any sweep. */
  static MethodSpec of(
      Function<TaskContext, Method> method,
      BiFunction<TrainedMethod, TaskContext, TrainingSettings> training) {
    return new MethodSpec(method, training, Map.of());
  }

  /**
   * A method and its training as they are stated; the rest is published.
   *
   * @param method as for {@link org.kgcoop.method.catalogue.MethodCatalogue#parse}
   * @param training as for {@link TrainingSettings#parse(JsonNode)}
   * @param preset where settings come from that nobody states
   * @param setting what a sweep varied
   * @throws KgCoopException at once where a key or a value is wrong
   */
  public static MethodSpec of(
      ObjectNode method,
      ObjectNode training,
      PublishedDefaults preset,
      Map<String, JsonNode> setting) {
    ObjectNode seen = seen(method, training);
    boolean asPublished = training.path("augment").asText().equals(TrainingSettings.PUBLISHED);
    MethodSpec spec =
        new MethodSpec(
            task -> preset.method(seen, task, asPublished),
            (trained, task) ->
                TrainingSettings.parse(training, preset.training(trained, task), task.seed()),
            setting);
    Optional<TrainingSettings> unused =
        spec.method()
            .apply(TaskContext.ANY)
            .trained()
            .map(trained -> spec.training().apply(trained, TaskContext.ANY));
    return spec;
  }

  /** With {@code augment test} methods that ask for views of their own see the test view too. */
  private static ObjectNode seen(ObjectNode method, ObjectNode training) {
    boolean test = training.path("augment").asText().equals(new Augmentation.Test().id());
    return test && MethodCatalogue.keys(method.path("method").asText()).contains(VIEWS)
        ? method.deepCopy().put(VIEWS, method.path(VIEWS).asInt(0))
        : method;
  }

  /**
   * Refuses a method that knows only the classes it has learned.
   *
   * @throws KgCoopException of the kind CONFIGURATION
   */
  public void checkNewClasses() {
    Method made = method.apply(TaskContext.ANY);
    made.bound()
        .ifPresent(
            why -> {
              throw KgCoopException.configuration(
                  "%s: %s cannot be used on new classes; leave it out here"
                      .formatted(made.title(), why));
            });
  }

  /** The folder of the runs below that of a data set: {@code kgcoop}, {@code kgcoop/weight=4}. */
  String folder(Method made) {
    return setting.isEmpty() ? made.id() : made.id() + "/" + folder(text(setting));
  }

  /** A text without what no folder may hold; one that differs in more than blanks is told apart. */
  private static String folder(String text) {
    String plain = text.replaceAll("[^\\w.,=+-]", "_");
    boolean unique = plain.equals(text.replace(' ', '_'));
    return unique
        ? plain
        : plain + "-" + Sha256.of(text.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
  }

  /** A setting in words: {@code weight=4}. */
  public static String text(Map<String, JsonNode> setting) {
    return setting.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue().asText())
        .collect(Collectors.joining(","));
  }

  static ObjectNode json(Map<String, JsonNode> setting) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    setting.forEach(json::set);
    return json;
  }
}
