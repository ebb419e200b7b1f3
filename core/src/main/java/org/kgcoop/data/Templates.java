package org.kgcoop.data;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Json;
import org.kgcoop.files.Resources;

/** Hand-crafted prompts: texts with {@code {}} where the class name goes. */
public final class Templates {
  /** The template of a data set without its own. */
  public static final String DEFAULT = "a photo of a {}.";

  private static final Listed LISTED =
      Json.STRICT.convertValue(Resources.json(Templates.class, "templates.json"), Listed.class);

  /** The content of {@code templates.json}. */
  private record Listed(
      Map<String, List<String>> lists, @JsonProperty("data_sets") Map<String, String> dataSets) {}

  /**
   * The seven templates of the published ensemble, from the notebook of the CLIP repository. As in
   * CoOp's ZeroshotCLIP2, each data set except ImageNet adds its own template.
   */
  public static final List<String> ENSEMBLE = published("ensemble");

  private Templates() {}

  /** Returns the templates with a name in {@code templates.json}. */
  public static List<String> published(String name) {
    return List.copyOf(Objects.requireNonNull(LISTED.lists().get(name), name));
  }

  /**
   * Returns the template of a published data set, or null if the data set is not a published one.
   */
  public static @Nullable String ofPublished(String dataSet) {
    return LISTED.dataSets().get(dataSet);
  }

  /** Returns the template of a data set, or the default if it has none. */
  public static String of(DataSet data) {
    return data.template() == null ? DEFAULT : data.template();
  }

  /**
   * Checks a template.
   *
   * @throws KgCoopException if it does not contain {}, or is not Unicode text
   */
  public static void check(String template) {
    UnicodeText.check("template", template);
    if (!template.contains("{}")) {
      throw KgCoopException.configuration(
          "template '%s': expected {} where the class name goes, as in '%s'"
              .formatted(template, DEFAULT));
    }
  }

  /** Returns the words before the class name, such as "a photo of a" of "a photo of a {}.". */
  public static String words(String template) {
    check(template);
    return template.substring(0, template.indexOf("{}")).strip();
  }
}
