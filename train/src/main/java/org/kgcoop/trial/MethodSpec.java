package org.kgcoop.trial;

import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.features.Augmentation;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.train.TrainingDeclaration;
import org.kgcoop.train.TrainingSettings;

/** Row of a table: a method whose settings are resolved for each task. */
@FunctionalInterface
public interface MethodSpec {

  /** Returns the method and its training settings for a task. */
  Recipe recipe(TaskContext task);

  /** Returns the recipe for any task, to check it before data sets are open. */
  default Recipe recipe() {
    return recipe(TaskContext.ANY);
  }

  /** Returns this method with calibration after the training. */
  default MethodSpec calibrated() {
    return task -> recipe(task).calibrated();
  }

  /** Returns a method that does not belong to a sweep. */
  static MethodSpec of(SettingValues method, SettingValues training, PublishedDefaults preset) {
    return of(method, training, preset, SettingValues.NONE);
  }

  /**
   * Returns a method from the given settings. All other settings have their published values.
   *
   * @param method the method, as for {@link MethodRegistry#parse}
   * @param training the training settings, as for {@link TrainingSettings#parse}
   * @param preset the source of settings that are not given
   * @param setting the values that a sweep varied
   * @throws org.kgcoop.KgCoopException immediately, if a key or a value is invalid
   */
  static MethodSpec of(
      SettingValues method,
      SettingValues training,
      PublishedDefaults preset,
      SettingValues setting) {
    SettingValues viewed = withViews(method, training);
    boolean asPublished = training.text("augment").equals(TrainingDeclaration.PUBLISHED);
    MethodSpec spec =
        task -> {
          Method resolved = preset.method(viewed, task, asPublished);
          TrainingSettings steps =
              resolved
                  .trained()
                  .map(trained -> preset.training(trained, task))
                  .map(defaults -> TrainingSettings.parse(training, defaults, task.seed()))
                  .orElse(null);
          return new Recipe(resolved, steps, setting, false);
        };
    Recipe unused = spec.recipe();
    return spec;
  }

  /**
   * Returns the method settings. With {@code augment test}, methods that request their own views
   * use the test view, too.
   */
  private static SettingValues withViews(SettingValues method, SettingValues training) {
    boolean test = training.text("augment").equals(Augmentation.TEST.id());
    return test
            && !method.has("views")
            && MethodRegistry.keys(method.text(Declaration.METHOD)).contains("views")
        ? method.with("views", 0)
        : method;
  }
}
