package org.kgcoop.data;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of opening a data set.
 *
 * @param given replaces what the files say
 * @param splitSeed the seed by which images without a given split are divided
 * @param divide whether images without a given split are divided; else all of them are for training
 * @param checks what is an error
 * @param warnings gets one line for what a user should know and may leave
 * @param notes gets one line for what was done that the files do not say
 */
public record DataSetOptions(
    Given given,
    long splitSeed,
    boolean divide,
    Checks checks,
    Consumer<String> warnings,
    Consumer<String> notes) {

  /**
   * Values that replace those of the files.
   *
   * @param name what tables call it; null: taken from the files
   * @param images the folder that the paths of a split file begin at; null: looked for
   * @param classNames a file of class names, as {@code classnames.txt} beside the data would be;
   *     null: that one, if any
   * @param template the sentence that names a class; null: from {@code template.txt}, if any
   */
  public record Given(
      @Nullable String name,
      @Nullable Path images,
      @Nullable Path classNames,
      @Nullable String template) {}

  /**
   * The strictness of reading.
   *
   * @param strict whether class names that differ only in case or '_' are an error
   * @param files whether every image must be there at once, rather than when it is read
   * @param allowOutside whether a list of images may name some outside of its folder
   */
  public record Checks(boolean strict, boolean files, boolean allowOutside) {}

  /** Nothing is known beside where the data lie. */
  public static DataSetOptions defaults(Consumer<String> warnings) {
    Given nothing = new Given(null, null, null, null);
    return new DataSetOptions(
        nothing, 1, true, new Checks(false, true, false), warnings, note -> {});
  }

  public @Nullable String name() {
    return given.name;
  }

  public @Nullable Path images() {
    return given.images;
  }

  public @Nullable Path classNames() {
    return given.classNames;
  }

  public @Nullable String template() {
    return given.template;
  }

  private DataSetOptions with(Given other) {
    return new DataSetOptions(other, splitSeed, divide, checks, warnings, notes);
  }

  private DataSetOptions with(Checks other) {
    return new DataSetOptions(given, splitSeed, divide, other, warnings, notes);
  }

  public DataSetOptions withName(@Nullable String name) {
    return with(new Given(name, given.images, given.classNames, given.template));
  }

  public DataSetOptions withImages(@Nullable Path images) {
    return with(new Given(given.name, images, given.classNames, given.template));
  }

  public DataSetOptions withClassNames(@Nullable Path classNames) {
    return with(new Given(given.name, given.images, classNames, given.template));
  }

  public DataSetOptions withTemplate(@Nullable String template) {
    return with(new Given(given.name, given.images, given.classNames, template));
  }

  public DataSetOptions withSplitSeed(long seed) {
    return new DataSetOptions(given, seed, divide, checks, warnings, notes);
  }

  /** All images for training where no split is given. */
  public DataSetOptions undivided() {
    return new DataSetOptions(given, splitSeed, false, checks, warnings, notes);
  }

  public DataSetOptions withStrict(boolean strict) {
    return with(new Checks(strict, checks.files, checks.allowOutside));
  }

  public DataSetOptions withCheckFiles(boolean files) {
    return with(new Checks(checks.strict, files, checks.allowOutside));
  }

  public DataSetOptions withAllowOutside(boolean allowOutside) {
    return with(new Checks(checks.strict, checks.files, allowOutside));
  }

  public DataSetOptions withNotes(Consumer<String> other) {
    return new DataSetOptions(given, splitSeed, divide, checks, warnings, other);
  }
}
