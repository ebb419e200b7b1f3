package org.kgcoop.label;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.JournalEntry;

/**
 * Selects and orders all images of a session for a person who looks for some of them. Random images
 * of the audit that were not asked yet are in no selection: their label would no longer be blind.
 *
 * <p>A large folder has images that no fit classifies, because they are not in the working set.
 * {@link #prepare} classifies them in parts, so that others can answer meanwhile. Their classes
 * follow the labels in blocks, because those of 100,000 images take two seconds or more.
 */
final class Gallery {
  private static final int PART = 2_000;

  /** The classes of images outside the working set are computed again after this many labels. */
  private static final int LABELS = 250;

  private static final int UNKNOWN = LabelState.UNLABELED;

  private final LabelSession session;
  private final LabelState state;
  private final Function<String, double[]> texts;
  private final int[] others; // (N) the class of an image outside the pool, or UNKNOWN
  private final float[] margins; // (N) its margin
  private List<Object> stamp = List.of();

  /**
   * Creates a gallery.
   *
   * @param texts the feature of a text, (D), unit length
   */
  Gallery(LabelSession session, Function<String, double[]> texts) {
    this.session = session;
    this.state = session.state();
    this.texts = texts;
    others = new int[state.images().size()];
    margins = new float[others.length];
  }

  /** Returns true for an image that a view may show: it is read, and no open image of the audit. */
  boolean isShown(int image) {
    return session.hasFeature(image) && !state.isGone(image) && !state.isHidden(image);
  }

  // ---- classes

  /** Classifies more images of a large folder. Returns true if some are left. */
  boolean prepare() {
    List<Object> now =
        List.of(
            Arrays.stream(state.classes()).mapToObj(state::name).toList(),
            state.labeled().size() / LABELS);
    if (!now.equals(stamp)) {
      stamp = now;
      Arrays.fill(others, UNKNOWN);
    }
    int[] part =
        IntStream.range(0, others.length)
            .filter(i -> others[i] == UNKNOWN && isProposed(i) && !session.head().isInPool(i))
            .limit(PART)
            .toArray();
    if (part.length == 0) {
      return false;
    }
    double[][] p = session.head().probabilities(part);
    for (int i = 0; i < part.length; i++) {
      others[part[i]] = session.head().number(NextImages.argmax(p[i]));
      margins[part[i]] = (float) margin(p[i]);
    }
    return true;
  }

  private boolean isProposed(int image) {
    return isShown(image) && !state.isAnswered(image);
  }

  private static double margin(double[] p) {
    double first = 0;
    double second = 0;
    for (double each : p) {
      second = Math.max(second, Math.min(first, each));
      first = Math.max(first, each);
    }
    return first - second;
  }

  /** Returns the class of the person, or the proposed one. */
  private int label(int image) {
    return state.isAnswered(image)
        ? state.answer(image)
        : session.head().isInPool(image) ? session.head().predicted(image) : others[image];
  }

  // ---- views

  /**
   * Returns the images of a view, in its order.
   *
   * @param number the class of the view, if it shows one
   * @param like the image that the others should resemble, if the order needs one
   */
  int[] images(View view, int number, int like) {
    if (view.shown() == View.Shown.UNREADABLE) {
      return IntStream.range(0, others.length).filter(state::isGone).toArray();
    }
    boolean needsClasses =
        view.shown() == View.Shown.CLASS
            || view.shown() == View.Shown.NONE
            || view.order() == View.Order.DOUBT;
    boolean canFit = state.canFit();
    while (needsClasses && canFit && prepare()) {}
    int[] chosen =
        view.shown() == View.Shown.SUSPICIOUS
            ? canFit ? session.head().suspicious().stream().mapToInt(i -> i).toArray() : new int[0]
            : IntStream.range(0, others.length)
                .filter(this::isShown)
                .filter(i -> isBy(view.by(), i))
                .filter(i -> isIn(view.shown(), i, number, canFit))
                .toArray();
    return switch (view.order()) {
      case NAME -> chosen;
      case DOUBT -> canFit ? sorted(chosen, this::certainty) : chosen;
      case LIKE -> sorted(chosen, cosines(vector(like)));
      case TEXT -> sorted(chosen, cosines(texts.apply(view.text())));
    };
  }

  private boolean isBy(View.By by, int image) {
    return by == View.By.ANYONE || (by == View.By.PERSON) == state.isLabeled(image);
  }

  private boolean isIn(View.Shown shown, int image, int number, boolean canFit) {
    return switch (shown) {
      case SKIPPED -> state.answer(image) == JournalEntry.SKIP;
      case CLASS -> (canFit || state.isLabeled(image)) && label(image) == number;
      case NONE -> (canFit || state.isLabeled(image)) && label(image) == JournalEntry.NONE;
      default -> true;
    };
  }

  /** Returns the margin of a proposal, and 2 for an answered image. */
  private float certainty(int image) {
    return state.isAnswered(image)
        ? 2
        : session.head().isInPool(image)
            ? (float) margin(session.head().probabilities(new int[] {image})[0])
            : margins[image];
  }

  private double[] vector(int image) {
    float[] feature = session.feature(image);
    return IntStream.range(0, feature.length).mapToDouble(d -> feature[d]).toArray();
  }

  /** Returns the negative cosine of each image with a vector, for an ascending order. */
  private Key cosines(double[] vector) {
    return image -> {
      float[] feature = session.feature(image);
      double sum = 0;
      for (int d = 0; d < feature.length; d++) {
        sum += vector[d] * feature[d];
      }
      return (float) -sum;
    };
  }

  private interface Key {
    float of(int image);
  }

  /** Sorts images by ascending keys, equal ones by their index. */
  private static int[] sorted(int[] images, Key key) {
    long[] order = new long[images.length];
    for (int i = 0; i < images.length; i++) {
      int bits = Float.floatToIntBits(key.of(images[i]));
      int ascending = bits ^ ((bits >> 31) & Integer.MAX_VALUE); // negative numbers are reversed
      order[i] = ((long) ascending << 32) | images[i];
    }
    Arrays.sort(order);
    return Arrays.stream(order).mapToInt(each -> (int) each).toArray();
  }

  // ---- tiles

  /**
   * Returns the labels of images.
   *
   * @throws KgCoopException if an image may not be shown
   */
  List<LabeledImage> labels(List<Integer> images) {
    boolean canFit = state.canFit();
    return images.stream().map(image -> labeled(image, canFit)).toList();
  }

  private LabeledImage labeled(int image, boolean canFit) {
    Path path = Path.of(state.images().get(image));
    if (state.isGone(image)) {
      return new LabeledImage(path, Labeling.NONE, LabeledImage.Source.HEAD, 0);
    }
    if (!isShown(image)) {
      throw KgCoopException.configuration(path + ": is not shown yet");
    }
    if (state.isAnswered(image)) {
      return new LabeledImage(
          path,
          state.text(state.answer(image)),
          state.isAudit(image) ? LabeledImage.Source.AUDIT : LabeledImage.Source.PERSON,
          1);
    }
    if (!canFit) {
      return new LabeledImage(path, Labeling.NONE, LabeledImage.Source.HEAD, 0);
    }
    double[] p = session.head().probabilities(new int[] {image})[0];
    int best = NextImages.argmax(p);
    return new LabeledImage(
        path, state.text(session.head().number(best)), LabeledImage.Source.HEAD, p[best]);
  }
}
