package org.kgcoop.serve.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.JsonFiles;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.JpegFile;
import org.kgcoop.image.view.Shrunk;
import org.kgcoop.random.PythonRandom;

/**
 * Small copies of training images in the folder {@code examples} next to a classifier, which the
 * page shows. {@code examples.json} lists their classes; the image with the index 3 is {@code 3}.
 * Small images are PNG files, because JPEG would change drawings. Others are JPEG files.
 */
public final class ClassifierExamples {
  private static final String FOLDER = "examples";
  private static final String LIST = "examples.json";
  private static final int MAX_IMAGES = 12;
  private static final int SIDE = 256;
  private static final int MAX_BYTES = 1 << 20;
  private static final byte PNG = (byte) 0x89; // the first byte of the file
  private static final byte JPEG = (byte) 0xff;

  private ClassifierExamples() {}

  /**
   * An example.
   *
   * @param className the class as in the data set
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  public record Example(String className, byte[] image) {
    /** Returns the media type of the image. */
    public String type() {
      return image[0] == PNG ? "image/png" : "image/jpeg";
    }
  }

  /**
   * Writes up to 12 training images, as many classes as possible.
   *
   * @param folder the run folder
   */
  public static void write(DataSet set, Path folder, long seed, Consumer<String> warnings) {
    List<Item> shuffled = new ArrayList<>(set.train());
    new PythonRandom(seed).shuffle(shuffled);
    Map<String, Integer> turns = new LinkedHashMap<>();
    Map<Integer, List<Item>> rounds = new LinkedHashMap<>();
    for (Item item : shuffled) {
      int turn = turns.merge(item.className(), 1, Integer::sum);
      rounds.computeIfAbsent(turn, key -> new ArrayList<>()).add(item);
    }
    Path target = folder.resolve(FOLDER);
    Folders.create(target, "for examples", "choose another folder with --out");
    Images images = new Images(warnings);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("classes");
    for (int turn = 1; rounds.containsKey(turn) && list.size() < MAX_IMAGES; turn++) {
      for (Item item : rounds.getOrDefault(turn, List.of())) {
        if (list.size() == MAX_IMAGES) {
          break;
        }
        Optional<byte[]> small = small(images, item.file());
        if (small.isPresent()) {
          AtomicFile.write(file(target, list.size()), to -> to.write(small.get()));
          list.add(item.className());
        }
      }
    }
    JsonFiles.write(target.resolve(LIST), json);
  }

  private static Optional<byte[]> small(Images images, Path file) {
    try {
      RgbImage image = images.readUpright(file);
      boolean isSmall = Math.max(image.width(), image.height()) <= SIDE;
      return Optional.of(isSmall ? png(image) : JpegFile.of(Shrunk.within(SIDE, image)));
    } catch (KgCoopException e) {
      return Optional.empty(); // adapt reported it
    }
  }

  private static byte[] png(RgbImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(image.toBufferedImage(), "png", bytes)) {
        throw new IllegalStateException("no writer of PNG");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return bytes.toByteArray();
  }

  private static Path file(Path folder, int index) {
    return folder.resolve(String.valueOf(index));
  }

  /**
   * Reads the examples of a classifier.
   *
   * @param classifier a run folder or a classifier file
   * @return at most 12; empty if there are none
   * @throws KgCoopException if they are damaged
   */
  public static List<Example> read(Path classifier) {
    Path run =
        Files.isDirectory(classifier)
            ? classifier
            : Folders.parent(classifier.toAbsolutePath().normalize());
    Path folder = run.resolve(FOLDER);
    Path list = folder.resolve(LIST);
    if (!Files.isRegularFile(list)) {
      return List.of();
    }
    List<Example> examples = new ArrayList<>();
    for (JsonNode each : JsonFiles.read(list).path("classes")) {
      if (examples.size() < MAX_IMAGES) {
        examples.add(new Example(each.asText(), image(file(folder, examples.size()))));
      }
    }
    return examples;
  }

  private static byte[] image(Path file) {
    try {
      byte[] bytes =
          Files.isRegularFile(file) && Files.size(file) <= MAX_BYTES
              ? Files.readAllBytes(file)
              : new byte[0];
      if (bytes.length == 0 || (bytes[0] != PNG && bytes[0] != JPEG)) {
        throw KgCoopException.data(
            file + ": expected a PNG or JPEG file of at most 1 MB; delete the folder of examples");
      }
      return bytes;
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read: " + FileErrors.reason(e), e);
    }
  }
}
