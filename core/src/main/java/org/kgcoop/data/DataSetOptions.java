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
 * @param divided whether images without a given split are divided; else all of them are for
 *     training
 * @param strict whether class names that differ only in case or '_' are an error
 * @param checkFiles whether every image must be there at once, rather than when it is read
 * @param warnings gets one line for what a user should know and may leave
 * @param notes gets one line for what was done that the files do not say
 */
public record DataSetOptions(
    @Nullable String name,
    @Nullable Path images,
    @Nullable Path classNames,
    @Nullable String template,
    long splitSeed,
    boolean divided,
    boolean strict,
    boolean checkFiles,
    Consumer<String> warnings,
    Consumer<String> notes) {

  /** Nothing is known beside where the data lie. */
  public static DataSetOptions defaults(Consumer<String> warnings) {
    return new DataSetOptions(null, null, null, null, 1, true, false, true, warnings, note -> {});
  }

  public DataSetOptions withName(@Nullable String newName) {
    return new DataSetOptions(
        newName,
        images,
        classNames,
        template,
        splitSeed,
        divided,
        strict,
        checkFiles,
        warnings,
        notes);
  }

  public DataSetOptions withImages(@Nullable Path newImages) {
    return new DataSetOptions(
        name,
        newImages,
        classNames,
        template,
        splitSeed,
        divided,
        strict,
        checkFiles,
        warnings,
        notes);
  }

  public DataSetOptions withClassNames(@Nullable Path newClassNames) {
    return new DataSetOptions(
        name,
        images,
        newClassNames,
        template,
        splitSeed,
        divided,
        strict,
        checkFiles,
        warnings,
        notes);
  }

  public DataSetOptions withTemplate(@Nullable String newTemplate) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        newTemplate,
        splitSeed,
        divided,
        strict,
        checkFiles,
        warnings,
        notes);
  }

  public DataSetOptions withSplitSeed(long newSplitSeed) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        newSplitSeed,
        divided,
        strict,
        checkFiles,
        warnings,
        notes);
  }

  /** All images for training where no split is given. */
  public DataSetOptions undivided() {
    return new DataSetOptions(
        name, images, classNames, template, splitSeed, false, strict, checkFiles, warnings, notes);
  }

  public DataSetOptions withStrict(boolean newStrict) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divided,
        newStrict,
        checkFiles,
        warnings,
        notes);
  }

  public DataSetOptions withCheckFiles(boolean newCheckFiles) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divided,
        strict,
        newCheckFiles,
        warnings,
        notes);
  }

  public DataSetOptions withNotes(Consumer<String> newNotes) {
    return new DataSetOptions(
        name,
        images,
        classNames,
        template,
        splitSeed,
        divided,
        strict,
        checkFiles,
        warnings,
        newNotes);
  }
}
