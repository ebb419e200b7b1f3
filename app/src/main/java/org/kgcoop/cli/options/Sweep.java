package org.kgcoop.cli.options;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.train.CommaSeparated;
import org.kgcoop.trial.MethodSpec;
import picocli.CommandLine.Option;

/**
 * The option that compares several values of settings. A method setting adds rows for the methods
 * that have it. A training setting adds rows for all trained methods.
 */
public final class Sweep {
  @Option(
      names = "--sweep",
      split = SettingSources.NEXT,
      paramLabel = "KEY=V1,V2,...",
      description =
          "Compare several values of a setting. The table has one row for each value. The keys are"
              + " those of --set. Repeat the option for a grid. Example: --sweep weight=0,2,8")
  private List<String> sweeps = new ArrayList<>();

  /** Returns the methods, each once per combination of its swept settings. */
  public List<MethodSpec> specs(
      List<String> ids, SettingOptions settings, PublishedDefaults preset) {
    Map<String, List<String>> axes = axes();
    Set<String> left = new LinkedHashSet<>(axes.keySet());
    settings.check(ids);
    List<MethodSpec> specs = new ArrayList<>();
    for (String id : ids) {
      MethodSpec plain = settings.spec(id, preset);
      boolean trained = plain.recipe().training() != null;
      List<Map<String, String>> combinations = new ArrayList<>(List.of(Map.of()));
      for (Map.Entry<String, List<String>> axis : axes.entrySet()) {
        String key = axis.getKey();
        if (SettingOptions.isOfMethod(id, key)
            || (trained && SettingOptions.isOfTraining(SettingOptions.plain(id, key)))) {
          combinations = times(combinations, key, axis.getValue());
          left.remove(key);
        }
      }
      for (Map<String, String> combination : combinations) {
        specs.add(combination.isEmpty() ? plain : swept(id, settings, combination, preset));
      }
    }
    if (!left.isEmpty()) {
      throw SettingOptions.unknown("--sweep ", left, ids);
    }
    return settings.calibrate() ? specs.stream().map(MethodSpec::calibrated).toList() : specs;
  }

  private static MethodSpec swept(
      String id,
      SettingOptions settings,
      Map<String, String> combination,
      PublishedDefaults preset) {
    SettingValues method = settings.method(id);
    SettingValues trained = settings.training(id);
    settings.checkSweep(
        combination.keySet().stream().filter(key -> !SettingOptions.isOfMethod(id, key)));
    SettingValues swept = SettingValues.NONE;
    for (Map.Entry<String, String> each : combination.entrySet()) {
      String key = each.getKey();
      boolean isOwn = SettingOptions.isOfMethod(id, key);
      String plain = SettingOptions.plain(id, key);
      if ((isOwn ? method : trained).has(plain)) {
        throw KgCoopException.configuration(
            "--sweep %s: it is also set without the sweep; leave one out".formatted(key));
      }
      Object value = SettingOptions.value(id, plain, each.getValue());
      method = isOwn ? method.with(plain, value) : method;
      trained = isOwn ? trained : trained.with(plain, value);
      swept = swept.with(plain, value);
    }
    try {
      return MethodSpec.of(method, trained, preset, swept);
    } catch (KgCoopException e) {
      throw new KgCoopException(e.category(), "--sweep: " + e.getMessage(), e);
    }
  }

  private static List<Map<String, String>> times(
      List<Map<String, String>> combinations, String key, List<String> values) {
    List<Map<String, String>> more = new ArrayList<>();
    for (Map<String, String> combination : combinations) {
      for (String value : values) {
        Map<String, String> with = new LinkedHashMap<>(combination);
        with.put(key, value);
        more.add(with);
      }
    }
    return more;
  }

  /** Splits comma-separated values. Commas in parentheses do not separate values. */
  private static List<String> values(String option, String text) {
    List<String> parts = CommaSeparated.split(text).stream().map(String::strip).distinct().toList();
    if (parts.contains("")) {
      throw KgCoopException.configuration(
          option + " '" + text + "': expected values with commas between them");
    }
    return parts;
  }

  /** Returns the {@code KEY} or {@code METHOD.KEY} of a sweep. */
  static String key(String sweep) {
    return SettingSources.key(sweep.split("=", 2)[0].strip());
  }

  private Map<String, List<String>> axes() {
    Map<String, List<String>> axes = new LinkedHashMap<>();
    for (String sweep : sweeps) {
      int equals = sweep.indexOf('=');
      if (equals < 1) {
        throw KgCoopException.configuration(
            "--sweep " + sweep + ": expected KEY=V1,V2,... as in weight=0,2,8");
      }
      String key = key(sweep);
      if (axes.put(key, values("--sweep " + key, sweep.substring(equals + 1))) != null) {
        throw KgCoopException.configuration("--sweep " + key + ": given twice; give it once");
      }
    }
    return axes;
  }
}
