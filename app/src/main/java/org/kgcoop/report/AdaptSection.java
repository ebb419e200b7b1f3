package org.kgcoop.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.kgcoop.Messages;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.Block.Charts;
import org.kgcoop.report.Block.Entries;
import org.kgcoop.report.Block.Entry;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Gallery;
import org.kgcoop.report.Block.Heading;
import org.kgcoop.report.Block.KeyNumber;
import org.kgcoop.report.Block.Words;
import org.kgcoop.report.chart.BarPlot;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.AdaptRecord.Accuracy;
import org.kgcoop.runs.AdaptRecord.Candidate;
import org.kgcoop.runs.AdaptRecord.Choice;
import org.kgcoop.runs.AdaptRecord.Images;
import org.kgcoop.runs.AdaptRecord.Result;
import org.kgcoop.runs.AdaptRecord.Suspect;
import org.kgcoop.runs.Metric.Best;
import org.kgcoop.tables.StoredRun;

/** The comparison of an adaptation: the accuracies of all candidates on held-out images. */
final class AdaptSection {
  private static final int MAX_MISTAKES = 100;
  private static final int MAX_NAMES = 8;
  private static final int MAX_IMAGES = 24;

  private AdaptSection() {}

  static Optional<Section> of(List<StoredRun> runs, EmbeddedImages images) {
    List<Block> blocks = new ArrayList<>();
    for (StoredRun run : runs) {
      run.adaptation().ifPresent(record -> add(blocks, record, run.clip(), images));
    }
    return blocks.isEmpty()
        ? Optional.empty()
        : Optional.of(new Section("choice", "The choice of the method", blocks));
  }

  private static void add(
      List<Block> blocks, AdaptRecord record, String weights, EmbeddedImages images) {
    AdaptSentences sentences = new AdaptSentences(record);
    Choice choice = record.choice();
    Accuracy key = record.result().expected();
    if (choice != null && key != null && !sentences.expectations().isEmpty()) {
      blocks.add(
          new KeyNumber(
              String.format(Locale.ROOT, "%.0f of 100", key.accuracy()),
              String.format(
                  Locale.ROOT,
                  "new images like these are expected to be right (95 %%: %.0f to %.0f)",
                  key.low(),
                  key.high())));
    }
    blocks.add(
        new Words(
            choice == null
                ? "None is chosen yet; below are those tried so far."
                : "Chosen: " + choice.title() + ". " + choice.why()));
    sentences.newerWeights(weights).map(Words::new).ifPresent(blocks::add);
    List<Entry> expected = new ArrayList<>();
    if (!sentences.expectations().isEmpty()) {
      expected.add(new Entry("expected accuracy", String.join(" ", sentences.expectations())));
    }
    Accuracy test = record.result().test();
    if (test != null) {
      expected.add(
          new Entry(
              "on the test images",
              String.format(
                  Locale.ROOT,
                  "%.1f %%, between %.1f and %.1f with 95 %% confidence (%d images, which had no"
                      + " part in the choice)",
                  test.accuracy(),
                  test.low(),
                  test.high(),
                  test.images())));
    }
    if (!record.irreproducible().isEmpty()) {
      expected.add(new Entry("not reproducible", record.irreproducible()));
    }
    if (!expected.isEmpty()) {
      blocks.add(new Entries(expected, false));
    }
    if (!sentences.calibration().isEmpty()) {
      blocks.add(new Words(String.join(" ", sentences.calibration())));
    }
    List<Candidate> measured = record.candidates().stream().filter(Candidate::isMeasured).toList();
    String what = record.isForUnseen() ? "H of seen and unseen classes" : "Accuracy";
    String caption = what + " on images that were held out, in percent";
    ReportTable grid = grid(record, caption);
    blocks.add(new Figures(grid));
    blocks.add(
        new Words(
            "Methods closer to zero-shot CLIP come first. Behind: points behind the best. p: the p-value of McNemar's"
                + " exact test against the best. The images cannot distinguish methods above 0.7 from the"
                + " best, so adapt takes the first of these. Test images had no part in the"
                + " choice."));
    if (!measured.isEmpty()) {
      List<List<Double>> bars = List.of(measured.stream().map(Candidate::value).toList());
      blocks.add(
          new Charts(
              List.of(
                  new Chart(
                      caption,
                      new BarPlot("percent", measured.stream().map(Candidate::title).toList(), bars)
                          .draw(),
                      List.of(),
                      grid))));
    }
    addMistakes(blocks, record, images);
    addSuspects(blocks, record, images);
    blocks.add(new Heading("The images"));
    blocks.add(new Entries(images(record), false));
  }

