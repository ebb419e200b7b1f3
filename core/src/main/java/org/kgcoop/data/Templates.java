package org.kgcoop.data;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Resources;

/** Hand-crafted prompts: texts with {@code {}} where the class name goes. */
public final class Templates {
  /** The template of a data set that states none. */
  public static final String DEFAULT = "a photo of a {}.";

  /**
   * The seven of the published ensemble, to which every data set but ImageNet adds its own. From
   * the CLIP repository's notebook, as CoOp's ZeroshotCLIP2 uses them.
   */
  public static final List<String> ENSEMBLE = published("ensemble");

  private Templates() {}

  /** The templates of that name in {@code templates.json}. */
  public static List<String> published(String name) {
    List<String> templates = new ArrayList<>();
    Resources.json(Templates.class, "templates.json")
        .path(name)
        .forEach(text -> templates.add(text.asText()));
    return List.copyOf(templates);
  }

  /** The template of a data set, or the default where it states none. */
  public static String of(DataSet data) {
    return data.template() == null ? DEFAULT : data.template();
  }

  /**
   * Refuses a text that is no template.
   *
   * @throws KgCoopException where the class name has no place in it, or where it is no Unicode text
   */
  public static void check(String template) {
    UnicodeText.check("template", template);
    if (!template.contains("{}")) {
      throw KgCoopException.configuration(
          "template '"
              + template
              + "': expected {} where the class name goes, as in '"
              + DEFAULT
              + "'");
    }
  }

  /** The words of a template before its class name: "a photo of a" of "a photo of a {}.". */
  public static String words(String template) {
    check(template);
    return template.substring(0, template.indexOf("{}")).strip();
  }
}
