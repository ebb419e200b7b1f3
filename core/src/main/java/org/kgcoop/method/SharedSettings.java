package org.kgcoop.method;

import java.util.List;
import java.util.Set;
import org.kgcoop.data.Templates;
import org.kgcoop.data.Underscores;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingList;

/** Settings that several methods share. */
public final class SharedSettings {
  public static final Setting<String> TEMPLATE =
      Setting.text("template", Templates.DEFAULT, "The hand-crafted text of a class")
          .withDefault("the data set's", values -> Templates.DEFAULT);

  /** Keys of the hand-crafted texts, which differ between data sets. */
  static final Set<String> TEXTS = Set.of("template", "templates", "own_template");

  public static final Setting<List<String>> TEMPLATES =
      Setting.texts(
              "templates",
              List.of(),
              "",
              "Hand-crafted texts, whose class features are averaged, with {} where the class name"
                  + " goes")
          .withDefault("the data set's template", values -> List.of(values.get(TEMPLATE)));

  public static final Setting<Integer> CONTEXT_TOKENS =
      Setting.whole("context_tokens", 4, "How many vectors of texts are learned")
          .atLeast(1)
          .in("vectors");

  /**
   * Initial words. They have a fixed number of vectors, so another number of vectors starts with
   * random values.
   */
  public static final Setting<String> WORDS =
      Setting.text("words", "", "What the vectors begin with; empty for random values")
          .withDefault(
              "a photo of a, or empty where context_tokens is given",
              values -> values.has(CONTEXT_TOKENS) ? "" : "a photo of a");

  private static final Setting<ClassTokenPosition> CLASS_POSITION =
      Setting.choice(
          "class_position",
          ClassTokenPosition.END,
          "The place of the class name among the vectors");

  private static final Setting<Boolean> CLASS_SPECIFIC =
      Setting.flag("class_specific", false, "Whether each class has vectors of its own");

  private static final Setting<Underscores> UNDERSCORES =
      Setting.choice(
          "underscores",
          Underscores.KEEP,
          "Underscores of class names stay in texts, or become blanks");

  /** Returns the settings of a context, with the given ones for its vectors and its words. */
  static SettingList<ContextSettings> context(Setting<Integer> tokens, Setting<String> words) {
    return SettingList.of(ContextSettings.class, tokens, words, CLASS_POSITION, CLASS_SPECIFIC);
  }

  /** Returns the usual settings of a context. */
  static SettingList<ContextSettings> context() {
    return context(CONTEXT_TOKENS, WORDS);
  }

  /** Settings of hand-crafted texts that keep underscores. */
  static final SettingList<TemplateEnsemble> HAND_CRAFTED =
      SettingList.of(TemplateEnsemble.class, TEMPLATES, UNDERSCORES);

  private SharedSettings() {}
}
