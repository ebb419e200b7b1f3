package org.kgcoop.tables;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kgcoop.classifier.MethodRegistry;

/**
 * Labels that distinguish the runs of a method. A label contains the settings that differ between
 * two runs on the same data set, or that a table will give several values. The seed does not count,
 * nor do settings that depend on the data, such as the template.
 */
public final class RunLabels {
  private static final Set<String> NEVER =
      Set.of("method.method", "method.template", "method.templates", "training.seed");

  /** The prefixes of the setting names that labels may contain. */
  private static final List<String> PARTS =
      List.of(
          "method.",
          "training.",
          "computation.clip_fingerprint",
          "computation.precision",
          "computation.max_patches");

  private static final int SHOWN_FINGERPRINT = 8;

  /** The names of the varied settings, by method. */
  private final Map<String, Set<String>> keys = new HashMap<>();

  /** Makes labels for runs that are shown together. */
  public RunLabels(List<StoredRun> runs) {
    Map<String, Set<String>> values = new HashMap<>(); // by method, data set and key
    for (StoredRun run : runs) {
      Set<String> own = keys.computeIfAbsent(run.method(), method -> new TreeSet<>());
      run.settings()
          .forEach(
              (key, value) -> {
                String place = String.join("\n", run.method(), run.dataSet(), key);
                Set<String> known = values.computeIfAbsent(place, k -> new HashSet<>());
                known.add(value);
                boolean isVaried =
                    known.size() > 1
                        && !NEVER.contains(key)
                        && PARTS.stream().anyMatch(key::startsWith);
                if (isVaried || run.planned().stream().anyMatch(name -> isNamed(key, name))) {
                  own.add(key);
                }
              });
    }
  }

  /** Returns true if a setting of a method or of training has a name, such as {@code weight}. */
  private static boolean isNamed(String key, String name) {
    return key.equals("method." + name) || key.equals("training." + name);
  }

  /** Returns the varied settings of a run. A key is the last part of the setting's name. */
  public Map<String, String> setting(StoredRun run) {
    Map<String, String> varied = new TreeMap<>();
    for (String key : keys.getOrDefault(run.method(), Set.of())) {
      String value = run.settings().get(key);
      if (value != null) {
        boolean fingerprint = key.equals("computation.clip_fingerprint");
        varied.put(
            fingerprint ? "clip" : key.substring(key.lastIndexOf('.') + 1),
            fingerprint
                ? value.substring(0, Math.min(SHOWN_FINGERPRINT, value.length()))
                : value.replaceFirst("^(-?\\d+)\\.0$", "$1"));
      }
    }
    return varied;
  }

  /** Returns the title of the method with its varied settings, such as {@code KgCoOp weight=4}. */
  public String method(StoredRun run) {
    StringBuilder label = new StringBuilder(MethodRegistry.title(run.method()));
    setting(run).forEach((key, value) -> label.append(' ').append(key).append('=').append(value));
    return label.toString();
  }
}
