package org.kgcoop.trial;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.features.Augmentation;
import org.kgcoop.files.Sha256;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.train.TrainingDeclaration;
import org.kgcoop.train.TrainingSettings;

/**
 * Method with its training settings: one row of a table.
 *
 * @param method a function that returns the method for a task
 * @param training a function that returns the training settings for a task, called only for methods
 *     with training
 * @param setting the values that a sweep varied, by key; empty without a sweep
 * @param calibrate true to fit a temperature and a threshold after the training
 */
public record MethodSpec(
    Function<TaskContext, Method> method,
    BiFunction<TrainedMethod, TaskContext, TrainingSettings> training,
    SettingValues setting,
    boolean calibrate) {

  private static final String VIEWS = "views";

  /** Creates a method without calibration. */
  public MethodSpec(
      Function<TaskContext, Method> method,
      BiFunction<TrainedMethod, TaskContext, TrainingSettings> training,
      SettingValues setting) {
    this(method, training, setting, false);
  }

  /** Returns this method with calibration after the training. */
  public MethodSpec calibrated() {
    return new MethodSpec(method, training, setting, true);
  }

  /** Returns a method that does not belong to a sweep. */
  public static MethodSpec of(
      Function<TaskContext, Method> method,
      BiFunction<TrainedMethod, TaskContext, TrainingSettings> training) {
    return new MethodSpec(method, training, SettingValues.NONE);
  }

  /**
   * Returns a method from the given settings. All other settings have their published values.
   *
   * @param method the method, as for {@link org.kgcoop.classifier.MethodRegistry#parse}
   * @param training the training settings, as for {@link TrainingSettings#parse}
   * @param preset the source of settings that are not given
   * @param setting the values that a sweep varied
   * @throws KgCoopException immediately, if a key or a value is invalid
   */
  public static MethodSpec of(
      SettingValues method,
      SettingValues training,
      PublishedDefaults preset,
      SettingValues setting) {
    SettingValues viewed = withViews(method, training);
    boolean asPublished = training.text("augment").equals(TrainingDeclaration.PUBLISHED);
    MethodSpec spec =
        new MethodSpec(
            task -> preset.method(viewed, task, asPublished),
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

  /**
   * Returns the method settings. With {@code augment test}, methods that request their own views
   * use the test view, too.
   */
  private static SettingValues withViews(SettingValues method, SettingValues training) {
    boolean test = training.text("augment").equals(new Augmentation.Test().id());
    return test
            && !method.has(VIEWS)
            && MethodRegistry.keys(method.text(Declaration.METHOD)).contains(VIEWS)
        ? method.with(VIEWS, 0)
        : method;
  }

  /**
   * Rejects training settings if the method is not trained in steps.
   *
   * @param given the training settings that the user gave
   * @throws KgCoopException of the kind CONFIGURATION, if there are any
   */
  public void checkTrained(SettingValues given) {
    Method parsed = method.apply(TaskContext.ANY);
    if (parsed.trained().isEmpty() && !given.keys().isEmpty()) {
      throw KgCoopException.configuration(
          "training settings %s: %s is not trained in steps; remove these settings"
              .formatted(String.join(", ", given.keys()), parsed.id()));
    }
  }

  /** Returns true if the method supports only classes that it has learned. */
  boolean isClosed() {
    return method.apply(TaskContext.ANY).closedClassReason().isPresent();
  }

  /**
   * Checks that the method supports classes that it has not learned.
   *
   * @throws KgCoopException of the kind CONFIGURATION, if it does not
   */
  public void checkNewClasses() {
    Method parsed = method.apply(TaskContext.ANY);
    parsed
        .closedClassReason()
        .ifPresent(
            why -> {
              throw KgCoopException.configuration(
                  "%s: %s cannot be used on new classes; leave it out here"
                      .formatted(parsed.title(), why));
            });
  }

  /**
   * Returns the folder of the runs in the folder of a data set, such as {@code kgcoop} or {@code
   * kgcoop/weight=4}.
   */
  String folder(Method parsed) {
    return setting.values().isEmpty()
        ? parsed.id()
        : parsed.id() + "/" + folder(text(setting.values()));
  }

  /**
   * Returns a text as a valid folder name. If characters other than spaces are replaced, a hash
   * keeps the name unique.
   */
  private static String folder(String text) {
    String plain = text.replaceAll("[^\\w.,=+-]", "_");
    boolean unique = plain.equals(text.replace(' ', '_'));
    return unique
        ? plain
        : plain + "-" + Sha256.of(text.getBytes(StandardCharsets.UTF_8)).substring(0, 8);
  }

  /** Returns a setting as text, such as {@code weight=4}. */
  public static String text(Map<String, ?> setting) {
    return setting.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + text(entry.getValue()))
        .collect(Collectors.joining(","));
  }

  private static String text(Object value) {
    return value instanceof JsonNode json ? json.asText() : String.valueOf(value);
  }
}
