package org.kgcoop.data;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The options of opening a data set. Immutable: each {@code with} method returns a copy. */
public final class DataSetOptions {
  private @Nullable String name;
  private @Nullable Path images;
  private @Nullable Path classNames;
  private @Nullable String template;
  private long splitSeed = 1;
  private boolean divide = true;
  private boolean strict = false;
  private boolean checkFiles = true;
  private boolean allowOutside = false;
  private Consumer<String> warnings;
  private Consumer<String> notes = note -> {};

  private DataSetOptions(Consumer<String> warnings) {
    this.warnings = warnings;
  }

  /** The options for data of which only the path is known. */
  public static DataSetOptions defaults(Consumer<String> warnings) {
    return new DataSetOptions(warnings);
  }

  private DataSetOptions with(Consumer<DataSetOptions> change) {
    DataSetOptions copy = new DataSetOptions(warnings);
    copy.name = name;
    copy.images = images;
    copy.classNames = classNames;
    copy.template = template;
    copy.splitSeed = splitSeed;
    copy.divide = divide;
    copy.strict = strict;
    copy.checkFiles = checkFiles;
    copy.allowOutside = allowOutside;
    copy.notes = notes;
    change.accept(copy);
    return copy;
  }

  /** The name in tables, or null to take it from the files. */
  public @Nullable String name() {
    return name;
  }

  /** The folder at which the paths of a split file begin, or null to search for it. */
  public @Nullable Path images() {
    return images;
  }

  /** A file of class names, or null for the {@code classnames.txt} next to the data, if any. */
  public @Nullable Path classNames() {
    return classNames;
  }

  /** The sentence that contains a class name, or null for {@code template.txt}, if any. */
  public @Nullable String template() {
    return template;
  }

  /** The seed that divides images without a given split. */
  public long splitSeed() {
    return splitSeed;
  }

  /** True to divide images without a given split, false to use all of them for training. */
  public boolean divide() {
    return divide;
  }

  /** True to reject class names that differ only in case or '_'. */
  public boolean strict() {
    return strict;
  }

  /** True to check at once that every image exists. */
  public boolean checkFiles() {
    return checkFiles;
  }

  /** True if a list may name images outside its folder. */
  public boolean allowOutside() {
    return allowOutside;
  }

  /** Receives warnings. */
  public Consumer<String> warnings() {
    return warnings;
  }

  /** Receives messages about decisions that the files do not state. */
  public Consumer<String> notes() {
    return notes;
  }

  public DataSetOptions withName(@Nullable String name) {
    return with(copy -> copy.name = name);
  }

  public DataSetOptions withImages(@Nullable Path images) {
    return with(copy -> copy.images = images);
  }

  public DataSetOptions withClassNames(@Nullable Path classNames) {
    return with(copy -> copy.classNames = classNames);
  }

  public DataSetOptions withTemplate(@Nullable String template) {
    return with(copy -> copy.template = template);
  }

  public DataSetOptions withSplitSeed(long splitSeed) {
    return with(copy -> copy.splitSeed = splitSeed);
  }

  /** Uses all images for training if no split is given. */
  public DataSetOptions undivided() {
    return with(copy -> copy.divide = false);
  }

  public DataSetOptions withStrict(boolean strict) {
    return with(copy -> copy.strict = strict);
  }

  public DataSetOptions withCheckFiles(boolean checkFiles) {
    return with(copy -> copy.checkFiles = checkFiles);
  }

  public DataSetOptions withAllowOutside(boolean allowOutside) {
    return with(copy -> copy.allowOutside = allowOutside);
  }

  public DataSetOptions withNotes(Consumer<String> notes) {
    return with(copy -> copy.notes = notes);
  }
}
