package org.kgcoop.parquet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.layout.PackedImage;
import org.kgcoop.files.Json;

/**
 * The columns of images and labels, and the conversion of a row to an image.
 *
 * @param image the column of images
 * @param label the column of labels
 * @param names the names of the labels, or an empty list if they are unknown
 */
record Columns(Path file, Type image, Type label, List<String> names) {

  private static final List<String> IMAGES = List.of("image", "img", "picture");
  private static final List<String> LABELS =
      List.of("label", "labels", "fine_label", "class", "class_name", "label_name");

  static Columns of(Path file, MessageType schema, Map<String, String> metaData) {
    JsonNode features = features(metaData);
    Type image =
        choose(schema, features, "Image", IMAGES, Columns::isBytes)
            .orElseThrow(() -> problem(file, schema, "images, such as image: struct<bytes>"));
    Type label =
        choose(schema, features, "ClassLabel", LABELS, Type::isPrimitive)
            .orElseThrow(() -> problem(file, schema, "labels, such as label: int64"));
    List<String> names = new ArrayList<>();
    features.path(label.getName()).path("names").forEach(name -> names.add(name.asText()));
    return new Columns(file, image, label, names);
  }

  /** Returns the metadata that describes the columns, or a missing node. */
  private static JsonNode features(Map<String, String> metaData) {
    String text = metaData.get("huggingface");
    if (text == null) {
      return MissingNode.getInstance();
    }
    try {
      return Json.LENIENT.readTree(text).path("info").path("features");
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance(); // without it, only the class names are unknown
    }
  }

  /**
   * Chooses a column by the type in the metadata, preferring the usual names. Without metadata, it
   * chooses a column with a usual name.
   */
  private static Optional<Type> choose(
      MessageType schema,
      JsonNode features,
      String type,
      List<String> usual,
      Predicate<Type> fits) {
    List<Type> told =
        schema.getFields().stream()
            .filter(field -> features.path(field.getName()).path("_type").asText().equals(type))
            .filter(fits)
            .sorted(Comparator.comparingInt(field -> rank(usual, field.getName())))
            .toList();
    if (!told.isEmpty()) {
      return Optional.of(told.get(0));
    }
    return usual.stream()
        .filter(schema::containsField)
        .map(name -> schema.getType(name))
        .filter(fits)
        .findFirst();
  }

  private static int rank(List<String> usual, String name) {
    int place = usual.indexOf(name);
    return place < 0 ? usual.size() : place;
  }

  private static boolean isBytes(Type type) {
    return type.isPrimitive()
        ? type.asPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY
        : type.asGroupType().containsField("bytes");
  }

  private static KgCoopException problem(Path file, MessageType schema, String wanted) {
    List<String> columns = schema.getFields().stream().map(Type::getName).toList();
    return KgCoopException.data(
        "%s: columns %s; expected one of %s".formatted(file, columns, wanted));
  }

  /** Returns the part of the schema that has to be read. */
  MessageType schema() {
    return new MessageType("row", image, label);
  }

  PackedImage image(Group row, long number) {
    byte[] content = content(row, number);
    if (row.getFieldRepetitionCount(label.getName()) == 0) {
      throw problem(number, "no " + label.getName());
    }
    PrimitiveTypeName kind = label.asPrimitiveType().getPrimitiveTypeName();
    String key = String.valueOf(number);
    return switch (kind) {
      case BINARY -> new PackedImage(key, content, null, row.getString(label.getName(), 0));
      case INT32 -> numbered(key, content, row.getInteger(label.getName(), 0), number);
      case INT64 -> numbered(key, content, row.getLong(label.getName(), 0), number);
      default ->
          throw problem(number, label.getName() + " is a " + kind + "; expected a number or text");
    };
  }

  private byte[] content(Group row, long number) {
    String name = image.getName();
    if (row.getFieldRepetitionCount(name) == 0) {
      throw problem(number, "no " + name);
    }
    if (image.isPrimitive()) {
      return row.getBinary(name, 0).getBytes();
    }
    Group group = row.getGroup(name, 0);
    if (group.getFieldRepetitionCount("bytes") == 0) {
      throw problem(number, name + " has a path and no bytes; expected the images themselves");
    }
    return group.getBinary("bytes", 0).getBytes();
  }

  private PackedImage numbered(String key, byte[] content, long label, long number) {
    long end = names.isEmpty() ? Integer.MAX_VALUE : names.size();
    if (label < 0 || label >= end) {
      throw problem(
          number,
          "label %s; expected 0 to %s (-1 is given to images without a label)"
              .formatted(label, end - 1));
    }
    String name = names.isEmpty() ? null : names.get((int) label);
    return new PackedImage(key, content, (int) label, name);
  }

  private KgCoopException problem(long number, String what) {
    return KgCoopException.data("%s, row %s: %s".formatted(file, number, what));
  }
}
