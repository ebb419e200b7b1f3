package org.kgcoop.adapt;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Templates;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Vectors;

/**
 * Names of classes without images. Their accuracy is estimated with classes that have images, by
 * hiding these. The estimate is good for names of the same kind. Names of another kind, such as
 * animals among places, are easier or harder together, and nothing measures that.
 */
final class UnseenNames {
  /**
   * The ratio of distances above which names are of another kind. Parts of one embedded data set
   * have 0.8 to 1.2, and names of two data sets mostly more than 1.15.
   */
  private static final double OTHER_KIND = 1.15;

  /** The share of the variance between classes that all names have in common. */
  private static final double COMMON = 0.1;

  private UnseenNames() {}

  /**
   * Returns the number of independent classes whose mean accuracy varies as much as that of so many
   * names of the same kind.
   */
  static double independent(int unseen) {
    return 1 / (1.0 / unseen + COMMON);
  }

  /**
   * Returns true if names are of another kind than the classes with images, so that hiding classes
   * does not measure their accuracy. It compares the distance, 1 - cosine, of the text of each name
   * to the nearest text of a class with the distances among these classes.
   *
   * @param data the classes with images
   */
  static boolean isOtherKind(Clip clip, DataSet data, List<String> unseen) {
    int known = data.classNames().size();
    List<String> names = Stream.concat(data.classNames().stream(), unseen.stream()).toList();
    try (Scope scope = Scope.open("names");
        Autograd.Switch off = Autograd.off();
        Head texts = new ZeroShot(List.of(Templates.of(data))).classifier(clip, names)) {
      double[][] features = texts.classFeatures().orElseThrow().toDoubleRows();
      double unseenDistance = meanDistance(features, known, i -> i >= known);
      double knownDistance = meanDistance(features, known, i -> i < known);
      return unseenDistance > OTHER_KIND * knownDistance;
    }
  }

  /** Returns the mean distance of some texts to the nearest other text of a known class. */
  private static double meanDistance(double[][] features, int known, IntPredicate which) {
    return IntStream.range(0, features.length)
        .filter(which)
        .mapToDouble(
            i ->
                IntStream.range(0, known)
                    .filter(j -> j != i)
                    .mapToDouble(j -> 1 - Vectors.dot(features[i], features[j]))
                    .min()
                    .orElse(0))
        .average()
        .orElse(0);
  }
}
