package org.kgcoop.cli.options;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;
import picocli.CommandLine.Option;

/** The settings of methods: {@code --set KEY=VALUE} or {@code --set METHOD.KEY=VALUE}. */
public final class MethodOptions {
  @Option(
      names = "--set",
      paramLabel = "[METHOD.]KEY=VALUE",
      description =
          "Change a setting of all methods that have it, or of one METHOD. Repeat the option for"
              + " several settings. If the value is a list, separate its parts with |. The command"
              + " help method NAME lists keys and defaults. Example: --set kgcoop.weight=4")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--weight",
      paramLabel = "W",
      description =
          "Set KgCoOp's regularization weight (default: 8). The value auto tries several weights:"
              + " each half of the training classes is hidden from one training and then tested. It"
              + " uses validation images if there are any.")
  private @Nullable String weight;

  /**
   * Returns the settings of a method in the form that {@link MethodRegistry#parse} reads.
   *
   * @throws KgCoopException if the method is unknown
   */
  SettingValues explicitSettings(String id) {
    SettingValues explicit = SettingValues.of(Declaration.METHOD, id);
    for (Map.Entry<String, String> each : explicit().entrySet()) {
      String key = each.getKey();
      if (knows(id, key)) {
        explicit = explicit.with(plain(id, key), value(id, key, each.getValue()));
      }
    }
    return explicit;
  }

  private Map<String, String> explicit() {
    Map<String, String> all = new LinkedHashMap<>(settings);
    if (weight != null) {
      if (all.keySet().stream().anyMatch(key -> plain(KgCoOp.ID, key).equals("weight"))) {
        throw KgCoopException.configuration("--weight and --set weight: give one of them");
      }
      all.put(KgCoOp.ID + ".weight", weight);
    }
    return all;
  }

  /**
   * Returns true if a method has a setting with that key. The key may begin with the method's name.
   */
  boolean knows(String id, String key) {
    return MethodRegistry.keys(id).contains(plain(id, key));
  }

  /** Removes the name of the method from a key. */
  static String plain(String id, String key) {
    String prefix = id + ".";
    return key.startsWith(prefix) ? key.substring(prefix.length()) : key;
  }

  /** Returns the keys of all settings of some methods. */
  List<String> known(List<String> ids) {
    return ids.stream().flatMap(id -> MethodRegistry.keys(id).stream()).distinct().toList();
  }

  /** Rejects settings that none of the methods has. */
  void checkAllUsed(List<String> ids) {
    List<String> left =
        settings.keySet().stream()
            .filter(key -> ids.stream().noneMatch(id -> knows(id, key)))
            .toList();
    if (!left.isEmpty()) {
      throw KgCoopException.configuration(
          "--set "
              + Nearest.hints(left, known(ids))
              + ": no setting of "
              + String.join(", ", ids)
              + "; known are "
              + String.join(", ", known(ids)));
    }
    if (weight != null && !ids.contains(KgCoOp.ID)) {
      throw KgCoopException.configuration(
          "--weight: a setting of kgcoop, which is not among " + String.join(", ", ids));
    }
  }

  /** Converts the text of a method's setting to its value. */
  static Object value(String id, String key, String text) {
    return MethodRegistry.of(id).setting(plain(id, key)).type().fromText(text);
  }
}
