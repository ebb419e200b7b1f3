package org.kgcoop.cli.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.ImageSet;
import org.kgcoop.data.ImageSurvey;
import org.kgcoop.data.Item;
import org.kgcoop.files.Json;
import org.kgcoop.image.view.PatchGrid;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.TaskContext;

/** The descriptions of files and data sets for {@code inspect}, as JSON and as text. */
final class Inspection {
  /** The number of a block in the name of a tensor. */
  private static final Pattern NUMBER = Pattern.compile("(?<=\\.|^layer_)\\d+(?=\\.|$)");

  /**
   * The longest list that is printed on one line. Lists of layers fit, lists of templates do not.
   */
  private static final int MAX_PER_LINE = 24;

  private Inspection() {}

  static ObjectNode of(DataSet data) {
    ObjectNode json = object("data set");
    json.put("name", data.name());
    json.put("template", data.template());
    json.put("classes", data.classNames().size());
    putCounts(json.putObject("images"), data, item -> true);
    ArrayNode classes = json.putArray("class_counts");
    for (int i = 0; i < data.classNames().size(); i++) {
      int label = i;
      ObjectNode counts = classes.addObject().put("class", data.classNames().get(label));
      putCounts(counts, data, item -> item.label() == label);
    }
    return json;
  }

  /** Adds the results of reading the images. */
  static void add(ObjectNode json, ImageSurvey survey) {
    if (survey.width() != null && survey.height() != null) {
      json.set("width", Json.tree(survey.width()));
      json.set("height", Json.tree(survey.height()));
    }
    json.putObject("duplicates")
        .put("in_train_and_test", survey.leaks().size())
        .put("under_two_classes", survey.contradictions().size())
        .put("within_a_part", survey.repeated());
    survey.problems().forEach(json.putArray("bad")::add);
    twins(json.putArray("in_train_and_test"), survey.leaks());
    twins(json.putArray("under_two_classes"), survey.contradictions());
  }

  private static void twins(ArrayNode json, List<ImageSurvey.Twin> twins) {
    twins.forEach(twin -> json.add(twin.first() + " = " + twin.second()));
  }

  /**
   * Returns warnings about unreadable images, test images that are also training images, and
   * contradictory labels.
   */
  static List<String> warnings(ImageSurvey survey) {
    List<String> warnings = new ArrayList<>();
    int unreadable = survey.problems().size();
    if (unreadable > 0) {
      warnings.add(Messages.count(unreadable, "image", "images") + " cannot be read, see bad");
    }
    if (!survey.leaks().isEmpty()) {
      ImageSurvey.Twin first = survey.leaks().get(0);
      int count = survey.leaks().size();
      warnings.add(
          "%s too, byte for byte, such as %s and %s; results on them say little"
              .formatted(
                  Messages.count(
                      count, "test image is a training image", "test images are training images"),
                  first.second(),
                  first.first()));
    }
    if (!survey.contradictions().isEmpty()) {
      ImageSurvey.Twin first = survey.contradictions().get(0);
      String count = Messages.count(survey.contradictions().size(), "image is", "images are");
      warnings.add(
          "%s there under two classes, such as %s and %s"
              .formatted(count, first.first(), first.second()));
    }
    return warnings;
  }

  /** Adds the numbers of some images in the parts of a data set. */
  static void putCounts(ObjectNode json, DataSet data, Predicate<Item> counted) {
    json.put("train", data.train().stream().filter(counted).count())
        .put("val", data.val().stream().filter(counted).count())
        .put("test", data.test().stream().filter(counted).count());
  }

  static ObjectNode of(WeightFile file) {
    ObjectNode json = SealedFile.isSealed(file) ? sealed(file) : weights(file);
    TreeMap<String, Long> types = new TreeMap<>();
    long bytes = 0;
    for (StoredTensor tensor : file.tensors().values()) {
      types.merge(tensor.dtype().name().toLowerCase(Locale.ROOT), 1L, Long::sum);
      bytes += tensor.byteCount();
    }
    ObjectNode summary = json.putObject("tensors");
    summary.put("count", file.tensors().size()).put("bytes", bytes);
    types.forEach(summary::put);
    if (!file.skipped().isEmpty()) {
      file.skipped().forEach(json.putArray("skipped")::add);
    }
    return json;
  }

