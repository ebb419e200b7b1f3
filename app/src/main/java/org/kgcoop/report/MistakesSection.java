package org.kgcoop.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.kgcoop.report.Section.Image;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.Predictions.Prediction;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tables.StoredRun;

/** The mistakes of some runs, with confidences and images. */
final class MistakesSection {
  private static final int MAX_TARGETS = 3;
  private static final int MAX_IMAGES = 8;

  private final EmbeddedImages images;

  MistakesSection(EmbeddedImages images) {
    this.images = images;
  }

  Section of(Selection.Chosen chosen) {
    Section section = new Section("mistakes", "Mistakes and calibration");
    List<Section> parts = chosen.runs().stream().map(this::of).filter(p -> !p.isEmpty()).toList();
    section.words(parts.isEmpty() ? "" : chosen.words());
    parts.forEach(section::part);
    return section;
  }

  private Section of(StoredRun run) {
    Section section = new Section("", Formats.name(run));
    List<TargetResult> targets = run.results().targets();
    Predictions predictions = run.predictions();
    Calibration.chart(targets, predictions).map(List::of).ifPresent(section::charts);
    targets.stream().limit(MAX_TARGETS).forEach(target -> add(section, run, target, predictions));
    section.leftOut(section.isEmpty() ? 0 : targets.size() - MAX_TARGETS, "mistakes on %s more.");
    Calibration.effect(run.results().calibration()).map(List::of).ifPresent(section::charts);
    return section;
  }

  private void add(Section section, StoredRun run, TargetResult target, Predictions predictions) {
    Predictions.OfTarget own = predictions.target(target.name()).orElse(null);
    Confusion confusion = own == null ? null : Confusion.of(target, own.confusion());
    if (own == null || confusion == null || confusion.names().isEmpty()) {
      return;
    }
    String title = title(target);
    if (confusion.worst().isEmpty()) {
      section.words(title + ": no mistake.");
      return;
    }
    section.subheading(title + ", worst classes");
    section.table(confusion.worstClasses(title + ", worst classes"));
    String dataSet = target.set().dataSet();
    addImages(section, dataSet.isEmpty() ? run.dataSet() : dataSet, own.each(), confusion);
  }

  private static String title(TargetResult target) {
    return switch (target.name()) {
      case "base", "new" -> Formats.capitalized(target.name()) + " classes";
      case "test" -> "Test images";
      default -> target.name();
    };
  }

  /** Adds images of the worst classes: the mistakes with the highest confidence. */
  private void addImages(
      Section section, String dataSet, List<Prediction> predictions, Confusion confusion) {
    if (predictions.stream().allMatch(p -> p.image().isEmpty())) {
      section.words("No images are shown: the results do not name them.");
      return;
    }
    String reason = images.reason(dataSet);
    if (!reason.isEmpty()) {
      section.words(reason);
      return;
    }
    List<Image> gallery =
        confusion.worst().stream()
            .flatMap(
                label ->
                    predictions.stream()
                        .filter(p -> p.label() == label && !p.isRight())
                        .sorted(Comparator.comparingDouble(p -> -p.confidence()))
                        .limit(2))
            .flatMap(wrong -> image(dataSet, confusion.names(), wrong).stream())
            .limit(MAX_IMAGES)
            .toList();
    section.gallery(gallery);
    section.words(
        gallery.isEmpty()
            ? "No images are shown: the data set " + dataSet + " has others now."
            : "");
  }

  private Optional<Image> image(String dataSet, List<String> names, Prediction wrong) {
    String is = names.get(wrong.label());
    String taken =
        wrong.predicted() >= 0 && wrong.predicted() < names.size()
            ? names.get(wrong.predicted())
            : "?";
    String sure =
        Double.isFinite(wrong.confidence())
            ? " (" + Formats.decimals(100 * wrong.confidence(), 0) + "\u00a0%)"
            : "";
    return images
        .source(dataSet, wrong.image(), is)
        .map(uri -> new Image(uri, wrong.image(), is + ", taken for " + taken + sure));
  }
}
