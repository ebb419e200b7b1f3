package org.kgcoop.data;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of opening a data set. Each {@code with} method returns a copy.
 *
 * @param overrides values that replace those of the files
 * @param divide true to divide images without a given split, false to use all of them for training
 * @param checks the checks while reading
 * @param warnings receives warnings
 * @param notes receives messages about decisions that the files do not state
 */
public record DataSetOptions(
    Overrides overrides,
    boolean divide,
    Checks checks,
    Consumer<String> warnings,
    Consumer<String> notes) {

  /**
   * Values that replace those of the files.
   *
   * @param name the name in tables, or null to take it from the files
   * @param images the folder at which the paths of a split file begin, or null to search for it
   * @param template the sentence that contains a class name, or null for {@code template.txt}, if
   *     any
   */
  public record Overrides(
      @Nullable String name, @Nullable Path images, @Nullable String template) {}

  /**
   * The checks while reading.
   *
   * @param files true to check at once that every image exists
   * @param allowOutside true if a list may name images outside its folder
   */
  public record Checks(boolean files, boolean allowOutside) {}

  /** The options for data of which only the path is known. */
  public static DataSetOptions defaults(Consumer<String> warnings) {
    Overrides nothing = new Overrides(null, null, null);
    return new DataSetOptions(nothing, true, new Checks(true, false), warnings, note -> {});
  }

  public @Nullable String name() {
    return overrides.name;
  }

  /** Returns the name in tables, or this one if the options have none. */
  public String nameOr(String fallback) {
    return overrides.name == null ? fallback : overrides.name;
  }

  /** Reports a problem that does not prevent reading. */
  public void warn(String line) {
    warnings.accept(line);
  }

  /** Reports a decision that the files do not state. */
  public void note(String line) {
    notes.accept(line);
  }

  public @Nullable Path images() {
    return overrides.images;
  }

  public @Nullable String template() {
    return overrides.template;
  }

  private DataSetOptions with(Overrides other) {
    return new DataSetOptions(other, divide, checks, warnings, notes);
  }

  private DataSetOptions with(Checks other) {
    return new DataSetOptions(overrides, divide, other, warnings, notes);
  }

  public DataSetOptions withName(@Nullable String name) {
    return with(new Overrides(name, overrides.images, overrides.template));
  }

  public DataSetOptions withImages(@Nullable Path images) {
    return with(new Overrides(overrides.name, images, overrides.template));
  }

  public DataSetOptions withTemplate(@Nullable String template) {
    return with(new Overrides(overrides.name, overrides.images, template));
  }

  /** Uses all images for training if no split is given. */
  public DataSetOptions undivided() {
    return new DataSetOptions(overrides, false, checks, warnings, notes);
  }

  public DataSetOptions withCheckFiles(boolean files) {
    return with(new Checks(files, checks.allowOutside));
  }

  public DataSetOptions withAllowOutside(boolean allowOutside) {
    return with(new Checks(checks.files, allowOutside));
  }

  public DataSetOptions withNotes(Consumer<String> other) {
    return new DataSetOptions(overrides, divide, checks, warnings, other);
  }
}
