package org.kgcoop.serve.label;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;
import org.kgcoop.label.Status;
import org.kgcoop.serve.http.HttpErrorException;

/**
 * An open session. In requests, images are indexes into its list, never paths, and classes are
 * numbers, which never change; -1 is none of these, -2 is undecided.
 *
 * @param images the images by their index
 * @param indexes the indexes of the images
 */
record OpenSession(Labeling labeling, List<Path> images, Map<Path, Integer> indexes) {
  static OpenSession of(Labeling labeling) {
    List<Path> images = labeling.images();
    Map<Path, Integer> indexes = new HashMap<>();
    for (int i = 0; i < images.size(); i++) {
      indexes.put(images.get(i), i);
    }
    return new OpenSession(labeling, images, indexes);
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  int index(Path image) {
    return Objects.requireNonNull(indexes.get(image));
  }

  /**
   * Returns the image of an index.
   *
   * @throws HttpErrorException with the status if there is none
   */
  Path image(String text, int status) {
    int index = text.matches("\\d{1,9}") ? Integer.parseInt(text) : Integer.MAX_VALUE;
    if (index >= images.size()) {
      throw new HttpErrorException(status, "there is no such image");
    }
    return images.get(index);
  }

  /** Returns the files of images. */
  List<Path> files(List<Path> some) {
    return some.stream().map(labeling.folder()::resolve).toList();
  }

  /** Returns the answers of a body: the class of each image. */
  Map<Path, String> labels(JsonNode body) {
    if (!body.path("labels").isObject()) {
      throw new HttpErrorException(400, "labels: expected the class of each image");
    }
    Map<Path, String> labels = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> each : body.path("labels").properties()) {
      labels.put(image(each.getKey(), 400), label(body, each.getValue()));
    }
    return labels;
  }

  /** Returns the class of a number, or of the name of a class that the request adds. */
  String label(JsonNode body, JsonNode value) {
    for (JsonNode name : body.path("add")) {
      if (value.isTextual() && value.equals(name)) {
        return value.textValue();
      }
    }
    return label(value);
  }

  /** Returns the class of a number. */
  String label(JsonNode value) {
    int label = value.isInt() ? value.intValue() : Integer.MIN_VALUE;
    return label == JournalEntry.NONE
        ? Labeling.NONE
        : label == JournalEntry.SKIP
            ? Labeling.SKIP
            : labeling
                .className(label)
                .orElseThrow(() -> new HttpErrorException(400, "there is no class " + value));
  }

  /** Returns the number of each class. */
  Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new HashMap<>();
    for (Status.ClassCount each : labeling.status().classes()) {
      numbers.put(each.name(), each.number());
    }
    numbers.put(Labeling.NONE, JournalEntry.NONE);
    numbers.put(Labeling.SKIP, JournalEntry.SKIP);
    return numbers;
  }

  /**
   * An image of a page.
   *
   * @param former the class of an answer that was taken back
   * @param likely the most probable classes
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  record Shown(int image, String name, @Nullable Integer former, List<Integer> likely) {}

  private Shown shown(Path image, @Nullable Integer former, List<Integer> likely) {
    return new Shown(index(image), image.toString().replace('\\', '/'), former, likely);
  }

  /** Returns images with their names. */
  List<Shown> named(List<Path> some) {
    return some.stream().map(image -> shown(image, null, List.of())).toList();
  }

  /** Returns the class of images by their index. */
  Map<Integer, Integer> numbered(Map<Path, String> labels) {
    Map<String, Integer> numbers = numbers();
    Map<Integer, Integer> classes = new LinkedHashMap<>();
    labels.forEach(
        (image, label) ->
            classes.put(index(image), numbers.getOrDefault(label, JournalEntry.NONE)));
    return classes;
  }

  /** Returns a page. The caller locks the labeling. */
  ObjectNode json(Page page) {
    Map<String, Integer> numbers = numbers();
    ObjectNode json = object().put("number", page.number()).put("kind", page.kind().id());
    if (page.proposed() != null) {
      json.put("class", numbers.get(page.proposed()));
    }
    List<Shown> shown = new ArrayList<>();
    for (int i = 0; i < page.images().size(); i++) {
      Path image = page.images().get(i);
      String former = page.former().get(image);
      shown.add(
          shown(
              image,
              former == null ? null : numbers.get(former),
              page.likely().get(i).stream().map(numbers::get).toList()));
    }
    return json.putPOJO("images", shown);
  }
}