  /** Describes a classifier file or a checkpoint, after verifying its checksum. */
  private static ObjectNode sealed(WeightFile file) {
    JsonNode content = SealedFile.open(file, "file").json();
    JsonNode settings = content.path("settings");
    boolean isTags = content.path("kind").asText().equals("tags");
    ObjectNode json =
        object(
            isTags
                ? "classifier file of tags"
                : settings.isObject() ? "classifier file" : "checkpoint");
    if (settings.isObject()) {
      json.put("method", MethodRegistry.title(settings.path("method").asText()));
    }
    json.put("format", file.format().title());
    ObjectNode metadata = (ObjectNode) content;
    metadata.remove("kind"); // the line above says it
    json.setAll(metadata);
    if (isTags) {
      json.put("training_images", new ImageSet(content.path("training_images").asText()).size());
    }
    if (settings.isObject()) {
      learned(file.tensors().values()).forEach(json.putArray("learned")::add);
      try {
        // The hashes are for eval, and have no meaning for a reader.
        ClassifierFile classifier = ClassifierFile.readAny(file.path(), List.of());
        json.put("training_images", classifier.learnedFrom().images().size());
      } catch (KgCoopException e) {
        json.put("refused", e.getMessage());
      }
    }
    return json;
  }

  /**
   * Lists the learned tensors and their shapes. Tensors that differ only in the block number share
   * one line.
   */
  private static List<String> learned(Collection<StoredTensor> tensors) {
    Map<String, List<String>> blocks = new LinkedHashMap<>();
    for (StoredTensor tensor : tensors) {
      Matcher number = NUMBER.matcher(tensor.name());
      String shape = Arrays.toString(tensor.shape()).replace('[', '(').replace(']', ')');
      String line = number.replaceFirst("{}") + " " + shape;
      List<String> numbers = blocks.computeIfAbsent(line, name -> new ArrayList<>());
      number.reset();
      if (number.find()) {
        numbers.add(number.group());
      }
    }
    List<String> lines = new ArrayList<>();
    blocks.forEach((name, numbers) -> lines.add(name.replace("{}", range(numbers))));
    return lines;
  }

  private static String range(List<String> numbers) {
    return numbers.size() < 2
        ? String.join("", numbers)
        : numbers.get(0) + "-" + numbers.get(numbers.size() - 1);
  }

  /** Describes a file that the published code has written. */
  private static ObjectNode published(WeightFile file) {
    ObjectNode json = object("classifier in the published form");
    List<String> use = new ArrayList<>();
    use.add(
        "predict, eval and export take it with the names of its classes, --classes A,B; what it"
            + " does not say of its settings is as published");
    ClassifierFile found = null;
    try {
      found = ClassifierFile.readAny(file.path(), List.of("any"), TaskContext.ANY, null, use::add);
      json.put("method", found.method().title());
    } catch (KgCoopException e) {
      json.put("refused", e.getMessage());
    }
    json.put("format", file.format().title());
    file.metadata().forEach(json::put);
    if (found != null) {
      json.set("settings", found.method().settingValues().toJson());
      List<StoredTensor> tensors = new ArrayList<>(found.parameters().values());
      tensors.removeIf(tensor -> tensor.name().startsWith("token_"));
      learned(tensors).forEach(json.putArray("learned")::add);
      use.forEach(json.putArray("use")::add);
    }
    return json;
  }

  private static ObjectNode weights(WeightFile file) {
    if (ClassifierFile.isPublished(file)) {
      return published(file);
    }
    try (Clip clip = Clip.of(file, Clip.Options.DEFAULT)) {
      ObjectNode json = object("CLIP weights");
      json.put("family", clip.family().traits().title());
      json.put("format", file.format().title());
      json.set("configuration", configuration(clip.config()));
      json.put("logit_scale", clip.logitScale());
      if (clip.logitBias() != 0) {
        json.put("logit_bias", clip.logitBias());
      }
      json.set("preprocessing", preprocessing(clip.preprocessing()));
      json.put("fingerprint", clip.fingerprint());
      json.put("tokenizer", tokenizer(clip));
      clip.assumed().forEach(json.putArray("assumed")::add);
      return json;
    } catch (KgCoopException e) {
      ObjectNode json = object("weights");
      json.put("format", file.format().title());
      file.metadata().forEach(json::put);
      json.put("not_a_clip", e.getMessage());
      return json;
    }
  }

