package org.kgcoop.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.kgcoop.Messages;
import org.kgcoop.report.Section.Chart;
import org.kgcoop.report.Section.Entry;
import org.kgcoop.report.Section.Image;
import org.kgcoop.report.chart.BarPlot;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.AdaptRecord.Accuracy;
import org.kgcoop.runs.AdaptRecord.Candidate;
import org.kgcoop.runs.AdaptRecord.Choice;
import org.kgcoop.runs.AdaptRecord.Mistake;
import org.kgcoop.runs.AdaptRecord.Suspect;
import org.kgcoop.runs.Metric.Best;
import org.kgcoop.tables.StoredRun;

/** The comparison of an adaptation: the accuracies of all candidates on held-out images. */
final class AdaptSection {
  private static final int MAX_MISTAKES = 100;
  private static final int MAX_NAMES = 8;
  private static final int MAX_IMAGES = 24;

  private final Section section;
  private final AdaptRecord record;
  private final EmbeddedImages images;

  private AdaptSection(Section section, AdaptRecord record, EmbeddedImages images) {
    this.section = section;
    this.record = record;
    this.images = images;
  }

  static Section of(List<StoredRun> runs, EmbeddedImages images) {
    Section section = new Section("choice", "The choice of the method");
    for (StoredRun run : runs) {
      run.adaptation()
          .ifPresent(record -> new AdaptSection(section, record, images).add(run.clip()));
    }
    return section;
  }

  private void add(String weights) {
    AdaptSentences sentences = new AdaptSentences(record);
    String expectations = String.join(" ", sentences.expectations());
    Choice choice = record.choice();
    Accuracy key = record.result().expected();
    if (choice != null && key != null && !key.saysLittle() && !expectations.isEmpty()) {
      section.keyNumber(
          Formats.text("%.0f of 100", key.accuracy()),
          "new images %s are expected to be right (95 %%: %s)"
              .formatted(
                  record.labels().areChosen() ? "of these classes" : "from the same sources",
                  Formats.range(key)));
    }
    section.words(
        choice == null
            ? "None is chosen yet; below are those tried so far."
            : "Chosen: " + choice.title() + ". " + choice.why());
    section.words(sentences.newerWeights(weights).orElse(""));
    Accuracy test = record.result().test();
    section.entries(
        false,
        new Entry("expected accuracy", expectations),
        new Entry(
            "on the test images",
            test == null
                ? ""
                : Formats.text(
                    "%.1f %%, between %.1f and %.1f with 95 %% confidence (%d images, which had"
                        + " no part in the choice)",
                    test.accuracy(), test.low(), test.high(), test.images())),
        new Entry("not reproducible", record.irreproducible()));
    section.words(String.join(" ", sentences.calibration()));
    String what = record.isForUnseen() ? "H of seen and unseen classes" : "Accuracy";
    String caption = what + " on images that were held out, in percent";
    ReportTable<Candidate> table =
        new ReportTable<>(caption, "method", record.candidates(), Candidate::title)
            .notes(Candidate::reason)
            .numbers(
                record.isForUnseen() ? "H" : "accuracy",
                Candidate::value,
                Best.HIGHEST,
                Formats::percent)
            .numbers("behind", Candidate::behind, Formats::percent)
            .numbers("p", Candidate::pValue, Formats::percent)
            .words(
                "time",
                each -> each.isMeasured() ? Formats.duration(each.seconds()) : Formats.NONE);
    section.table(table);
    section.words(
        "Methods closer to zero-shot CLIP come first. Behind: points behind the best. p: the p-value of McNemar's"
            + " exact test against the best. The images cannot distinguish methods above 0.7 from the"
            + " best, so adapt takes the first of these. Test images had no part in the"
            + " choice.");
    List<Candidate> measured = record.candidates().stream().filter(Candidate::isMeasured).toList();
    if (!measured.isEmpty()) {
      BarPlot bars =
          new BarPlot(
              "percent",
              measured.stream().map(Candidate::title).toList(),
              List.of(measured.stream().map(Candidate::value).toList()));
      section.charts(List.of(new Chart(caption, bars.draw(), List.of(), table)));
    }
    addMistakes();
    addSuspects();
    section.heading("The images");
    AdaptRecord.Images about = record.images();
    int views = record.plan().views();
    section.entries(
        false,
        new Entry("learned from", sentences.learnedFrom()),
        new Entry("views", views == 0 ? "as they are" : views + " random views of each"),
        new Entry("copies, left out", count(about.copies().repeated())),
        new Entry("near copies, held out together", count(about.copies().near())),
        new Entry("classes with one image or group", list(about.single())),
        new Entry("test images that repeat a training image", list(about.copies().inTest())),
        new Entry("unreadable", list(about.unreadable())),
        new Entry("under two classes", list(about.copies().contradictions())));
  }

