package org.kgcoop.trial;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Sha256;
import org.kgcoop.method.Method;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.train.TrainingSettings;

/**
 * Method and training settings of a row of a table, resolved for a task.
 *
 * @param training the training settings, or null if the method is not trained in steps
 * @param setting the values that a sweep varied, by key; empty without a sweep
 * @param calibrate true to fit a temperature and a threshold after the training
 */
public record Recipe(
    Method method, @Nullable TrainingSettings training, SettingValues setting, boolean calibrate) {

  /** Creates a recipe without a sweep and without calibration. */
  public Recipe(Method method, @Nullable TrainingSettings training) {
    this(method, training, SettingValues.NONE, false);
  }

  /** Returns the training settings of a method that is trained in steps. */
  public TrainingSettings steps() {
    return Objects.requireNonNull(training, method.id());
  }

  /** Returns this recipe with calibration after the training. */
  Recipe calibrated() {
    return new Recipe(method, training, setting, true);
  }

  /** Returns the recipe of a nested trial, with settings that the method has selected. */
  public Recipe with(Method selected) {
    return new Recipe(selected, training);
  }

  /**
   * Rejects training settings if the method is not trained in steps.
   *
   * @param given the training settings that the user gave
   * @throws KgCoopException of the kind CONFIGURATION, if there are any
   */
  public void checkTrained(SettingValues given) {
    if (training == null && !given.keys().isEmpty()) {
      throw KgCoopException.configuration(
          "training settings %s: %s is not trained in steps; remove these settings"
              .formatted(String.join(", ", given.keys()), method.id()));
    }
  }

  /**
   * Checks that the method supports classes that it has not learned.
   *
   * @throws KgCoopException of the kind CONFIGURATION, if it does not
   */
  public void checkNewClasses() {
    method
        .closedClassReason()
        .ifPresent(
            why -> {
              throw KgCoopException.configuration(
                  "%s: %s cannot be used on new classes; leave it out here"
                      .formatted(method.title(), why));
            });
  }

  /**
   * Returns the folder of the runs in the folder of a data set, such as {@code kgcoop} or {@code
   * kgcoop/weight=4}.
   */
  String folder() {
    return setting.values().isEmpty()
        ? method.id()
        : method.id() + "/" + folder(text(setting.values()));
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
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
