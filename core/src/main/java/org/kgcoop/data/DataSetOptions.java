package org.kgcoop.data;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options for opening a data set.
 *
 * @param name the name in tables; null: from the files
 * @param images the base folder of the paths in a split file; null: detected
 * @param classNames a file of class names in the format of {@code classnames.txt}; null: that file
 *     next to the data, if it exists
 * @param template a sentence with the class name; null: from {@code template.txt}, if it exists
 * @param splitSeed the seed for dividing images without a given split
 * @param divide true to divide images without a given split; false to use all of them for training
 * @param strict true to reject class names that differ only in case or '_'
 * @param checkFiles true to check at once that every image exists
 * @param allowOutside true if a list of images may contain paths outside its folder
 * @param warnings receives one line per problem that does not stop the reader
 * @param notes receives one line per decision that the files do not contain
 */
public record DataSetOptions(
    @Nullable String name,
    @Nullable Path images,
    @Nullable Path classNames,
    @Nullable String template,
    long splitSeed,
    boolean divide,
    boolean strict,
    boolean checkFiles,
    boolean allowOutside,
    Consumer<String> warnings,
    Consumer<String> notes) {

  /** Returns the default options. */
  public static DataSetOptions defaults(Consumer<String> warnings) {
    return new DataSetOptions(
        null, null, null, null, 1, true, false, true, false, warnings, note -> {});
  }

  public DataSetOptions withName(@Nullable String name) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divide,
        strict,
        checkFiles,
        allowOutside,
        warnings,
        notes);
  }

  public DataSetOptions withImages(@Nullable Path images) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divide,
        strict,
        checkFiles,
        allowOutside,
        warnings,
        notes);
  }

  public DataSetOptions withClassNames(@Nullable Path classNames) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divide,
        strict,
        checkFiles,
        allowOutside,
        warnings,
        notes);
  }

  public DataSetOptions withTemplate(@Nullable String template) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divide,
        strict,
        checkFiles,
        allowOutside,
        warnings,
        notes);
  }

  public DataSetOptions withSplitSeed(long splitSeed) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divide,
        strict,
        checkFiles,
        allowOutside,
        warnings,
        notes);
  }

  /** Returns options that use all images for training if there is no given split. */
  public DataSetOptions undivided() {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        false,
        strict,
        checkFiles,
        allowOutside,
        warnings,
        notes);
  }

  public DataSetOptions withStrict(boolean strict) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divide,
        strict,
        checkFiles,
        allowOutside,
        warnings,
        notes);
  }

  public DataSetOptions withCheckFiles(boolean checkFiles) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divide,
        strict,
        checkFiles,
        allowOutside,
        warnings,
        notes);
  }

  public DataSetOptions withAllowOutside(boolean allowOutside) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divide,
        strict,
        checkFiles,
        allowOutside,
        warnings,
        notes);
  }

  public DataSetOptions withNotes(Consumer<String> notes) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divide,
        strict,
        checkFiles,
        allowOutside,
        warnings,
        notes);
  }
}
