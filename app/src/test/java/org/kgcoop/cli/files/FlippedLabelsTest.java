package org.kgcoop.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kgcoop.adapt.LabelCheck;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.Progress;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.runs.AdaptRecord;

/** Measures the fraction of wrong labels that {@code inspect --features} finds. */
class FlippedLabelsTest {
  private static final double FLIPPED = 0.05;
  private static final double LOOKED_AT = 0.1;
  private static final int SEEDS = 5;

  @Test
  @Tag("nightly")
  void eightOfTenFlippedLabelsAreInTheFirstTenthOfTheImages() {
    double sum = 0;
    try (Clip clip = Clip.load(EmbeddedClip.folder())) {
      ExperimentContext context =
          new ExperimentContext(
              clip,
              FeatureCache.inMemory(new ViewEncoder(clip, new Images(line -> {}))),
              Progress.SILENT,
              line -> {},
              () -> false);
      DataSet whole = EmbeddedDataSets.open("objects", DataSetOptions.defaults(line -> {}));
      DataSet data = whole.withImages(whole.train(), List.of(), List.of());
      for (int seed = 1; seed <= SEEDS; seed++) {
        double recall = recall(context, data, seed);
        System.out.println("seed " + seed + ": recall " + recall);
        sum += recall;
      }
    }
    assertThat(sum / SEEDS).isGreaterThanOrEqualTo(0.8);
  }

  private static double recall(ExperimentContext context, DataSet data, long seed) {
    Random random = new Random(seed);
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < data.train().size(); i++) {
      places.add(i);
    }
    Collections.shuffle(places, random);
    int count = (int) Math.round(FLIPPED * places.size());
    List<Item> items = new ArrayList<>(data.train());
    Set<String> flipped = new HashSet<>();
    int classes = data.classNames().size();
    for (int place : places.subList(0, count)) {
      Item item = items.get(place);
      int label = (item.label() + 1 + random.nextInt(classes - 1)) % classes;
      items.set(place, new Item(item.key(), item.file(), label, data.classNames().get(label)));
      flipped.add(item.key());
    }
    long found =
        LabelCheck.of(context, data.withImages(items, List.of(), List.of())).stream()
            .limit(Math.round(LOOKED_AT * items.size()))
            .map(AdaptRecord.Suspect::image)
            .filter(flipped::contains)
            .count();
    return (double) found / count;
  }
}
