package org.kgcoop.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.Block.Charts;
import org.kgcoop.report.Block.Entries;
import org.kgcoop.report.Block.Entry;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Heading;
import org.kgcoop.report.Block.Words;
import org.kgcoop.report.Grid.Best;
import org.kgcoop.report.chart.BarPlot;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.AdaptRecord.Candidate;
import org.kgcoop.runs.AdaptRecord.Choice;
import org.kgcoop.runs.AdaptRecord.Images;
import org.kgcoop.runs.AdaptRecord.Interval;

/** The reason for a method: what all candidates did on images that they had not learned from. */
final class AdaptSection {
  private AdaptSection() {}

  static Optional<Section> of(List<Run> runs) {
    List<Block> blocks = new ArrayList<>();
    for (Run run : runs) {
      run.adaptation().ifPresent(record -> add(blocks, record));
    }
    return blocks.isEmpty()
        ? Optional.empty()
        : Optional.of(new Section("choice", "The choice of the method", blocks));
  }

  private static void add(List<Block> blocks, AdaptRecord record) {
    Choice choice = record.choice();
    blocks.add(
        new Words(
            choice == null
                ? "None is chosen yet; below are those tried so far."
                : "Chosen: " + choice.title() + ". " + choice.why()));
    List<Entry> expected = new ArrayList<>();
    add(expected, "expected accuracy", record.expected(), "new images of these classes");
    add(expected, "on unseen classes", record.expectedUnseen(), "classes without examples");
    add(expected, "on the test images", record.test(), "had no part in the choice");
    if (!expected.isEmpty()) {
      blocks.add(new Entries(expected, false));
    }
    List<Candidate> measured = record.candidates().stream().filter(Candidate::isMeasured).toList();
    String what = record.isForUnseen() ? "H of seen and unseen classes" : "Accuracy";
    String caption = what + " on images that were held out, in percent";
    Grid grid = grid(record, caption);
    blocks.add(new Figures(grid));
    blocks.add(
        new Words(
            "Simpler methods stand first. Behind: points behind the best; a method that is behind by"
                + " no more than the standard error of that difference does as well, and the simplest"
                + " of those is taken. No test image was looked at."));
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
    blocks.add(new Heading("The images"));
    blocks.add(new Entries(images(record), false));
  }

  private static void add(
      List<Entry> entries, String term, @Nullable Interval interval, String what) {
    if (interval != null) {
      entries.add(
          new Entry(
              term,
              String.format(
                  Locale.ROOT,
                  "%.1f %%, between %.1f and %.1f with 95 %% confidence (%d images; %s)",
                  interval.accuracy(),
                  interval.low(),
                  interval.high(),
                  interval.images(),
                  what)));
    }
  }

  private static Grid grid(AdaptRecord record, String caption) {
    List<Candidate> all = record.candidates();
    return Grid.of(
        caption,
        "method",
        all.stream().map(Candidate::title).toList(),
        all.stream().map(Candidate::leftOut).toList(),
        List.of(
            Grid.numbers(
                record.isForUnseen() ? "H" : "accuracy",
                values(all, Candidate::value),
                List.of(),
                Best.HIGHEST,
                Text::percent),
            Grid.numbers("behind", values(all, Candidate::behind), v -> Text.decimals(v, 2)),
            Grid.numbers(
                "standard error", values(all, Candidate::standardError), v -> Text.decimals(v, 2)),
            Grid.words(
                "time",
                all.stream()
                    .map(each -> each.isMeasured() ? Text.duration(each.seconds()) : Text.NONE)
                    .toList())));
  }

  private static List<Double> values(List<Candidate> all, ToDoubleFunction<Candidate> value) {
    return all.stream().map(value::applyAsDouble).toList();
  }

  private static List<Entry> images(AdaptRecord record) {
    Images images = record.images();
    List<Entry> entries = new ArrayList<>();
    entries.add(
        new Entry(
            "learned from",
            "%s of %s, %s of each class"
                .formatted(
                    Text.count(images.count(), "image"),
                    images.classes() + " classes",
                    images.fewest() == images.most()
                        ? String.valueOf(images.most())
                        : images.fewest() + " to " + images.most())));
    entries.add(
        new Entry(
            "views",
            record.plan().views() == 0
                ? "as they are"
                : record.plan().views() + " random views of each"));
    if (images.repeated() > 0) {
      entries.add(new Entry("there twice", Text.count(images.repeated(), "image")));
    }
    if (!images.contradictions().isEmpty()) {
      entries.add(new Entry("under two classes", Text.firstOf(images.contradictions(), 8)));
    }
    return entries;
  }
}
