package org.kgcoop.label;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.label.SessionHead.Guess;
import org.kgcoop.tensor.Vectors;

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

  /** In a larger folder, images outside the working set have no class at the moment. */
  private static final int CLASSIFIED = 20_000;

  private static final int UNKNOWN = LabelState.UNLABELED;

  private final LabelSession session;
  private final LabelState state;
  private final SessionClasses classes;
  private final SessionHead head;
  private final Function<String, double[]> texts;
  private final int[] others; // (N) the class of an image outside the pool, or UNKNOWN
  private final float[] margins; // (N) its margin
  private List<Object> stamp = List.of();

  /**
   * Creates a gallery.
   *
   * @param texts the feature of a text, (D), unit length
   */
  Gallery(LabelSession session, SessionClasses classes, Function<String, double[]> texts) {
    this.session = session;
    this.classes = classes;
    state = session.state();
    head = session.head();
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
    List<Integer> part =
        IntStream.range(0, others.length)
            .filter(i -> others[i] == UNKNOWN && isShown(i) && !state.isAnswered(i))
            .filter(i -> !head.isInPool(i))
            .limit(PART)
            .boxed()
            .toList();
    head.guesses(part)
        .forEach(
            (image, guess) -> {
              others[image] = guess.label();
              margins[image] = (float) guess.margin();
            });
    return !part.isEmpty();
  }

  /** Returns the class of the person, or the proposed one. */
  private int label(int image) {
    return state.isAnswered(image)
        ? state.answer(image)
        : head.isInPool(image) ? head.guess(image).label() : others[image];
  }

  // ---- views

  /**
   * Returns the images of a view, in its order.
   *
   * @throws KgCoopException if the class or image of the view does not exist
   */
  int[] images(View view) {
    if (view.shown() == View.Shown.UNREADABLE) {
      return IntStream.range(0, others.length).filter(state::isGone).toArray();
    }
    boolean needsClasses =
        view.shown() == View.Shown.CLASS
            || view.shown() == View.Shown.NONE
            || view.order() == View.Order.DOUBT;
    String name = view.shown() == View.Shown.CLASS ? view.name() : null;
    int number = name == null ? JournalEntry.NONE : classes.number(name);
    boolean canFit = state.canFit();
    while (needsClasses && canFit && prepare()) {}
    int[] chosen =
        view.shown() == View.Shown.SUSPICIOUS
            ? canFit ? head.suspicious().stream().mapToInt(i -> i).toArray() : new int[0]
            : IntStream.range(0, others.length)
                .filter(this::isShown)
                .filter(i -> isBy(view.by(), i))
                .filter(i -> isIn(view.shown(), i, number, canFit))
                .toArray();
    return switch (view.order()) {
      case NAME -> chosen;
      case DOUBT -> canFit ? sorted(chosen, this::certainty) : chosen;
      case LIKE -> sorted(chosen, cosines(vector(String.valueOf(view.like()))));
      case TEXT -> sorted(chosen, cosines(texts.apply(view.text())));
    };
  }

  private boolean isBy(View.By by, int image) {
    return by == View.By.ANYONE || (by == View.By.PERSON) == state.isLabeled(image);
  }

  private boolean isIn(View.Shown shown, int image, int number, boolean canFit) {
    return switch (shown) {
      case SKIPPED -> state.isSkipped(image);
      case CLASS, NONE -> (canFit || state.isLabeled(image)) && label(image) == number;
      default -> true;
    };
  }

  /** Returns the margin of a proposal, and 2 for an answered image. */
  private double certainty(int image) {
    return state.isAnswered(image)
        ? 2
        : head.isInPool(image) ? (float) head.guess(image).margin() : margins[image];
  }

  private double[] vector(String image) {
    float[] feature =
        state
            .image(image)
            .filter(this::isShown)
            .map(session::feature)
            .orElseThrow(
                () -> KgCoopException.configuration(image + ": is not an image of this view"));
    return IntStream.range(0, feature.length).mapToDouble(d -> feature[d]).toArray();
  }

  /** Returns the negative cosine of each image with a vector, for an ascending order. */
  private IntToDoubleFunction cosines(double[] vector) {
    return image -> (float) -Vectors.dot(vector, session.feature(image));
  }

  /** Sorts images by ascending keys, equal ones by their index. */
  private static int[] sorted(int[] images, IntToDoubleFunction key) {
    int[] ascending = Arrays.stream(images).sorted().toArray();
    return NextImages.sorted(Arrays.stream(ascending).mapToDouble(key).toArray()).stream()
        .mapToInt(position -> ascending[position])
        .toArray();
  }

  // ---- labels

  /**
   * Returns the labels of images of a view.
   *
   * @throws KgCoopException if an image may not be shown
   */
  List<LabeledImage> labels(List<Integer> images) {
    boolean canFit = state.canFit();
    return images.stream().map(image -> shown(image, canFit)).toList();
  }

  private LabeledImage shown(int image, boolean canFit) {
    if (!isShown(image) && !state.isGone(image)) {
      throw KgCoopException.configuration(state.path(image) + ": is not shown yet");
    }
    if (state.isGone(image)) {
      return new LabeledImage(state.path(image), Labeling.NONE, LabeledImage.Source.HEAD, 0);
    }
    if (state.isSkipped(image)) {
      return new LabeledImage(state.path(image), Labeling.SKIP, person(image), 1);
    }
    return labeled(image, canFit && !state.isLabeled(image) ? head.guess(image) : Guess.UNKNOWN);
  }

  private LabeledImage.Source person(int image) {
    return state.isAudit(image) ? LabeledImage.Source.AUDIT : LabeledImage.Source.PERSON;
  }

  /** Returns the label of an image by the person, or else by the head. */
  LabeledImage labeled(int image, Guess guess) {
    return state.isLabeled(image)
        ? new LabeledImage(state.path(image), state.text(state.answer(image)), person(image), 1)
        : new LabeledImage(
            state.path(image),
            state.text(guess.label()),
            LabeledImage.Source.HEAD,
            guess.probability());
  }

  /** Returns the label of each readable image at the moment, as {@link Labeling#current}. */
  List<LabeledImage> current() {
    boolean isSmall = others.length <= CLASSIFIED;
    List<Integer> proposed =
        IntStream.range(0, state.canFit() ? others.length : 0)
            .filter(i -> head.isInPool(i) || (session.hasFeature(i) && isSmall))
            .filter(i -> !state.isLabeled(i) && !state.isGone(i))
            .boxed()
            .toList();
    Map<Integer, Guess> guesses = head.guesses(proposed);
    return IntStream.range(0, others.length)
        .filter(i -> !state.isGone(i))
        .mapToObj(i -> labeled(i, guesses.getOrDefault(i, Guess.UNKNOWN)))
        .toList();
  }
}
