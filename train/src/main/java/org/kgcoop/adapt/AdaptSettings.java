package org.kgcoop.adapt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.kgcoop.Messages;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.data.Item;
import org.kgcoop.files.Json;
import org.kgcoop.files.Sha256;
import org.kgcoop.runs.AdaptRecord.Labels.Origin;
import org.kgcoop.runs.AdaptRecord.Settings;
import org.kgcoop.trial.ExperimentContext;

/** Settings that determine the result of an adaptation, and the differences between two of them. */
final class AdaptSettings {
  private AdaptSettings() {}

  static Settings of(AdaptRequest request, ExperimentContext context) {
    DataSet data = request.data();
    ImageHashes hashes = context.cache().hashes();
    int maxPatches = context.clip().maxPatches();
    Origin origin = request.labels().labels().origin();
    Map<String, Integer> images = new LinkedHashMap<>();
    data.items().forEach(item -> images.merge(item.className(), 1, Integer::sum));
    return new Settings(
        data.name(),
        hashes.fingerprint(data),
        request.shots(),
        request.seed(),
        context.clip().fingerprint(),
        maxPatches > 0 ? maxPatches : null,
        request.isTimed() ? request.minutes() : Double.NaN,
        request.methods(),
        request.plan(),
        origin == Origin.UNSTATED ? null : origin,
        digest(String.join("\n", new TreeSet<>(request.labels().audit()))),
        request.unseen(),
        digest(String.join("\n", hashes.of(request.unknown()))),
        images,
        digest(data.items().map(AdaptSettings::group).collect(Collectors.joining())));
  }

  private static String digest(String text) {
    return text.isEmpty() ? "" : Sha256.of(text);
  }

  private static String group(Item item) {
    return item.group().equals(item.key()) ? "" : item.key() + "\t" + item.group() + "\n";
  }

  /** Describes the settings that changed. */
  static List<String> changes(Settings before, Settings now) {
    List<String> changes = new ArrayList<>();
    JsonNode old = Json.tree(before);
    Json.tree(now)
        .properties()
        .forEach(
            each -> {
              String key = each.getKey();
              JsonNode then = old.path(key);
              if (!then.equals(each.getValue()) && !key.equals("images")) {
                changes.add(
                    key.equals("fingerprint")
                        ? imageChanges(before.images(), now.images())
                        : "%s: %s before, %s now"
                            .formatted(key, words(then), words(each.getValue())));
              }
            });
    return changes;
  }

  private static String words(JsonNode value) {
    return value.isMissingNode() ? "none" : value.isTextual() ? value.asText() : value.toString();
  }

  private static String imageChanges(Map<String, Integer> before, Map<String, Integer> now) {
    Set<String> names = new LinkedHashSet<>(before.keySet());
    names.addAll(now.keySet());
    List<String> changes = new ArrayList<>();
    for (String name : names) {
      int then = before.getOrDefault(name, 0);
      int there = now.getOrDefault(name, 0);
      if (then != there) {
        changes.add("%s: %s images before, %s now".formatted(name, then, there));
      }
    }
    return changes.isEmpty() ? "images were exchanged or moved" : Messages.firstOf(changes);
  }
}
