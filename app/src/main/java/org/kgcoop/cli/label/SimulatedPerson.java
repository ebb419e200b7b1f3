package org.kgcoop.cli.label;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kgcoop.journal.Kind;
import org.kgcoop.label.Accuracy;
import org.kgcoop.label.LabeledImage;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.NextImages;
import org.kgcoop.label.Page;
import org.kgcoop.label.Sender;

/**
 * Answers a {@link Labeling} as a person, and counts the seconds, which are those of {@link
 * NextImages}.
 */
public final class SimulatedPerson {
  private static final double NEW_CLASS_SECONDS = 3;

  /** Seconds more for each image of a page in which each image has its own proposal. */
  private static final double OWN_PROPOSAL_SECONDS = 0.3;

  /**
   * What the person did: a page, or something else.
   *
   * @param step counted from 1
   * @param proposed the proposed class, "" for none of these and for other kinds
   * @param images the images with an answer
   * @param wrong those of them whose answer was not the program's class; 0 for blind images
   * @param seconds of the person so far
   * @param actions keys and clicks so far: a page is 1, a correction 2
   * @param labeled the images with a label so far
   * @param right the share of images that are right, labeled or classified, in percent
   * @param accuracy what the session says
   */
  public record Act(
      int step,
      Kind kind,
      String proposed,
      int images,
      int wrong,
      double seconds,
      int actions,
      int labeled,
      double right,
      Accuracy accuracy) {}

  private final Map<Path, String> truth;
  private int step;
  private double seconds;
  private int actions;

  /**
   * Creates a person.
   *
   * @param truth the class of each image, {@link Labeling#NONE} for none of the classes
   */
  public SimulatedPerson(Map<Path, String> truth) {
    this.truth = Map.copyOf(truth);
  }

  /**
   * Answers the next page. Classes that do not exist are added.
   *
   * @param answers returns the answers of a page, in the order of its images; some may be missing
   * @return nothing if no image is left
   */
  public Optional<Act> answer(Labeling labeling, Function<Page, Map<Path, String>> answers) {
    Page page = labeling.next();
    if (page.images().isEmpty()) {
      return Optional.empty();
    }
    Map<Path, String> given = answers.apply(page);
    Set<String> added = new LinkedHashSet<>(given.values());
    added.remove(Labeling.NONE);
    labeling.classes().forEach(added::remove);
    for (String name : added) {
      labeling.addClasses(Sender.of(""), List.of(name));
      seconds += NEW_CLASS_SECONDS;
    }
    boolean isPage = page.proposed() != null;
    if (isPage && !given.isEmpty()) {
      labeling.answer(page, given);
    } else { // single images are answered one by one
      given.forEach((image, answer) -> labeling.answer(page, Map.of(image, answer)));
    }
    int wrong = 0;
    for (int i = 0; i < page.images().size() && !page.kind().isBlind(); i++) {
      String answer = given.get(page.images().get(i));
      wrong += answer == null || answer.equals(proposed(page, i)) ? 0 : 1;
    }
    double spent = seconds(page.kind(), page.images().size(), wrong);
    int acted = isPage ? 1 + 2 * wrong : given.size();
    return Optional.of(
        step(labeling, page.kind(), page.proposed(), given.size(), wrong, spent, acted));
  }

  /** Returns the class that the program proposes for an image of a page. */
  public static String proposed(Page page, int image) {
    return page.proposed() != null
        ? Objects.requireNonNull(page.proposed())
        : page.likely().get(image).stream().findFirst().orElse("");
  }

  private static double seconds(Kind kind, int images, int wrong) {
    boolean isSingle = kind != Kind.PAGE && kind != Kind.UNUSUAL && kind != Kind.NONE_AGAIN;
    double each = NextImages.THUMBNAIL_SECONDS + (kind == Kind.UNUSUAL ? OWN_PROPOSAL_SECONDS : 0);
    return isSingle
        ? NextImages.QUESTION_SECONDS * images
        : NextImages.PAGE_SECONDS + each * images + NextImages.CORRECTION_SECONDS * wrong;
  }

  /** Counts what the person did, and measures what the session is now. */
  public Act step(
      Labeling labeling,
      Kind kind,
      @Nullable String proposed,
      int images,
      int wrong,
      double spent,
      int acted) {
    step++;
    seconds += spent;
    actions += acted;
    return new Act(
        step,
        kind,
        Objects.requireNonNullElse(proposed, ""),
        images,
        wrong,
        seconds,
        actions,
        labeling.status().labeled(),
        right(labeling),
        labeling.accuracy());
  }

  /** Returns the share of images that are right at the moment, in percent. */
  public double right(Labeling labeling) {
    List<LabeledImage> now = labeling.current();
    long right = now.stream().filter(each -> each.name().equals(truth.get(each.image()))).count();
    return right / (now.size() / 100.0);
  }
}
