package org.kgcoop.data.published;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.data.layout.AutomaticSplit;
import org.kgcoop.data.layout.LabelNames;
import org.kgcoop.files.Folders;
import org.kgcoop.files.JsonFiles;
import us.hebi.matlab.mat.format.BufferAllocator;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Cell;
import us.hebi.matlab.mat.types.MatFile;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sources;
import us.hebi.matlab.mat.types.Struct;

/** Readers of data sets with labels in MATLAB files (version 5, as published). */
final class MatlabAnnotations {

  private MatlabAnnotations() {}

  /**
   * Reads Stanford Cars: {@code annotations} with {@code fname} and {@code class} (from 1), and
   * {@code class_names}. The year comes first in a class name: "Acura TL Sedan 2012" is "2012 Acura
   * TL Sedan". A fifth of the training images becomes the validation part.
   */
  static DataSet cars(RawData raw) {
    List<String> names =
        read(
            raw.file("devkit/cars_meta.mat"),
            "class_names, a cell array of names",
            mat -> {
              Cell cell = mat.getCell("class_names");
              List<String> values = new ArrayList<>();
              for (int i = 0; i < cell.getNumElements(); i++) {
                values.add(yearFirst(cell.getChar(i).getString()));
              }
              return values;
            });
    return AutomaticSplit.of(
        raw.name(),
        names,
        cars(raw, "devkit/cars_train_annos.mat", "cars_train", names),
        cars(raw, "cars_test_annos_withlabels.mat", "cars_test", names),
        raw.options().splitSeed());
  }

  private static List<Item> cars(RawData raw, String list, String folder, List<String> names) {
    Path file = raw.file(list);
    return read(
        file,
        "annotations, a structure with fname and class",
        mat -> {
          Struct annotations = mat.getStruct("annotations");
          List<Item> items = new ArrayList<>();
          for (int i = 0; i < annotations.getNumElements(); i++) {
            String image = annotations.getChar("fname", i).getString();
            int label = annotations.getMatrix("class", i).getInt(0) - 1;
            if (label < 0 || label >= names.size()) {
              throw KgCoopException.data(
                  "%s: class %s of %s; expected 1 to %s"
                      .formatted(file, label + 1, image, names.size()));
            }
            items.add(raw.item(folder + "/" + image, label, names.get(label)));
          }
          return items;
        });
  }

  private static String yearFirst(String name) {
    int space = name.lastIndexOf(' ');
    return space < 0 ? name : name.substring(space + 1) + " " + name.substring(0, space);
  }

  /**
   * Reads Oxford Flowers: {@code labels} (from 1) of {@code image_00001.jpg} onwards, names in
   * {@code cat_to_name.json}. The split is 50 % train, 20 % val, 30 % test, class by class in order
   * of first appearance.
   */
  static DataSet flowers(RawData raw) {
    Path labelFile = raw.file("imagelabels.mat");
    List<Integer> labels =
        read(
            labelFile,
            "labels, a row of numbers",
            mat -> {
              Matrix matrix = mat.getMatrix("labels");
              List<Integer> values = new ArrayList<>();
              for (int i = 0; i < matrix.getNumElements(); i++) {
                values.add(matrix.getInt(i));
              }
              return values;
            });
    Path nameFile = raw.file("cat_to_name.json");
    JsonNode json = JsonFiles.readData(nameFile);
    LabelNames names = new LabelNames();
    Map<Integer, List<Item>> byLabel = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      String image = String.format(Locale.ROOT, "image_%05d.jpg", i + 1);
      JsonNode name = json.path(String.valueOf(labels.get(i)));
      if (!name.isTextual()) {
        throw KgCoopException.data(
            "%s: no name of label %s, which %s has".formatted(nameFile, labels.get(i), image));
      }
      int label = RawData.fromOne(String.valueOf(labels.get(i)), labelFile + ", " + image);
      names.put(label, name.textValue(), nameFile.toString());
      byLabel
          .computeIfAbsent(label, key -> new ArrayList<>())
          .add(raw.item(image, label, name.textValue()));
    }
    return AutomaticSplit.of(
        raw.name(),
        names.withoutGaps(labelFile),
        List.copyOf(byLabel.values()),
        raw.options().splitSeed(),
        raw.folder());
  }

  /** Detects version 7.3. MATLAB begins both versions with a text that contains the version. */
  private static boolean isHdf5(byte[] bytes) {
    byte[] text = "MATLAB 7.3".getBytes(StandardCharsets.US_ASCII);
    return Arrays.mismatch(bytes, text) == text.length;
  }

  private static <T> T read(Path file, String expected, Function<MatFile, T> content) {
    try {
      byte[] bytes = Folders.bytes(file);
      if (isHdf5(bytes)) {
        throw KgCoopException.data(
            file
                + ": a MATLAB file of version 7.3 (HDF5); expected the published one of version 5:"
                + " get it again, or save it in MATLAB with -v7");
      }
      try (MatFile mat =
          Mat5.newReader(Sources.wrap(bytes)).setBufferAllocator(new Allocator()).readMat()) {
        return content.apply(mat);
      }
    } catch (KgCoopException e) {
      throw e;
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      // The reader throws exceptions of any kind for other variables and damaged data, and
      // allocates as many elements as an array claims.
      throw KgCoopException.data(
          "%s: not the expected MATLAB file; expected %s, get it again".formatted(file, expected),
          e);
    }
  }

  /** An allocator with a limit, because a compressed file of 1 MB can claim 700 MB. */
  private static final class Allocator implements BufferAllocator {
    private static final int MAX_BYTES = 64 << 20;
    private long allocated;

    @Override
    public ByteBuffer allocate(int bytes) {
      allocated += bytes;
      if (allocated > MAX_BYTES) {
        throw new IllegalArgumentException("more than " + MAX_BYTES + " bytes of annotations");
      }
      return ByteBuffer.allocate(bytes);
    }

    @Override
    public void release(ByteBuffer buffer) {}
  }
}
