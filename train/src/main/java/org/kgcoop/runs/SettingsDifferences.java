package org.kgcoop.runs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The differences between the settings of two runs, in words. */
public final class SettingsDifferences {
  private static final int LONGEST = 60;

  private SettingsDifferences() {}

  /**
   * Returns one text per setting that differs.
   *
   * @return such as {@code training.epochs was 50, is 100}; empty if they are equal
   */
  public static List<String> between(JsonNode before, JsonNode now) {
    List<String> differences = new ArrayList<>();
    collect("", before, now, differences);
    return differences;
  }

  private static void collect(String key, JsonNode before, JsonNode now, List<String> differences) {
    if (before.isObject() && now.isObject()) {
      Set<String> names = new LinkedHashSet<>();
      before.fieldNames().forEachRemaining(names::add);
      now.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        collect(
            key.isEmpty() ? name : key + "." + name,
            before.path(name),
            now.path(name),
            differences);
      }
    } else if (!before.equals(now)) {
      differences.add(key + " was " + shortened(before) + ", is " + shortened(now));
    }
  }

  private static String shortened(JsonNode value) {
    String text = value.isMissingNode() ? "missing" : value.toString();
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
  }
}
