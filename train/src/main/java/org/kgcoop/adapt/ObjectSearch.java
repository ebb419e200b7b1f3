package org.kgcoop.adapt;

import static org.kgcoop.tensor.Vectors.dot;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.method.Gda;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.runs.AdaptRecord.FewObjects;
import org.kgcoop.runs.AdaptRecord.OfClass;
import org.kgcoop.similarity.Clusters;
import org.kgcoop.trial.CrossValidation;
import org.kgcoop.trial.Fold;

/**
 * Images that show few objects of a class, each from several sides. If some images of an object are
 * held out, a method recognizes the object by the others, and the accuracy on other objects is
 * lower. Such images are no near copies. Few backgrounds look the same, and are not told apart.
 *
 * <p>The images of a class are divided into clusters of similar ones. If the accuracy falls much
 * more when clusters are held out than when as many random images are, the clusters are taken for
 * objects.
 *
 * @param data the training images, with their groups
 */
record ObjectSearch(DataSet data, CrossValidation nested, Candidates candidates) {
  private static final int FEWEST_CLUSTERS = 2;
  private static final int MOST_CLUSTERS = 4;
  private static final int STARTS = 4;

  /** The largest fall, in points, of images that each show an object of their own. */
  private static final double LARGEST_FALL = 5;

  /** The probability that chance alone makes the fall of such images larger. */
  private static final double TAIL = 0.025;

  /** The smallest mean number of images of an object: fewer may be other things in common. */
  private static final int FEWEST_IMAGES = 5;

  /** The number of images that are searched at most, because the search takes time. */
  private static final int MOST_IMAGES = 2_000;

  /** Returns true unless the user stated groups, or labels were chosen, so that folds only rank. */
  static boolean isPossible(AdaptRequest request) {
    List<Item> items = request.data().train();
    return items.size() <= MOST_IMAGES
        && !request.labels().labels().areChosen()
        && items.stream().allMatch(item -> item.group().equals(item.key()));
  }

  /**
   * Returns the fall of the accuracy, or null if the images do not seem to show few objects.
   *
   * @param features the feature of each training image, of unit length
   */
  @Nullable FewObjects find(List<float[]> features) {
    PythonRandom random = new PythonRandom(1);
    DataSet clustered = grouped(data, features, clusters -> clusters);
    DataSet control = grouped(data, features, clusters -> random.sample(clusters, clusters.size()));
    double perClass = Fold.groupsPerClass(clustered);
    if (Fold.groupsPerClass(data) < FEWEST_IMAGES * perClass) {
      return null;
    }
    return fall(perClass, answers(control, "random"), answers(clustered, "clusters"));
  }

  /**
   * Returns the mean fall of the classes, or null if chance explains it.
   *
   * @param mixed the answers for each class if random images are held out
   * @param apart the same if clusters are held out
   */
  static @Nullable FewObjects fall(double perClass, List<OfClass> mixed, List<OfClass> apart) {
    double[] falls =
        IntStream.range(0, mixed.size())
            .filter(c -> mixed.get(c).asked() > 0 && apart.get(c).asked() > 0)
            .mapToDouble(c -> percent(mixed.get(c)) - percent(apart.get(c)))
            .toArray();
    int freedom = falls.length - 1;
    if (freedom < 1) {
      return null;
    }
    double fall = Arrays.stream(falls).average().orElse(0);
    double squares = Arrays.stream(falls).map(each -> Math.pow(each - fall, 2)).sum();
    double error = Math.sqrt(squares / freedom / falls.length);
    double quantile = TDistribution.of(freedom).inverseSurvivalProbability(TAIL);
    return fall - quantile * error > LARGEST_FALL ? new FewObjects(perClass, fall, error) : null;
  }

  private static double percent(OfClass of) {
    return 100.0 * of.right() / of.asked();
  }

  /** Returns the right answers for each class; nothing if no class can be held out. */
  private List<OfClass> answers(DataSet grouped, String name) {
    List<Fold> folds = Fold.ofImages(grouped, MOST_CLUSTERS);
    if (folds.isEmpty()) {
      return List.of();
    }
    String id = Gda.ID + "-" + name;
    nested.train(candidates.recipe(Gda.ID), id, folds);
    List<String> names = data.classNames();
    return HeldOutPredictions.of(nested.heldOut(id, folds), names, names.size(), Map.of(), false)
        .classes();
  }

  /**
   * Joins the groups of each class that are in one cluster.
   *
   * @param order changes the order of the clusters of the groups of a class
   */
  static DataSet grouped(DataSet data, List<float[]> features, UnaryOperator<List<Integer>> order) {
    List<Item> items = data.train();
    ImageGroups.Groups groups = new ImageGroups.Groups(items);
    for (int label = 0; label < data.classNames().size(); label++) {
      Map<String, float[]> means = new LinkedHashMap<>(); // by group
      for (int i = 0; i < items.size(); i++) {
        if (items.get(i).label() == label) {
          means.merge(items.get(i).group(), features.get(i).clone(), ObjectSearch::sum);
        }
      }
      if (means.size() >= 2 * FEWEST_CLUSTERS) {
        List<String> names = List.copyOf(means.keySet());
        List<Integer> clusters =
            order.apply(best(means.values().stream().map(ObjectSearch::unit).toList()));
        for (int i = 0; i < names.size(); i++) {
          groups.join(names.get(clusters.indexOf(clusters.get(i))), names.get(i));
        }
      }
    }
    return data.withImages(groups.of(items), data.val(), data.test());
  }

  /** Returns the clusters with the largest mean silhouette (Rousseeuw 1987). */
  private static List<Integer> best(List<float[]> features) {
    int[] best = new int[0];
    double highest = Double.NEGATIVE_INFINITY;
    int most = Math.min(MOST_CLUSTERS, features.size() / 2);
    for (int count = FEWEST_CLUSTERS; count <= most; count++) {
      for (int start = 1; start <= STARTS; start++) {
        int[] clusters = Clusters.of(features, count, start);
        double silhouette = silhouette(features, clusters, count);
        if (silhouette > highest) {
          highest = silhouette;
          best = clusters;
        }
      }
    }
    return Arrays.stream(best).boxed().toList();
  }

  /** Returns the mean silhouette by the distance 1 - cosine. An image alone counts as 0. */
  private static double silhouette(List<float[]> features, int[] clusters, int count) {
    double sum = 0;
    for (int i = 0; i < clusters.length; i++) {
      double[] distances = new double[count];
      int[] sizes = new int[count];
      for (int j = 0; j < clusters.length; j++) {
        if (j != i) {
          distances[clusters[j]] += 1 - dot(features.get(i), features.get(j));
          sizes[clusters[j]]++;
        }
      }
      int own = clusters[i];
      double other =
          IntStream.range(0, count)
              .filter(c -> c != own && sizes[c] > 0)
              .mapToDouble(c -> distances[c] / sizes[c])
              .min()
              .orElse(0);
      if (sizes[own] > 0) {
        double within = distances[own] / sizes[own];
        sum += (other - within) / Math.max(1e-9, Math.max(other, within));
      }
    }
    return sum / clusters.length;
  }

  private static float[] sum(float[] a, float[] b) {
    for (int d = 0; d < a.length; d++) {
      a[d] += b[d];
    }
    return a;
  }

  private static float[] unit(float[] row) {
    double length = Math.max(1e-9, Math.sqrt(dot(row, row)));
    float[] unit = row.clone();
    for (int d = 0; d < unit.length; d++) {
      unit[d] /= (float) length;
    }
    return unit;
  }
}
