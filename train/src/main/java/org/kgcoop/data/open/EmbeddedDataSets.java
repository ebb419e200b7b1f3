package org.kgcoop.data.open;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.files.EmbeddedFiles;
import org.kgcoop.files.Json;

/**
 * The embedded data sets, from the class path. The module {@code embedded} contains each as a zip
 * file, and an index. Without the module there are none.
 */
public final class EmbeddedDataSets {

  private static final String FOLDER = "datasets/";
  private static final String PREFIX = "embedded:"; // of a name that a user gives

  private EmbeddedDataSets() {}

  /**
   * The entry of a data set in the index.
   *
   * @param title a short description
   * @param role "table" for comparing methods, "tuning" for choosing settings, "shift" for test
   *     images of the classes of another set
   * @param source the set with the same classes, for a shift; otherwise null
   * @param condition the change to the images; "plain" for none
   * @param shots the guaranteed number of training images per class; 0 if there are only test
   *     images
   * @param classes the number of classes
   */
  public record Description(
      String name,
      String title,
      String role,
      @Nullable String source,
      String condition,
      int shots,
      int classes) {}

  /** Returns all entries, in the order of the index; none without the module. */
  public static List<Description> all() {
    try (InputStream in = EmbeddedFiles.open(FOLDER + "index.json")) {
      return in == null
          ? List.of()
          : Json.STRICT.readValue(in, new TypeReference<List<Description>>() {});
    } catch (IOException e) {
      throw new UncheckedIOException("the index of the embedded data sets is damaged", e);
    }
  }

  /**
   * Returns the names of the shifted versions of a data set, in the order of the index: test images
   * of its classes, under changed conditions.
   *
   * @param name with or without {@code embedded:}
   */
  public static List<String> shiftsOf(String name) {
    String source = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    return all().stream()
        .filter(set -> source.equals(set.source()))
        .map(set -> PREFIX + set.name())
        .toList();
  }

  /**
   * Opens an embedded data set by name.
   *
   * @throws KgCoopException of the category CONFIGURATION if it does not exist; the message lists
   *     the existing ones
   */
  public static DataSet open(String name, DataSetOptions options) {
    List<String> names = all().stream().map(Description::name).toList();
    Path file = names.contains(name) ? EmbeddedFiles.file(FOLDER + name + ".zip") : null;
    if (file == null) {
      throw KgCoopException.configuration(
          "embedded:%s: there is no such data set%s; expected one of %s"
              .formatted(
                  name,
                  Nearest.hint(name, names),
                  names.isEmpty() ? "none, since this build has none" : String.join(", ", names)));
    }
    return DataSets.open(file, options.withName(options.nameOr(name)));
  }
}
