package org.kgcoop.method;

import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import org.kgcoop.data.Templates;
import org.kgcoop.data.Underscores;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingList;
import org.kgcoop.settings.SettingType;
import org.kgcoop.settings.SettingValues;

/** Settings that several methods share. */
public final class SharedSettings {
  /** Type of a text with {} where the class name goes. */
  static final SettingType<String> TEMPLATE_TEXT =
      SettingType.TEXT.as(
          text -> {
            Templates.check(text);
            return text;
          },
          text -> text);

  public static final Setting<String> TEMPLATE =
      Setting.of("template", TEMPLATE_TEXT, Templates.DEFAULT, "The hand-crafted text of a class")
          .withDefault("the data set's", values -> Templates.DEFAULT);

  /** Keys of the hand-crafted texts, which differ between data sets. */
  static final Set<String> TEXTS = Set.of("template", "templates", "own_template");

  public static final Setting<List<String>> TEMPLATES =
      templates(
          "the data set's template",
          values -> List.of(values.get(TEMPLATE)),
          "Hand-crafted texts, whose class features are averaged, with {} where the class name"
              + " goes");

  /**
   * Returns a setting of hand-crafted texts, at least one.
   *
   * @param defaultText the default in the help
   */
  public static Setting<List<String>> templates(
      String defaultText, Function<SettingValues, List<String>> byDefault, String description) {
    SettingType<List<String>> type =
        SettingType.TEXTS.as(
            texts -> new TemplateEnsemble(texts, Underscores.KEEP).templates(), texts -> texts);
    return Setting.of("templates", type, List.of(), description)
        .withDefault(defaultText, byDefault);
  }

  /** Returns the setting of the number of random views of an image. */
  static Setting<Integer> views(String description) {
    return Setting.whole("views", 10, description).between(0, 1000).in("views");
  }

  /** Returns the setting of a number above 0 that is chosen unless it is given. */
  static Setting<OptionalDouble> chosen(String key, String description) {
    return Setting.of(
            key,
            SettingType.numberOr("auto"),
            OptionalDouble.empty(),
            description + "; auto: chosen")
        .allowing("above 0", number -> number.orElse(1) > 0);
  }

  public static final Setting<Integer> CONTEXT_TOKENS =
      Setting.whole("context_tokens", 4, "Number of context vectors").atLeast(1).in("vectors");

  /**
   * Initial words. They have a fixed number of vectors, so another number of vectors starts with
   * random values.
   */
  public static final Setting<String> WORDS =
      Setting.text(
              "words",
              "",
              "Words whose embeddings start the context vectors; empty for random values")
          .withDefault(
              "a photo of a, or empty where context_tokens is given",
              values -> values.has(CONTEXT_TOKENS) ? "" : "a photo of a");

  /** Returns the settings of a context, with the given ones for its vectors and its words. */
  static SettingList<ContextSettings> context(Setting<Integer> tokens, Setting<String> words) {
    return SettingList.of(
        ContextSettings.class,
        tokens,
        words,
        Setting.choice(
            "class_position",
            ClassTokenPosition.END,
            "The place of the class name among the vectors"),
        Setting.flag("class_specific", false, "Whether each class has vectors of its own"));
  }

  /** Returns the usual settings of a context. */
  static SettingList<ContextSettings> context() {
    return context(CONTEXT_TOKENS, WORDS);
  }

  /** Settings of hand-crafted texts that keep underscores. */
  static final SettingList<TemplateEnsemble> HAND_CRAFTED =
      SettingList.of(
          TemplateEnsemble.class,
          TEMPLATES,
          Setting.choice(
              "underscores",
              Underscores.KEEP,
              "Underscores of class names stay in texts, or become blanks"));

  private SharedSettings() {}
}
