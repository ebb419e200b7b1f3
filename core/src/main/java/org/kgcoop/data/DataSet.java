package org.kgcoop.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Labeled images in three parts.
 *
 * @param name the name in tables
 * @param classNames the raw names by label (with '_' as in the files)
 * @param train the training images
 * @param val the images for choosing settings; may be empty
 * @param test the images for measuring results
 * @param template a sentence with {@code {}} for the class name; null if the data set has none
 */
public record DataSet(
    String name,
    List<String> classNames,
    List<Item> train,
    List<Item> val,
    List<Item> test,
    @Nullable String template) {

  public DataSet {
    classNames = List.copyOf(classNames);
    UnicodeText.checkNames(classNames);
    train = List.copyOf(train);
    val = List.copyOf(val);
    test = List.copyOf(test);
    int classes = classNames.size();
    Stream.of(train, val, test)
        .flatMap(List::stream)
        .filter(item -> item.label() >= classes)
        .findFirst()
        .ifPresent(
            item -> {
              throw new IllegalArgumentException(
                  "label of %s: expected 0 to %s, got %s"
                      .formatted(item.key(), classes - 1, item.label()));
            });
  }

  /** Returns the images of all parts: train, val, test. */
  public Stream<Item> items() {
    return Stream.of(train, val, test).flatMap(List::stream);
  }

  /**
   * Returns the images of a part of the classes, relabeled from 0. The parts divide the labels of
   * the training images, or all labels if there are only test images.
   */
  public DataSet select(ClassSplit split) {
    List<Integer> selected = labels(split);
    int[] newLabels = new int[classNames.size()];
    Arrays.fill(newLabels, -1);
    for (int i = 0; i < selected.size(); i++) {
      newLabels[selected.get(i)] = i;
    }
    return new DataSet(
        name,
        selected.stream().map(classNames::get).toList(),
        relabeled(train, newLabels),
        relabeled(val, newLabels),
        relabeled(test, newLabels),
        template);
  }

  /** Returns the labels of a part of the classes, which {@link #select} numbers from 0. */
  public List<Integer> labels(ClassSplit split) {
    IntStream labels =
        train.isEmpty()
            ? IntStream.range(0, classNames.size())
            : train.stream().mapToInt(Item::label).distinct();
    return split.of(labels.boxed().toList());
  }

  private static List<Item> relabeled(List<Item> items, int[] newLabels) {
    return items.stream()
        .filter(item -> newLabels[item.label()] >= 0)
        .map(item -> item.withLabel(newLabels[item.label()]))
        .toList();
  }

  /** Returns the same classes with other images. */
  public DataSet withImages(List<Item> newTrain, List<Item> newVal, List<Item> newTest) {
    return new DataSet(name, classNames, newTrain, newVal, newTest, template);
  }

  /**
   * Returns the data set with its validation images as test images, if it has no test images.
   *
   * @param place the file or folder of the data set, for the warning
   */
  public DataSet withTestImages(Path place, Consumer<String> warnings) {
    if (val.isEmpty() || !test.isEmpty()) {
      return this;
    }
    warnings.accept(place + ": no test images, so those of val are used for testing");
    return withImages(train, List.of(), val);
  }

  /** Returns the same images with their EXIF orientation ignored, as in the published code. */
  public DataSet asStored() {
    return withEach(items -> items.stream().map(Item::stored).toList());
  }

  /** Returns the same classes with a change of the images of each part. */
  DataSet withEach(UnaryOperator<List<Item>> change) {
    return withImages(change.apply(train), change.apply(val), change.apply(test));
  }

  /** Returns the same images with another template. */
  public DataSet withTemplate(@Nullable String newTemplate) {
    return new DataSet(name, classNames, train, val, test, newTemplate);
  }
}