  /** Adds the worst classes of the held-out images and the misclassified images. */
  private static void addMistakes(List<Block> blocks, AdaptRecord record, EmbeddedImages images) {
    Result adapted = record.result();
    if (adapted.classes().isEmpty()) {
      return;
    }
    blocks.add(new Heading("Mistakes on held-out images"));
    if (adapted.mistakes().isEmpty()) {
      blocks.add(new Words("The chosen method recognized all held-out images."));
      return;
    }
    blocks.add(
        new Figures(Confusion.of(adapted).worstClasses("Held-out images of the chosen method")));
    List<AdaptRecord.Mistake> shown =
        adapted.mistakes().stream()
            .sorted(Comparator.comparingDouble(each -> -each.confidence()))
            .limit(MAX_MISTAKES)
            .toList();
    addGallery(
        blocks,
        record,
        images,
        shown,
        AdaptRecord.Mistake::image,
        AdaptRecord.Mistake::actual,
        each -> "%s: %s, taken for %s".formatted(each.image(), each.actual(), each.predicted()));
    blocks.add(
        new Figures(
            ReportTable.of(
                    "Images that were not recognized, the most confident mistakes first",
                    "image",
                    shown,
                    AdaptRecord.Mistake::image)
                .words("class", AdaptRecord.Mistake::actual)
                .words("taken for", AdaptRecord.Mistake::predicted)
                .numbers("confidence, %", each -> 100 * each.confidence(), Formats::percent)
                .build()));
    if (shown.size() < adapted.mistakes().size()) {
      blocks.add(
          new Words("adapt.json names all %s of them.".formatted(adapted.mistakes().size())));
    }
  }

  /** Adds the images that may have a wrong label, with thumbnails. */
  private static void addSuspects(List<Block> blocks, AdaptRecord record, EmbeddedImages images) {
    List<Suspect> suspects = record.result().suspects();
    if (!record.noSuspects().isEmpty()) {
      blocks.add(new Words(record.noSuspects()));
    }
    if (suspects.isEmpty()) {
      return;
    }
    blocks.add(new Heading("Labels that may be wrong"));
    blocks.add(
        new Words(
            "The most suspicious come first. Look at each: an unusual image may be labeled"
                + " correctly. adapt --exclude FILE leaves out the images that the file lists."));
    List<Suspect> shown = suspects.subList(0, Math.min(MAX_IMAGES, suspects.size()));
    addGallery(
        blocks,
        record,
        images,
        shown,
        Suspect::image,
        Suspect::given,
        each -> "%s: labeled %s, likely %s".formatted(each.image(), each.given(), each.likely()));
    blocks.add(
        new Figures(
            ReportTable.of("Images whose label may be wrong", "image", shown, Suspect::image)
                .words("label", Suspect::given)
                .words("likely label", Suspect::likely)
                .numbers(
                    "probability of the label, %",
                    each -> 100 * each.confidence(), Formats::percent)
                .build()));
    if (shown.size() < suspects.size()) {
      blocks.add(new Words("adapt.json names all %s of them.".formatted(suspects.size())));
    }
  }

  /** Adds thumbnails, or the reason why there are none. */
  private static <T> void addGallery(
      List<Block> blocks,
      AdaptRecord record,
      EmbeddedImages images,
      List<T> shown,
      Function<T, String> name,
      Function<T, String> label,
      Function<T, String> caption) {
    String dataSet = record.settings().data();
    List<Block.Image> gallery =
        shown.stream()
            .limit(MAX_IMAGES)
            .flatMap(
                each ->
                    images.source(dataSet, name.apply(each), label.apply(each)).stream()
                        .map(
                            source ->
                                new Block.Image(source, name.apply(each), caption.apply(each))))
            .toList();
    if (!gallery.isEmpty()) {
      blocks.add(new Gallery(gallery));
    } else if (!images.reason(dataSet).isEmpty()) {
      blocks.add(new Words(images.reason(dataSet)));
    }
  }

  private static ReportTable grid(AdaptRecord record, String caption) {
    return ReportTable.of(caption, "method", record.candidates(), Candidate::title)
        .notes(Candidate::reason)
        .numbers(
            record.isForUnseen() ? "H" : "accuracy",
            Candidate::value,
            Best.HIGHEST,
            Formats::percent)
        .numbers("behind", Candidate::behind, Formats::percent)
        .numbers("p", Candidate::pValue, Formats::percent)
        .words("time", each -> each.isMeasured() ? Formats.duration(each.seconds()) : Formats.NONE)
        .build();
  }

  private static List<Entry> images(AdaptRecord record) {
    Images images = record.images();
    List<Entry> entries = new ArrayList<>();
    entries.add(new Entry("learned from", new AdaptSentences(record).learnedFrom()));
    entries.add(
        new Entry(
            "views",
            record.plan().views() == 0
                ? "as they are"
                : record.plan().views() + " random views of each"));
    if (images.copies().repeated() > 0) {
      entries.add(
          new Entry(
              "copies, left out", Messages.count(images.copies().repeated(), "image", "images")));
    }
    if (images.copies().near() > 0) {
      entries.add(
          new Entry(
              "near copies, held out together",
              Messages.count(images.copies().near(), "image", "images")));
    }
    add(entries, "classes with one image or group", images.single());
    add(entries, "test images that repeat a training image", images.copies().inTest());
    add(entries, "unreadable", images.unreadable());
    add(entries, "under two classes", images.copies().contradictions());
    return entries;
  }

  private static void add(List<Entry> entries, String term, List<String> names) {
    if (!names.isEmpty()) {
      entries.add(new Entry(term, Formats.firstOf(names, MAX_NAMES)));
    }
  }
}
