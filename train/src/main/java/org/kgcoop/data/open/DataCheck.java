package org.kgcoop.data.open;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.layout.ClassNames;

/** Checks that apply to data sets of every layout. */
final class DataCheck {

  private DataCheck() {}

  static void check(DataSet dataSet, Path where, DataSetOptions options) {
    if (dataSet.train().isEmpty() && dataSet.test().isEmpty()) {
      throw KgCoopException.data(where + ": no training and no test images; expected some");
    }
    if (dataSet.classNames().size() == 1) {
      throw KgCoopException.data(
          "%s: all images are of one class, \"%s\"; expected two classes or more to tell apart"
              .formatted(where, dataSet.classNames().get(0)));
    }
    checkLabels(dataSet, where, options);
    checkNames(dataSet, where, options);
    if (options.checkFiles()) {
      checkFiles(dataSet, where);
    }
  }

  /**
   * Checks that every class has training images, if there are any, and warns of classes without
   * test images.
   */
  private static void checkLabels(DataSet dataSet, Path where, DataSetOptions options) {
    List<String> untrained = without(dataSet, dataSet.train());
    List<String> untested = without(dataSet, dataSet.test());
    boolean trains = !dataSet.train().isEmpty();
    List<String> needed = trains ? untrained : untested;
    if (!needed.isEmpty()) {
      throw KgCoopException.data(
          "%s: no %s images of %s classes: label %s; expected some of every class"
              .formatted(
                  where, trains ? "training" : "test", needed.size(), Messages.firstOf(needed)));
    }
    if (!untested.isEmpty() && !dataSet.test().isEmpty()) {
      options.warn(
          "%s: no test images of %s of %s classes, so results do not cover them: label %s"
              .formatted(
                  where, untested.size(), dataSet.classNames().size(), Messages.firstOf(untested)));
    }
  }

  /** Returns the classes without images in this list. */
  private static List<String> without(DataSet dataSet, List<Item> items) {
    Set<Integer> present = items.stream().map(Item::label).collect(Collectors.toSet());
    List<String> names = dataSet.classNames();
    return IntStream.range(0, names.size())
        .filter(label -> !present.contains(label))
        .mapToObj(label -> "%s (%s)".formatted(label, names.get(label)))
        .toList();
  }

  private static void checkNames(DataSet dataSet, Path where, DataSetOptions options) {
    Map<String, Integer> firstLabels = new HashMap<>();
    List<String> names = dataSet.classNames();
    for (int label = 0; label < names.size(); label++) {
      String cleaned = ClassNames.cleaned(names.get(label));
      if (cleaned.isEmpty()) {
        throw KgCoopException.data(where + ": the class name of label " + label + " is empty");
      }
      Integer other = firstLabels.putIfAbsent(cleaned, label);
      if (other != null) {
        options.warn(
            ("%s: classes \"%s\" (label %s) and \"%s\" (label %s) have the same name in a prompt, so"
                    + " no method can tell them apart by it; rename one, such as in classnames.txt")
                .formatted(where, names.get(other), other, names.get(label), label));
      }
    }
  }

  private static void checkFiles(DataSet dataSet, Path where) {
    List<Path> missing =
        dataSet.items().map(Item::file).filter(file -> !Files.isRegularFile(file)).toList();
    if (!missing.isEmpty()) {
      throw KgCoopException.data(
          "%s: %s of %s images are missing: %s; expected all of them, check the image folder"
              .formatted(
                  where, missing.size(), dataSet.items().count(), Messages.firstOf(missing)));
    }
  }
}
