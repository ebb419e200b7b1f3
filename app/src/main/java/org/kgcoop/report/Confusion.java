package org.kgcoop.report;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.TargetResult;

/**
 * A confusion matrix.
 *
 * @param counts the number of images by label (row) and prediction (column)
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Confusion(List<String> names, long[][] counts) {
  private static final int WORST = 8;

  /**
   * Returns the confusion matrix of an evaluation set. It has no classes if the results have no
   * matrix.
   */
  static Confusion of(TargetResult target, List<List<Long>> rows) {
    List<String> names = target.set().classNames().stream().map(n -> n.replace('_', ' ')).toList();
    int classes = names.isEmpty() ? rows.size() : Math.min(names.size(), rows.size());
    long[][] counts = new long[classes][classes];
    for (int row = 0; row < classes; row++) {
      for (int column = 0; column < Math.min(classes, rows.get(row).size()); column++) {
        counts[row][column] = Math.max(0, rows.get(row).get(column));
      }
    }
    List<String> shown =
        IntStream.range(0, classes)
            .mapToObj(
                i -> i < names.size() && !names.get(i).isBlank() ? names.get(i) : "class " + i)
            .toList();
    return new Confusion(shown, counts);
  }

  /** Returns the confusion matrix of an adaptation's held-out images. */
  static Confusion of(AdaptRecord.Result adapted) {
    List<String> names =
        Stream.concat(
                adapted.classes().stream().map(AdaptRecord.OfClass::name),
                adapted.mistakes().stream()
                    .flatMap(each -> Stream.of(each.actual(), each.predicted())))
            .distinct()
            .toList();
    long[][] counts = new long[names.size()][names.size()];
    for (AdaptRecord.OfClass each : adapted.classes()) {
      int label = names.indexOf(each.name());
      counts[label][label] = each.right();
    }
    for (AdaptRecord.Mistake each : adapted.mistakes()) {
      counts[names.indexOf(each.actual())][names.indexOf(each.predicted())]++;
    }
    return new Confusion(names.stream().map(name -> name.replace('_', ' ')).toList(), counts);
  }

  private double images(int label) {
    return LongStream.of(counts[label]).sum();
  }

  /** Returns the accuracy of a class in percent, or NaN if the class has no images. */
  private double accuracy(int label) {
    double images = images(label);
    return images == 0 ? Double.NaN : 100.0 * counts[label][label] / images;
  }

  /** Returns the classes with mistakes, the worst first. */
  List<Integer> worst() {
    return IntStream.range(0, names.size())
        .filter(label -> accuracy(label) < 100)
        .boxed()
        .sorted(Comparator.comparingDouble(this::accuracy))
        .toList();
  }

  /** Returns a table of the worst classes and the classes that they were confused with. */
  ReportTable<Integer> worstClasses(String label) {
    List<Integer> worst = worst().stream().limit(WORST).toList();
    return new ReportTable<>(label, "class", worst, names::get)
        .numbers("images", this::images, SeriesGrid::number)
        .numbers("right, %", this::accuracy, Formats::percent)
        .words("most often taken for", this::takenFor);
  }

  private String takenFor(int label) {
    List<String> others =
        IntStream.range(0, names.size())
            .filter(i -> i != label && counts[label][i] > 0)
            .boxed()
            .sorted(Comparator.comparingLong(i -> -counts[label][i]))
            .limit(3)
            .map(i -> names.get(i) + " (" + counts[label][i] + ")")
            .toList();
    return others.isEmpty() ? Formats.NONE : String.join(", ", others);
  }
}
