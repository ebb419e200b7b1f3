package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.kgcoop.Messages;
import org.kgcoop.report.Block.Entries;
import org.kgcoop.report.Block.Entry;
import org.kgcoop.runs.ProtocolKind;
import org.kgcoop.tables.StoredRun;

/**
 * The content of a page.
 *
 * @param summary one sentence about what was compared
 */
record Page(String title, String summary, List<Section> sections) {

  static Page of(ReportSources inputs, EmbeddedImages images) {
    List<Section> sections = new ArrayList<>();
    boolean several = inputs.tables().size() > 1;
    Palette palette = Palette.of(inputs);
    for (int i = 0; i < inputs.tables().size(); i++) {
      ProtocolResults table = inputs.tables().get(i);
      String name = several ? table.name() + ": " : "";
      String number = several ? "-" + (i + 1) : "";
      sections.addAll(new ResultsSection(table, palette).of(name, number));
    }
    AdaptSection.of(inputs.runs(), images).ifPresent(sections::add);
    RunsSection.of(inputs.runs()).ifPresent(sections::add);
    CurvesSection.of(Selection.trained(inputs.all()), palette).ifPresent(sections::add);
    Selection.Chosen chosen = Selection.closely(inputs);
    new MistakesSection(images).of(chosen).ifPresent(sections::add);
    NearestWordsSection.of(chosen.runs()).ifPresent(sections::add);
    sections.add(ProvenanceSection.of(inputs));
    notes(inputs, sections).ifPresent(sections::add);
    return new Page(title(inputs), summary(inputs), sections);
  }

  private static String title(ReportSources inputs) {
    if (inputs.tables().size() == 1 && inputs.runs().isEmpty()) {
      return inputs.tables().get(0).protocol().title();
    }
    if (inputs.tables().isEmpty() && inputs.runs().size() == 1) {
      StoredRun run = inputs.runs().get(0);
      return Formats.label(run) + (run.dataSet().isEmpty() ? "" : " on " + run.dataSet());
    }
    return "Results";
  }

  private static String summary(ReportSources inputs) {
    if (inputs.tables().size() != 1 || !inputs.runs().isEmpty()) {
      List<String> parts = new ArrayList<>();
      inputs.tables().forEach(table -> parts.add(table.name()));
      if (!inputs.runs().isEmpty()) {
        parts.add(Messages.count(inputs.runs().size(), "run", "runs"));
      }
      return Formats.list(parts) + ".";
    }
    return summary(inputs.tables().get(0));
  }

  private static String summary(ProtocolResults table) {
    JsonNode settings = table.results().settings();
    Set<String> methods = new LinkedHashSet<>();
    table.runs().forEach(run -> methods.add(run.title()));
    table.results().pending().forEach(cell -> methods.add(cell.title()));
    Set<String> names = new LinkedHashSet<>();
    table.runs().forEach(run -> names.add(run.dataSet()));
    table.results().pending().forEach(cell -> names.add(cell.sample().dataSet()));
    List<String> sets = List.copyOf(names);
    StringBuilder summary =
        new StringBuilder(methods.isEmpty() ? "Nothing" : Formats.firstOf(List.copyOf(methods), 8));
    summary.append(methods.size() > 1 ? " compared" : " measured");
    if (sets.size() == 1) {
      summary.append(" on the data set ").append(sets.get(0));
    } else if (!sets.isEmpty()) {
      summary
          .append(" on ")
          .append(sets.size())
          .append(" data sets, ")
          .append(Formats.firstOf(sets, 6));
    }
    List<String> with = new ArrayList<>();
    List<String> shots = Formats.values(settings.path("shots"));
    if (shots.equals(List.of("0"))) {
      with.add("all training images");
    } else if (!shots.isEmpty()) {
      boolean one = shots.equals(List.of("1"));
      with.add(
          Formats.list(shots) + (one ? " training image per class" : " training images per class"));
    }
    List<String> seeds = Formats.values(settings.path("seeds"));
    if (!seeds.isEmpty()) {
      with.add((seeds.size() == 1 ? "seed " : "seeds ") + Formats.list(seeds));
    }
    if (!with.isEmpty()) {
      summary.append(sets.size() > 1 ? ", with " : " with ").append(String.join(" and ", with));
    }
    summary.append('.');
    if (!table.isComplete()) {
      int done = table.runs().size();
      summary.append(
          " %s of %s runs are done.".formatted(done, done + table.results().pending().size()));
    }
    return summary.toString();
  }

