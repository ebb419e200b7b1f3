package org.kgcoop.report;

import java.nio.file.Path;
import java.util.List;
import org.kgcoop.Messages;
import org.kgcoop.report.Section.Entry;
import org.kgcoop.report.Section.Image;

/**
 * What the report of a labeled folder shows first.
 *
 * @param folder the name of the folder
 * @param images the number of its images
 * @param accuracy sentences about the accuracy of the labels, the most important one first
 * @param classifier sentences about the classifier
 * @param classes who labeled how many images
 * @param answers labels of the person that the classifier doubts, the most doubtful first
 * @param proposals labels of the program, the least probable first
 * @param skipped the number of undecided images
 * @param unreadable the images that were left out
 */
public record LabelSummary(
    String folder,
    int images,
    List<String> accuracy,
    List<String> classifier,
    List<ClassRow> classes,
    List<Doubt> answers,
    List<Doubt> proposals,
    int skipped,
    List<String> unreadable) {
  private static final int MAX_NAMES = 20;
  private static final int MAX_IMAGES = 24;

  public LabelSummary {
    accuracy = List.copyOf(accuracy);
    classifier = List.copyOf(classifier);
    classes = List.copyOf(classes);
    answers = List.copyOf(answers);
    proposals = List.copyOf(proposals);
    unreadable = List.copyOf(unreadable);
  }

  /** The images of a class, by who labeled them. */
  public record ClassRow(String name, int byYou, int byProgram) {}

  /**
   * A label that may be wrong.
   *
   * @param name the path of the image below the folder
   * @param words the label, and what makes it doubtful
   */
  public record Doubt(Path file, String name, String words) {}

  String title() {
    return "Labels of " + folder;
  }

  /** Returns who labeled the images, in one sentence. */
  String sentence() {
    int byProgram = classes.stream().mapToInt(ClassRow::byProgram).sum();
    int byYou = classes.stream().mapToInt(ClassRow::byYou).sum();
    return "You labeled %s of %s.".formatted(byYou, Messages.count(images, "image", "images"))
        + (byProgram == 0 ? "" : " The program labeled %s.".formatted(byProgram));
  }

  /** Returns what is known about the labels. */
  List<Section> sections(EmbeddedImages thumbnails) {
    return List.of(accuracySection(), doubtSection(thumbnails), classSection());
  }

  private Section accuracySection() {
    Section section = new Section("accuracy", "How many labels are right");
    accuracy.stream().limit(1).forEach(section::lead);
    accuracy.stream().skip(1).forEach(section::words);
    return section;
  }

  private Section doubtSection(EmbeddedImages thumbnails) {
    Section section = new Section("doubts", "Labels to look at");
    if (!answers.isEmpty()) {
      section.heading("Given by you");
      section.words(
          "%s to another class. An unusual image may have the right label."
              .formatted(
                  shown(answers) + (answers.size() == 1 ? " seems to belong" : " seem to belong")));
      section.gallery(gallery(answers, thumbnails));
    }
    if (!proposals.isEmpty()) {
      section.heading("Given by the program");
      section.words(
          "%s: those of which the program is least sure, with its probability."
              .formatted(shown(proposals)));
      section.gallery(gallery(proposals, thumbnails));
    }
    return section;
  }

  private static String shown(List<Doubt> doubts) {
    String all = Messages.count(doubts.size(), "image", "images");
    return doubts.size() <= MAX_IMAGES ? all : MAX_IMAGES + " of " + all;
  }

  private static List<Image> gallery(List<Doubt> doubts, EmbeddedImages thumbnails) {
    return doubts.stream()
        .limit(MAX_IMAGES)
        .map(
            doubt ->
                new Image(
                    thumbnails.thumbnail(doubt.file()).orElse(""), doubt.name(), doubt.words()))
        .toList();
  }

  private Section classSection() {
    Section section = new Section("classes", "The classes");
    section.table(
        new ReportTable<>("Who labeled the images", "class", classes, ClassRow::name)
            .numbers("by you", ClassRow::byYou, SeriesGrid::number)
            .numbers("by the program", ClassRow::byProgram, SeriesGrid::number));
    section.entries(
        true,
        new Entry("skipped", skipped == 0 ? "" : Messages.count(skipped, "image", "images")),
        new Entry("unreadable", Formats.firstOf(unreadable, MAX_NAMES)));
    return section;
  }
}