  /** Adds the worst classes of the held-out images and the misclassified images. */
  private void addMistakes() {
    List<Mistake> mistakes = record.result().mistakes();
    if (record.result().classes().isEmpty()) {
      return;
    }
    section.heading("Mistakes on held-out images");
    if (mistakes.isEmpty()) {
      section.words("The chosen method recognized all held-out images.");
      return;
    }
    section.table(
        Confusion.of(record.result()).worstClasses("Held-out images of the chosen method"));
    addImages(
        "Images that were not recognized, the most confident mistakes first",
        List.of("class", "taken for", "confidence, %"),
        "%s: %s, taken for %s",
        MAX_MISTAKES,
        mistakes.stream()
            .sorted(Comparator.comparingDouble(each -> -each.confidence()))
            .map(m -> new Shown(m.image(), m.actual(), m.predicted(), m.confidence()))
            .toList());
  }

  /** Adds the images that may have a wrong label, with thumbnails. */
  private void addSuspects() {
    List<Suspect> suspects = record.result().suspects();
    section.words(record.noSuspects());
    if (suspects.isEmpty()) {
      return;
    }
    section.heading("Labels that may be wrong");
    section.words(
        "The most suspicious come first. Look at each: an unusual image may be labeled"
            + " correctly. Expect up to one in three to be right, and more if the classifier is often"
            + " wrong. adapt --exclude FILE leaves out the images that the file lists.");
    addImages(
        "Images whose label may be wrong",
        List.of("label", "likely label", "probability of the label, %"),
        "%s: labeled %s, likely %s",
        MAX_IMAGES,
        suspects.stream()
            .map(s -> new Shown(s.image(), s.given(), s.likely(), s.confidence()))
            .toList());
  }

  /** An image with its label and another class. */
  private record Shown(String image, String label, String other, double confidence) {}

  /** Adds a table, with thumbnails or the reason why there are none. */
  private void addImages(
      String title, List<String> columns, String caption, int most, List<Shown> all) {
    String dataSet = record.settings().data();
    List<Shown> shown = all.subList(0, Math.min(most, all.size()));
    List<Image> gallery = new ArrayList<>();
    for (Shown each : shown.subList(0, Math.min(MAX_IMAGES, shown.size()))) {
      String text = caption.formatted(each.image, each.label, each.other);
      images
          .source(dataSet, each.image, each.label)
          .map(source -> new Image(source, each.image, text))
          .ifPresent(gallery::add);
    }
    section.gallery(gallery);
    section.words(gallery.isEmpty() ? images.reason(dataSet) : "");
    section.table(
        new ReportTable<>(title, "image", shown, Shown::image)
            .words(columns.get(0), Shown::label)
            .words(columns.get(1), Shown::other)
            .numbers(columns.get(2), each -> 100 * each.confidence, Formats::percent));
    if (shown.size() < all.size()) {
      section.words("adapt.json names all %s of them.".formatted(all.size()));
    }
  }

  private static String count(int images) {
    return images == 0 ? "" : Messages.count(images, "image", "images");
  }

  private static String list(List<String> names) {
    return Formats.firstOf(names, MAX_NAMES);
  }
}