  /** Explains the measures that the tables have. */
  private static Optional<Section> notes(ReportSources inputs, List<Section> sections) {
    List<ReportTable> grids =
        sections.stream()
            .flatMap(section -> section.blocks().stream())
            .flatMap(block -> block.grids().stream())
            .toList();
    List<Entry> notes = new ArrayList<>();
    if (inputs.tables().stream().anyMatch(table -> table.protocol() == ProtocolKind.BASE_TO_NEW)) {
      notes.add(
          new Entry(
              "base",
              "The first half of the classes, from whose training images the methods learned. Its"
                  + " accuracy is the share of its test images that are recognized among the names"
                  + " of this half."));
      notes.add(
          new Entry(
              "new",
              "The other half, of which no image was used for training: the share of its test"
                  + " images that are recognized among the names of that half."));
      notes.add(
          new Entry(
              "H",
              "The harmonic mean of the averaged base and new accuracies,"
                  + " 2 · base · new / (base + new)."));
      notes.add(
          new Entry(
              "joint",
              "Base and new classes in one list: all names compete. Joint H is the harmonic mean of"
                  + " the averaged joint base and joint new accuracies."));
      notes.add(
          new Entry(
              "AUROC, OpenworldAUC",
              "AUROC: the share of pairs of a base image and a new image in which the base image has"
                  + " the higher score. OpenworldAUC counts only pairs in which both images are"
                  + " right among their own names; its score is the joint probability."));
    }
    noteIf(
        hasColumn(grids, "\\b(ECE|Brier|NLL|calibration)\\b"),
        notes,
        new Entry(
            "ECE, Brier, NLL",
            "Measures of the probabilities; lower is better. ECE: expected calibration error over 15"
                + " bins of equal width, or of equally many images (equal mass). Brier: mean squared"
                + " distance from the label, 0 to 2. NLL: mean of -log of the label's probability."));
    noteIf(
        hasColumn(grids, "distance"),
        notes,
        new Entry(
            "distance",
            "How far learned class features lie from hand-crafted ones: the mean over classes of the"
                + " squared distance between the two, both of unit length. 0 where they are equal, at"
                + " most 4."));
    noteIf(
        grids.stream()
            .flatMap(grid -> grid.rows().stream())
            .flatMap(row -> row.figures().stream())
            .anyMatch(figure -> !figure.deviation().isEmpty()),
        notes,
        new Entry(
            "±",
            "The standard deviation over the seeds, that of a population. A seed decides which"
                + " training images are drawn, how a method starts and in which order it sees"
                + " them; not the random views of --augment cache:V and pool:V, which all seeds share."));
    noteIf(
        hasColumn(grids, "ms/image"),
        notes,
        new Entry(
            "ms/image",
            "Training time for each image that was seen, in milliseconds, without what its features"
                + " took; with features: with that divided among the epochs. – where nothing is"
                + " trained."));
    return notes.isEmpty()
        ? Optional.empty()
        : Optional.of(new Section("notes", "Notes", List.of(new Entries(notes, false))));
  }

  /** Returns true if the label of a table or the title of a column matches. */
  private static boolean hasColumn(List<ReportTable> grids, String pattern) {
    Predicate<String> matches = Pattern.compile(pattern).asPredicate();
    return grids.stream()
        .anyMatch(
            grid ->
                matches.test(grid.label())
                    || grid.columns().stream().map(ReportTable.Column::title).anyMatch(matches));
  }

  private static void noteIf(boolean occurs, List<Entry> notes, Entry note) {
    if (occurs) {
      notes.add(note);
    }
  }
}
