package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.setting.Declaration;

/**
 * Settings that were published otherwise than a method has them itself: an entry of {@code
 * published.json}. Of entries that say the same, the last one holds.
 *
 * @param entry {@code methods}; where they apply, each of which may be missing: {@code protocols},
 *     {@code data_sets}, {@code shots} (the fewest and, if any, the most), {@code option} (true for
 *     one that holds with {@code --published} alone) and {@code unless} (settings that nobody must
 *     state); {@code settings}, {@code training} and {@code template}; and {@code source}
 */
public record PublishedSettings(JsonNode entry) {
  private static final List<PublishedSettings> ALL = read();

  private static List<PublishedSettings> read() {
    List<PublishedSettings> all = new ArrayList<>();
    try (InputStream in = PublishedSettings.class.getResourceAsStream("published.json")) {
      new ObjectMapper().readTree(in).forEach(entry -> all.add(new PublishedSettings(entry)));
    } catch (IOException e) {
      throw new UncheckedIOException("the list of published settings is damaged", e);
    }
    return List.copyOf(all);
  }

  /** The entries of a method, in their order. */
  public static List<PublishedSettings> of(String method) {
    return ALL.stream().filter(each -> each.texts("methods").contains(method)).toList();
  }

  /** The entries that apply where a method is stated like that and meets such data. */
  static List<PublishedSettings> of(String protocol, JsonNode stated, TaskContext task) {
    return of(stated.path(Declaration.METHOD).asText()).stream()
        .filter(each -> each.applies(protocol, stated, task))
        .toList();
  }

  private boolean applies(String protocol, JsonNode stated, TaskContext task) {
    int shots = task.shots();
    return isAmong("protocols", protocol)
        && isAmong("data_sets", task.dataSet())
        && texts("unless").stream().noneMatch(stated::has)
        && shots >= entry.path("shots").path(0).asInt(0)
        && shots <= entry.path("shots").path(1).asInt(Integer.MAX_VALUE);
  }

  private boolean isAmong(String key, String asked) {
    return !entry.has(key) || texts(key).contains(asked);
  }

  private List<String> texts(String key) {
    return StreamSupport.stream(entry.path(key).spliterator(), false)
        .map(JsonNode::asText)
        .toList();
  }

  /** True if they hold only where somebody asks for all that was published. */
  boolean isOption() {
    return entry.path("option").asBoolean();
  }

  /** Settings of the method. */
  public JsonNode settings() {
    return entry.path("settings");
  }

  /** Settings of the training. */
  public JsonNode training() {
    return entry.path("training");
  }

  /** The template in place of that of the published list of data sets; empty for none. */
  public String template() {
    return entry.path("template").asText();
  }

  /** The file that says so. */
  public String source() {
    return entry.path("source").asText();
  }

  /** The protocols, data sets and numbers of shots, for help. */
  public String where() {
    List<String> parts = new ArrayList<>();
    if (isOption()) {
      parts.add("with --published");
    }
    parts.addAll(texts("protocols"));
    parts.addAll(texts("data_sets"));
    List<String> shots = texts("shots");
    if (!shots.isEmpty()) {
      parts.add(shots.size() == 1 ? "from " + shots.get(0) + " shots" : shots(shots));
    }
    return parts.isEmpty() ? "published data sets" : String.join(", ", parts);
  }

  private static String shots(List<String> bounds) {
    return bounds.get(0).equals(bounds.get(1))
        ? bounds.get(0) + " shot"
        : bounds.get(0) + " to " + bounds.get(1) + " shots";
  }
}
