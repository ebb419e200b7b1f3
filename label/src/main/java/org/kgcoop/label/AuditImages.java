package org.kgcoop.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.random.PythonRandom;

/**
 * The parts of the folder that joined one after the other, and the random images of them. Those of
 * the first images of a session are as many as the user chose, at most a quarter. Images that join
 * later get audit images at the same rate, or 50 if these would be more.
 */
final class AuditImages {
  /**
   * Images that joined the folder together; the first ones of a session are the first part.
   *
   * @param images their number then
   * @param audit those of the audit that are in the folder, in random order
   * @param drawn the number of those that were drawn
   * @param labeledBefore the number of images that were labeled before
   */
  record Part(int images, List<Integer> audit, int drawn, int labeledBefore) {}

  private static final int NO_PART = -1;
  private static final int MOST = 50;
  static final int MIN_IMAGES = 40;

  private final boolean[] gone; // (N), true for images that cannot be read
  private final boolean[] isAudit; // (N)
  private final boolean[] isListed; // (N), true for images of an arrival
  private final int[] part; // (N)
  private final List<Part> parts = new ArrayList<>();
  private final List<List<Integer>> draws = new ArrayList<>(); // later ones, since the last arrival
  private final List<Integer> olderDraws = new ArrayList<>();

  /**
   * Creates an audit without images.
   *
   * @param gone (N), true for images that cannot be read; the caller may change it
   */
  AuditImages(boolean[] gone) {
    this.gone = gone;
    isAudit = new boolean[gone.length];
    isListed = new boolean[gone.length];
    part = new int[gone.length];
    clear();
  }

  void clear() {
    Arrays.fill(isAudit, false);
    Arrays.fill(isListed, false);
    Arrays.fill(part, NO_PART);
    parts.clear();
    draws.clear();
    olderDraws.clear();
  }

  // ---- changes

  /**
   * Adds a part.
   *
   * @param images their number, also of those that left the folder since
   * @param joined those that are in the folder
   * @param drawn the number of random ones, also of those that left the folder since
   * @param random those that are in the folder, in random order
   * @param labeledBefore the number of images that were labeled before
   */
  void arrive(
      int images, List<Integer> joined, int drawn, List<Integer> random, int labeledBefore) {
    draws.forEach(olderDraws::addAll); // drawn at another rate than those of this part
    draws.clear();
    for (int image : joined) {
      part[image] = part[image] == NO_PART ? parts.size() : part[image];
      isListed[image] = true;
    }
    parts.add(new Part(images, drawn(random), drawn, labeledBefore));
  }

  /** Adds images that were drawn later. */
  void draw(List<Integer> random) {
    draws.add(drawn(random));
  }

  private List<Integer> drawn(List<Integer> random) {
    List<Integer> drawn = random.stream().filter(i -> !isAudit[i]).distinct().toList();
    drawn.forEach(image -> isAudit[image] = true);
    return drawn;
  }

  // ---- questions

  boolean contains(int image) {
    return isAudit[image];
  }

  /** Returns the part of an image, or nothing if it joins at the moment. */
  Optional<Integer> part(int image) {
    return part[image] == NO_PART ? Optional.empty() : Optional.of(part[image]);
  }

  /** Returns the images that no entry names: those that join at the moment. */
  List<Integer> unlisted() {
    return IntStream.range(0, isListed.length).filter(i -> !isListed[i]).boxed().toList();
  }

  List<Part> parts() {
    return parts;
  }

  private List<Integer> readable(Collection<Integer> some) {
    return some.stream().filter(image -> !gone[image]).toList();
  }

  /** Returns the images of the first draw, in their random order. */
  List<Integer> first() {
    return parts.isEmpty() ? List.of() : readable(parts.get(0).audit());
  }

  /** Returns the later draws since the last images joined. Earlier ones had another rate. */
  List<List<Integer>> later() {
    return draws.stream().map(this::readable).toList();
  }

  /** Returns true for images that were drawn later. */
  boolean isLater(int image) {
    return olderDraws.contains(image) || draws.stream().anyMatch(draw -> draw.contains(image));
  }

  /** Returns the images of all draws. */
  List<Integer> all() {
    return readable(
        Stream.concat(
                parts.stream().flatMap(each -> each.audit().stream()),
                Stream.concat(olderDraws.stream(), draws.stream().flatMap(List::stream)))
            .toList());
  }

  // ---- draws

  /** Returns the number of audit images of a new folder. */
  static int ofNewFolder(int images, int wanted) {
    return images < MIN_IMAGES ? 0 : Math.min(wanted, images / 4);
  }

  /** Returns the most audit images of a part. A larger part has a lower rate. */
  int most() {
    return Math.max(MOST, parts.stream().mapToInt(Part::drawn).findFirst().orElse(0));
  }

  /**
   * Returns random images of those that join after the first part.
   *
   * @param joined the paths, sorted
   * @param wanted the number of audit images that the user wants if there is no audit yet
   */
  List<String> drawFrom(List<String> joined, int wanted, long seed) {
    Optional<Part> first = parts.stream().filter(each -> each.drawn() > 0).findFirst();
    OptionalDouble rate =
        Stream.concat(first.stream(), parts.stream().filter(each -> each.drawn() >= most()))
            .mapToDouble(each -> (double) each.drawn() / each.images())
            .min();
    long count =
        rate.isEmpty()
            ? ofNewFolder(joined.size(), wanted)
            : Math.min(most(), count(rate.getAsDouble(), joined.size(), seed, parts.size()));
    return sample(joined, Math.toIntExact(count), seed + parts.size());
  }

  /** Returns random ones of some images, in random order. */
  static List<String> sample(List<String> images, int count, long seed) {
    return new PythonRandom(seed).sample(images, count);
  }

  /**
   * Returns the number of audit images of a part at a rate. The product is rounded up with the
   * probability of its fraction.
   */
  static long count(double rate, int images, long seed, int part) {
    double chance = part == 0 ? 1e-9 : new PythonRandom(seed + 31L * part).next();
    return (long) Math.floor(rate * images + chance);
  }
}
