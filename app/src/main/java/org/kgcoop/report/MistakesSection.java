package org.kgcoop.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.kgcoop.report.Block.Chart;
import org.kgcoop.report.Block.Charts;
import org.kgcoop.report.Block.Figures;
import org.kgcoop.report.Block.Gallery;
import org.kgcoop.report.Block.Heading;
import org.kgcoop.report.Block.Image;
import org.kgcoop.report.Block.Subheading;
import org.kgcoop.report.Block.Words;
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

  Optional<Section> of(Selection.Chosen chosen) {
    List<Block> blocks = new ArrayList<>();
    for (StoredRun run : chosen.runs()) {
      List<Block> own = new ArrayList<>(of(run, run.results().targets(), run.predictions()));
      Calibration.effect(run.results().calibration())
          .ifPresent(chart -> own.add(new Charts(List.of(chart))));
      if (!own.isEmpty()) {
        blocks.add(new Heading(name(run)));
        blocks.addAll(own);
      }
    }
    if (blocks.isEmpty()) {
      return Optional.empty();
    }
    if (!chosen.words().isEmpty()) {
      blocks.add(0, new Words(chosen.words()));
    }
    return Optional.of(new Section("mistakes", "Mistakes and calibration", blocks));
  }

  private static String name(StoredRun run) {
    String set = run.dataSet().isEmpty() ? "" : run.dataSet() + ": ";
    return set + Formats.label(run) + ", seed " + Formats.seed(run);
  }

  private List<Block> of(StoredRun run, List<TargetResult> targets, Predictions predictions) {
    List<Block> blocks = new ArrayList<>();
    List<Chart> charts = new ArrayList<>();
    List<Block> closely = new ArrayList<>();
    List<TargetResult> shown = targets.subList(0, Math.min(MAX_TARGETS, targets.size()));
    for (TargetResult target : shown) {
      Predictions.OfTarget own = predictions.target(target.name()).orElse(null);
      if (own == null) {
        continue;
      }
      Confusion confusion = Confusion.of(target, own.confusion());
      if (confusion.isEmpty()) {
        continue;
      }
      String title = title(target);
      if (confusion.worst().isEmpty()) {
        closely.add(new Words(title + ": no mistake."));
        continue;
      }
      closely.add(new Subheading(title + ", worst classes"));
      closely.add(new Figures(confusion.worstClasses(title + ", worst classes")));
      addImages(closely, target.set().dataSet(), run, own.each(), confusion);
    }
    Calibration.chart(targets, predictions).ifPresent(charts::add);
    if (!charts.isEmpty()) {
      blocks.add(new Charts(charts));
    }
    blocks.addAll(closely);
    if (targets.size() > shown.size() && !blocks.isEmpty()) {
      blocks.add(
          new Words("Left out: mistakes on %s more.".formatted(targets.size() - shown.size())));
    }
    return blocks;
  }

  private static String title(TargetResult target) {
    return switch (target.name()) {
      case "base", "new" ->
          Character.toUpperCase(target.name().charAt(0)) + target.name().substring(1) + " classes";
      case "test" -> "Test images";
      default -> target.name();
    };
  }

  /** Adds images of the worst classes: the mistakes with the highest confidence. */
  private void addImages(
      List<Block> blocks,
      String targetDataSet,
      StoredRun run,
      List<Prediction> predictions,
      Confusion confusion) {
    String dataSet = targetDataSet.isEmpty() ? run.dataSet() : targetDataSet;
    if (predictions.stream().allMatch(p -> p.image().isEmpty())) {
      blocks.add(new Words("No images are shown: the results do not name them."));
      return;
    }
    String reason = images.reason(dataSet);
    if (!reason.isEmpty()) {
      blocks.add(new Words(reason));
      return;
    }
    List<String> names = confusion.names();
    List<Image> gallery = new ArrayList<>();
    for (int label : confusion.worst()) {
      predictions.stream()
          .filter(p -> p.label() == label && !p.isRight())
          .sorted(Comparator.comparingDouble(p -> -p.confidence()))
          .limit(2)
          .forEach(wrong -> add(gallery, dataSet, names, wrong));
      if (gallery.size() >= MAX_IMAGES) {
        break;
      }
    }
    blocks.add(
        gallery.isEmpty()
            ? new Words("No images are shown: the data set " + dataSet + " has others now.")
            : new Gallery(gallery));
  }

  private void add(List<Image> gallery, String dataSet, List<String> names, Prediction wrong) {
    if (gallery.size() >= MAX_IMAGES) {
      return;
    }
    String is = names.get(wrong.label());
    String taken =
        wrong.predicted() >= 0 && wrong.predicted() < names.size()
            ? names.get(wrong.predicted())
            : "?";
    String sure =
        Double.isFinite(wrong.confidence())
            ? " (" + Formats.decimals(100 * wrong.confidence(), 0) + "\u00a0%)"
            : "";
    images
        .source(dataSet, wrong.image(), is)
        .ifPresent(
            uri -> gallery.add(new Image(uri, wrong.image(), is + ", taken for " + taken + sure)));
  }
}
