package org.kgcoop.data;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of opening a data set. Each {@code with} method returns a copy.
 *
 * @param name the name in tables, or null to take it from the files
 * @param images the folder at which the paths of a split file begin, or null to search for it
 * @param template the sentence that contains a class name, or null for {@code template.txt}, if any
 * @param divide true to divide images without a given split, false to use all of them for training
 * @param checkFiles true to check at once that every image exists
 * @param allowOutside true if a list may name images outside its folder
 * @param warnings receives warnings
 * @param notes receives messages about decisions that the files do not state
 */
public record DataSetOptions(
    @Nullable String name,
    @Nullable Path images,
    @Nullable String template,
    boolean divide,
    boolean checkFiles,
    boolean allowOutside,
    Consumer<String> warnings,
    Consumer<String> notes) {

  /** The options for data of which only the path is known. */
  public static DataSetOptions defaults(Consumer<String> warnings) {
    return new DataSetOptions(null, null, null, true, true, false, warnings, note -> {});
  }

  /** Returns the name in tables, or this one if the options have none. */
  public String nameOr(String fallback) {
    return name == null ? fallback : name;
  }

  /** Reports a problem that does not prevent reading. */
  public void warn(String line) {
    warnings.accept(line);
  }

  /** Reports a decision that the files do not state. */
  public void note(String line) {
    notes.accept(line);
  }

  public DataSetOptions withName(@Nullable String other) {
    return new DataSetOptions(
        other, images, template, divide, checkFiles, allowOutside, warnings, notes);
  }

  public DataSetOptions withImages(@Nullable Path other) {
    return new DataSetOptions(
        name, other, template, divide, checkFiles, allowOutside, warnings, notes);
  }

  public DataSetOptions withTemplate(@Nullable String other) {
    return new DataSetOptions(
        name, images, other, divide, checkFiles, allowOutside, warnings, notes);
  }

  /** Uses all images for training if no split is given. */
  public DataSetOptions undivided() {
    return new DataSetOptions(
        name, images, template, false, checkFiles, allowOutside, warnings, notes);
  }

  public DataSetOptions withCheckFiles(boolean other) {
    return new DataSetOptions(name, images, template, divide, other, allowOutside, warnings, notes);
  }

  public DataSetOptions withAllowOutside(boolean other) {
    return new DataSetOptions(name, images, template, divide, checkFiles, other, warnings, notes);
  }

  public DataSetOptions withNotes(Consumer<String> other) {
    return new DataSetOptions(
        name, images, template, divide, checkFiles, allowOutside, warnings, other);
  }
}
