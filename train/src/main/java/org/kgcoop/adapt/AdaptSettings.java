package org.kgcoop.adapt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.kgcoop.Messages;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Fingerprint;
import org.kgcoop.data.Item;
import org.kgcoop.files.Sha256;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.RunJson;
import org.kgcoop.trial.ExperimentContext;

/** Settings that determine the result of an adaptation, and the differences between two of them. */
final class AdaptSettings {
  private static final String UNSEEN = "unseen";
  private static final String IMAGES = "images";

  private AdaptSettings() {}

  static JsonNode of(AdaptRequest request, ExperimentContext context) {
    DataSet data = request.data();
    ObjectNode settings =
        JsonNodeFactory.instance
            .objectNode()
            .put("data", data.name())
            .put("fingerprint", Fingerprint.of(data, context.cache().hashes()))
            .put("shots", request.shots())
            .put("seed", request.seed())
            .put("clip_fingerprint", context.clip().fingerprint());
    if (context.clip().maxPatches() > 0) {
      settings.put("max_patches", context.clip().maxPatches());
    }
    if (request.plan() == null) {
      settings.put("minutes", request.minutes());
    } else {
      settings.set("plan", RunJson.tree(request.plan()));
    }
    if (request.labels().labels().origin() != AdaptRecord.Labels.Origin.UNSTATED) {
      settings.put("labels", request.labels().labels().origin().id());
    }
    if (!request.labels().audit().isEmpty()) {
      settings.put("audit", Sha256.of(String.join("\n", new TreeSet<>(request.labels().audit()))));
    }
    ArrayNode unseen = settings.putArray(UNSEEN);
    request.unseen().forEach(unseen::add);
    if (!request.unknown().isEmpty()) {
      settings.put(
          "unknown", Sha256.of(String.join("\n", context.cache().hashes().of(request.unknown()))));
    }
    ObjectNode images = settings.putObject(IMAGES);
    List<Item> all = TrainingImages.items(data);
    all.forEach(item -> images.put(item.className(), images.path(item.className()).asInt() + 1));
    String groups =
        all.stream()
            .filter(item -> !item.group().equals(item.key()))
            .map(item -> item.key() + "\t" + item.group() + "\n")
            .collect(Collectors.joining());
    if (!groups.isEmpty()) {
      settings.put("groups", Sha256.of(groups));
    }
    return settings;
  }

  /**
   * Compares settings as text, because a number that was read from a file can have another type
   * than a computed one.
   */
  static boolean same(JsonNode one, JsonNode other) {
    return one.toString().equals(other.toString());
  }

  /** Describes the settings that changed. */
  static List<String> changes(JsonNode before, JsonNode now) {
    List<String> changes = new ArrayList<>();
    now.fieldNames()
        .forEachRemaining(
            key -> {
              if (same(before.path(key), now.path(key)) || key.equals(IMAGES)) {
                return;
              }
              changes.add(
                  key.equals("fingerprint")
                      ? imageChanges(before.path(IMAGES), now.path(IMAGES))
                      : "%s: %s before, %s now"
                          .formatted(key, words(before.path(key)), words(now.path(key))));
            });
    return changes;
  }

  private static String words(JsonNode value) {
    return value.isMissingNode() ? "none" : value.isTextual() ? value.asText() : value.toString();
  }

  private static String imageChanges(JsonNode before, JsonNode now) {
    List<String> changes = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    before.fieldNames().forEachRemaining(names::add);
    now.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      int then = before.path(name).asInt();
      int there = now.path(name).asInt();
      if (then != there) {
        changes.add("%s: %s images before, %s now".formatted(name, then, there));
      }
    }
    return changes.isEmpty() ? "images were exchanged or moved" : Messages.firstOf(changes);
  }
}
