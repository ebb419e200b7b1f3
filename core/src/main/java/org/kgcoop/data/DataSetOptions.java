package org.kgcoop.data;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The options of opening a data set.
 *
 * @param name what tables call it; null: taken from the files
 * @param images the folder that the paths of a split file begin at; null: looked for
 * @param classNames a file of class names, as {@code classnames.txt} beside the data would be;
 *     null: that one, if any
 * @param template the sentence that names a class; null: from {@code template.txt}, if any
 * @param splitSeed the seed by which images without a given split are divided
 * @param divide whether images without a given split are divided; else all of them are for training
 * @param strict whether class names that differ only in case or '_' are an error
 * @param checkFiles whether every image must be there at once, rather than when it is read
 * @param allowOutside whether a list of images may name some outside of its folder
 * @param warnings gets one line for what a user should know and may leave
 * @param notes gets one line for what was done that the files do not say
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

  /** Nothing is known beside where the data lie. */
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

  /** All images for training where no split is given. */
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