  private static String tokenizer(Clip clip) {
    try {
      return clip.tokenizer().vocabularySize() + " token ids";
    } catch (KgCoopException e) {
      return "missing: " + e.getMessage();
    }
  }

  private static ObjectNode configuration(ClipConfig config) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("embed_dim", config.embedDim())
        .put("image_resolution", config.imageResolution())
        .put("channels", config.channels())
        .put("context_length", config.contextLength())
        .put("vocab_size", config.vocabularySize())
        .put("text_width", config.textWidth())
        .put("text_heads", config.textHeads())
        .put("text_layers", config.textLayers())
        .put("activation", config.text().activation().name().toLowerCase(Locale.ROOT))
        .put("vision_activation", config.visionActivation().name().toLowerCase(Locale.ROOT))
        .put("text_epsilon", config.text().epsilon())
        .put("vision_epsilon", config.visionEpsilon())
        .put("causal", config.text().form().isCausal())
        .put("vision", sizes(config.vision()));
  }

  /** Returns the sizes of an image encoder. Its other settings have keys of their own. */
  private static String sizes(ClipConfig.Vision vision) {
    return vision instanceof ClipConfig.Vit vit
        ? "Vit[width=%s, layers=%s, patch=%s, heads=%s]"
            .formatted(vit.width(), vit.layers(), vit.patch(), vit.heads())
        : vision.toString();
  }

  private static ObjectNode preprocessing(Preprocessing images) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("size", images.size()).put("channels", images.channels());
    json.put("resize", resize(images));
    images.mean().forEach(json.putArray("mean")::add);
    images.std().forEach(json.putArray("std")::add);
    return json.put("interpolation", images.interpolation().name().toLowerCase(Locale.ROOT));
  }

  private static String resize(Preprocessing images) {
    PatchGrid patches = images.patches();
    if (patches != null) {
      return "shape kept, at most %s patches of %s pixels; training views to the square"
          .formatted(patches.maxPatches(), patches.patch());
    }
    return images.isSquashed()
        ? "whole image to the square"
        : "shorter side to " + images.shorterSide() + ", middle";
  }

  private static ObjectNode object(String kind) {
    return JsonNodeFactory.instance.objectNode().put("kind", kind);
  }

  /** Formats a description as text, with one line per field and indented lists. */
  static List<String> lines(ObjectNode json) {
    List<String> lines = new ArrayList<>();
    json.properties().forEach(e -> add(lines, e.getKey(), e.getValue()));
    return lines;
  }

  private static void add(List<String> lines, String key, JsonNode value) {
    String title = key.replace('_', ' ');
    if (value.isArray() && value.isEmpty()) {
      return; // an empty list needs no line
    }
    if (value.isArray() && (value.size() > 4 || value.path(0).isObject())) {
      lines.add(title + ":");
      IntStream.range(0, value.size()).forEach(i -> lines.add("  " + inline(value.path(i))));
    } else {
      lines.add(title + ": " + inline(value));
    }
  }

  private static String inline(JsonNode value) {
    if (value.isValueNode()) {
      return value.isNull() ? "-" : value.asText();
    }
    List<String> parts = new ArrayList<>();
    value
        .properties()
        .forEach(e -> parts.add(e.getKey().replace('_', ' ') + " " + inline(e.getValue())));
    if (value.isArray()) {
      value.forEach(v -> parts.add(inline(v)));
    }
    return value.isArray() && parts.size() > MAX_PER_LINE
        ? "%s, ... (%s)".formatted(String.join(", ", parts.subList(0, 2)), parts.size())
        : String.join(", ", parts);
  }
}
