package org.kgcoop.data.open;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
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

/**
 * The data sets that come with the program, from the class path: module {@code embedded} has them
 * as one zip file each and an index of them. Without that module there are none.
 */
public final class EmbeddedDataSets {

  private static final String FOLDER = "datasets/";

  private EmbeddedDataSets() {}

  /**
   * The entry of a data set in the index.
   *
   * @param title what it shows, in a few words
   * @param role "table" for sets that methods are compared on, "tuning" for one that settings are
   *     chosen on, "shift" for test images of the classes of another set
   * @param source of a shift, the set whose classes it has; else null
   * @param condition how its images are seen, "plain" for as drawn
   * @param shots images of a class that training can count on; 0 where there is only a test
   * @param classes how many classes it has
   */
  public record Description(
      String name,
      String title,
      String role,
      @Nullable String source,
      String condition,
      int shots,
      int classes) {}

  /** All of them, in the order of the index; none without the module. */
  public static List<Description> all() {
    try (InputStream in = EmbeddedFiles.open(FOLDER + "index.json")) {
      return in == null
          ? List.of()
          : new ObjectMapper().readValue(in, new TypeReference<List<Description>>() {});
    } catch (IOException e) {
      throw new UncheckedIOException("the index of the embedded data sets is damaged", e);
    }
  }

  /**
   * The embedded data set of that name.
   *
   * @throws KgCoopException of the kind CONFIGURATION where there is none; the message names those
   *     that there are
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
    DataSetOptions named = options.name() == null ? options.withName(name) : options;
    return DataSets.open(file, named);
  }
}
