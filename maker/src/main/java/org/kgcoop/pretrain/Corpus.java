package org.kgcoop.pretrain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.image.view.Transform;

/**
 * Images with captions, in memory. They are read from a manifest with one JSON object per line:
 *
 * <pre>
 * {"picture": "png/cat.png", "captions": ["cat", "kitten"], "concept": "cat",
 *  "style": ["outline"], "domain": ["animal"], "tint": true, "flip": true}
 * </pre>
 *
 * {@code picture} (relative to the manifest) and {@code captions} are required. Images with the
 * same {@code concept} (default: the first caption) are never negatives of each other. {@code
 * style} and {@code domain} are words that are true of the image. {@code tint} means dark ink on
 * white, which may get any color. {@code flip: false} means that the mirror image has another
 * meaning.
 */
public final class Corpus {
  static final String MANIFEST = "manifest.jsonl";

  /**
   * An image with its words.
   *
   * @param captions the names of the subject, at least one
   * @param concept the number of the concept
   * @param tint true for one value of ink per pixel, false for three
   * @param pixels the ink, 255 minus the sample, row by row: (R, R) or (R, R, 3)
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Entry(
      List<String> captions,
      int concept,
      List<String> style,
      List<String> domain,
      boolean tint,
      boolean flip,
      byte[] pixels) {}

  private final int resolution;
  private final List<String> concepts;
  private final List<Entry> entries;

  private Corpus(int resolution, List<String> concepts, List<Entry> entries) {
    this.resolution = resolution;
    this.concepts = List.copyOf(concepts);
    this.entries = List.copyOf(entries);
  }

  /** A line of the manifest without the pixels of its image. */
  private record Line(
      Path image,
      List<String> captions,
      String concept,
      List<String> style,
      List<String> domain,
      boolean tint,
      boolean flip) {}

  /**
   * Reads a manifest and all its images.
   *
   * @param path the manifest, or a folder with {@code manifest.jsonl}
   * @param resolution R: the shorter side of an image is resized to it, and the longer side is
   *     cropped
   * @throws KgCoopException if a line or an image cannot be read
   */
  public static Corpus read(Path path, int resolution, Images images) {
    Path file = Files.isDirectory(path) ? path.resolve(MANIFEST) : path;
    List<Line> lines = lines(file);
    Map<String, Integer> numbers = new LinkedHashMap<>();
    for (Line line : lines) {
      numbers.putIfAbsent(line.concept(), numbers.size());
    }
    Transform resize = new Transform(Preprocessing.clip(resolution));
    List<Entry> entries =
        IntStream.range(0, lines.size())
            .parallel()
            .mapToObj(i -> entry(lines.get(i), numbers, images, resize))
            .toList();
    return new Corpus(resolution, List.copyOf(numbers.keySet()), entries);
  }

  private static Entry entry(
      Line line, Map<String, Integer> numbers, Images images, Transform resize) {
    int size = resize.preprocessing().size();
    RgbImage image = images.read(line.image());
    if (image.width() != size || image.height() != size) {
      image = resize.test(image);
    }
    byte[] rgb = image.rgb();
    byte[] ink = new byte[line.tint() ? size * size : rgb.length];
    for (int i = 0; i < ink.length; i++) {
      int sample =
          line.tint()
              ? ((rgb[3 * i] & 0xff) + (rgb[3 * i + 1] & 0xff) + (rgb[3 * i + 2] & 0xff)) / 3
              : rgb[i] & 0xff;
      ink[i] = (byte) (255 - sample);
    }
    Integer concept = numbers.get(line.concept());
    return new Entry(
        line.captions(),
        concept == null ? 0 : concept,
        line.style(),
        line.domain(),
        line.tint(),
        line.flip(),
        ink);
  }

  private static List<Line> lines(Path file) {
    List<String> text;
    try {
      text = Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw KgCoopException.data(
          file + ": the manifest does not exist; expected " + MANIFEST + ", one object per line",
          e);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read as a manifest: " + e.getMessage(), e);
    }
    ObjectMapper mapper = new ObjectMapper();
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < text.size(); i++) {
      if (!text.get(i).isBlank()) {
        lines.add(line(file, i + 1, text.get(i), mapper));
      }
    }
    if (lines.isEmpty()) {
      throw KgCoopException.data(file + ": contains no images");
    }
    return lines;
  }

  private static Line line(Path file, int number, String text, ObjectMapper mapper) {
    try {
      JsonNode node = mapper.readTree(text);
      List<String> captions = words(node.path("captions"));
      if (!node.path("picture").isTextual()
          || captions.isEmpty()
          || captions.stream().anyMatch(String::isBlank)) {
        throw KgCoopException.data(
            file
                + ", line "
                + number
                + ": expected {\"picture\": path, \"captions\": [text, ...]}, got "
                + (text.length() <= 80 ? text : text.substring(0, 77) + "..."));
      }
      return new Line(
          file.resolveSibling(node.path("picture").textValue()),
          captions,
          node.path("concept").asText(captions.get(0)),
          words(node.path("style")),
          words(node.path("domain")),
          node.path("tint").asBoolean(false),
          node.path("flip").asBoolean(true));
    } catch (JsonProcessingException e) {
      throw KgCoopException.data(file + ", line " + number + ": not a JSON object", e);
    } catch (InvalidPathException e) {
      throw KgCoopException.data(
          file + ", line " + number + ": \"picture\" is not a valid path", e);
    }
  }

  private static List<String> words(JsonNode array) {
    List<String> words = new ArrayList<>();
    array.forEach(word -> words.add(word.asText()));
    return List.copyOf(words);
  }

  /** Returns R, the side of every image. */
  int resolution() {
    return resolution;
  }

  /** Returns the names of the concepts, by number. */
  public List<String> concepts() {
    return concepts;
  }

  /** Returns the number of images. */
  public int size() {
    return entries.size();
  }

  Entry entry(int index) {
    return entries.get(index);
  }

  List<Entry> entries() {
    return entries;
  }
}
