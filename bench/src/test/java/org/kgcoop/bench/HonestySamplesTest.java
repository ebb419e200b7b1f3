package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kgcoop.adapt.LabelSource;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.runs.AdaptRecord;

class HonestySamplesTest {
  private static final List<String> SETS = List.of("documents", "tuning", "places");
  private static final int CLASSES = 6;

  /** The data sets, which every sample draws from. */
  private static final Map<String, DataSet> OPENED = new HashMap<>();

  @TempDir Path folder;

  private static DataSet open(String set) {
    return OPENED.computeIfAbsent(
        set, name -> EmbeddedDataSets.open(name, DataSetOptions.defaults(line -> {})));
  }

  private HonestySamples samples(String place) {
    return new HonestySamples(
        HonestySamplesTest::open,
        SETS,
        CLASSES,
        new DerivedImages(folder.resolve(place)),
        (data, items) -> {
          // The surest images of a class are those with the first names.
          double[][] logits = new double[items.size()][data.classNames().size()];
          List<String> sorted = items.stream().map(Item::key).sorted().toList();
          for (int i = 0; i < logits.length; i++) {
            logits[i][items.get(i).label()] = -sorted.indexOf(items.get(i).key());
          }
          return logits;
        },
        (data, seed, asked) -> { // the first three images of each class
          Map<String, Integer> taken = new HashMap<>();
          data.train().stream()
              .filter(item -> taken.merge(item.className(), 1, Integer::sum) <= 3)
              .forEach(asked);
          return LabelSource.stated(AdaptRecord.Labels.Origin.CHOSEN);
        });
  }

  private static int perClass(Situation situation) {
    return situation.perClass().get(0);
  }

  /** The original that an image was made from, by its key without what derivation appends. */
  private static String original(Item item) {
    return item.key().replaceAll("(\\.png)-.*$", "$1");
  }

  @ParameterizedTest
  @EnumSource(
      value = Situation.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"FEW_OBJECTS_GROUPED", "SINGLETONS_UNSTATED", "LABELED_BURSTS"}) // like others
  void noFreshImageWasLearnedAndTheSameSeedDrawsTheSameBytes(Situation situation)
      throws IOException {
    HonestySamples.Sample sample =
        samples("one").of(situation, "documents", perClass(situation), 1);
    HonestySamples.Sample again = samples("two").of(situation, "documents", perClass(situation), 1);
    Set<String> learned = new HashSet<>();
    sample.learned().train().forEach(item -> learned.add(original(item)));
    assertThat(sample.fresh()).isNotEmpty();
    assertThat(sample.fresh())
        .noneMatch(item -> learned.contains(original(item)))
        .allMatch(
            item ->
                situation.drawsClasses()
                    || sample.learned().classNames().contains(item.className())
                    || sample.unseen().contains(item.className()));
    assertThat(sample.learned().train())
        .allMatch(item -> sample.learned().classNames().get(item.label()).equals(item.className()));
    assertThat(sample.foreign()).isNotEmpty();
    assertThat(sample.unseen().isEmpty()).isEqualTo(!situation.hasUnseen());
    assertThat(contents(again.learned().train())).isEqualTo(contents(sample.learned().train()));
    assertThat(contents(again.fresh())).isEqualTo(contents(sample.fresh()));
    assertThat(samples("one").of(situation, "documents", perClass(situation), 2).learned().train())
        .isNotEqualTo(sample.learned().train());
  }

  private static Map<String, Integer> contents(List<Item> items) throws IOException {
    Map<String, Integer> contents = new HashMap<>();
    for (Item item : items) {
      contents.put(
          item.key() + " " + item.className(), Arrays.hashCode(Files.readAllBytes(item.file())));
    }
    return contents;
  }

  @Test
  void aBurstHasThreeToSixDifferentFramesOfEachOriginal() throws IOException {
    HonestySamples.Sample sample = samples("one").of(Situation.BURSTS, "documents", 4, 1);
    Map<String, Set<Integer>> frames = new HashMap<>();
    for (Item item : sample.learned().train()) {
      frames
          .computeIfAbsent(original(item), key -> new HashSet<>())
          .add(Arrays.hashCode(Files.readAllBytes(item.file())));
    }
    assertThat(frames).hasSize(CLASSES * 4);
    assertThat(frames.values()).allMatch(each -> each.size() >= 3 && each.size() <= 6);
  }

  @Test
  void situationsHaveTheirNumbersOfImagesAndClasses() {
    HonestySamples samples = samples("one");
    assertThat(sizes(samples.of(Situation.PLAIN, "tuning", 2, 1))).hasSize(6).containsOnly(2);
    assertThat(sizes(samples.of(Situation.JPEG, "tuning", 2, 1))).hasSize(6).containsOnly(8);
    assertThat(sizes(samples.of(Situation.TWO, "tuning", 8, 1))).containsExactly(8, 8);
    assertThat(sizes(samples.of(Situation.SIXTY, "tuning", 4, 1))).hasSize(60).containsOnly(4);
    assertThat(sizes(samples.of(Situation.SINGLE, "tuning", 8, 1))).hasSize(6).containsOnly(1);
    assertThat(sizes(samples.of(Situation.OTHER, "tuning", 4, 1))).containsExactly(4, 4, 4, 4, 12);
    assertThat(sizes(samples.of(Situation.RANDOM, "tuning", 4, 1))).containsExactly(12, 12, 12, 12);
    assertThat(sizes(samples.of(Situation.UNBALANCED, "places", 0, 1)))
        .containsExactlyInAnyOrder(30, 1, 2, 4, 8, 1);
  }

  @Test
  void hardSituationsAreDrawnAsTheyAreDescribed() {
    HonestySamples samples = samples("one");
    HonestySamples.Sample few = samples.of(Situation.FEW_OBJECTS, "tuning", 2, 1);
    assertThat(sizes(few)).hasSize(6).containsOnly(16);
    assertThat(few.learned().train()).allMatch(item -> item.group().equals(item.key()));
    HonestySamples.Sample grouped = samples.of(Situation.FEW_OBJECTS_GROUPED, "tuning", 2, 1);
    assertThat(grouped.learned().train().stream().map(Item::group).distinct()).hasSize(12);
    HonestySamples.Sample two = samples.of(Situation.TWO_LABELS, "tuning", 8, 1);
    assertThat(two.wrong()).hasSize(5); // 10 % of 6 x 8
    assertThat(two.learned().train()).hasSize(53);
    HonestySamples.Sample drawn = samples.of(Situation.SINGLETONS, "tuning", 0, 1);
    assertThat(drawn.learned().train()).hasSize(100);
    assertThat(drawn.fresh().stream().map(Item::className))
        .as("classes that were not drawn")
        .anyMatch(name -> !drawn.learned().classNames().contains(name));
    assertThat(sizes(drawn)).contains(1);
  }

  private static List<Integer> sizes(HonestySamples.Sample sample) {
    return sample.learned().classNames().stream()
        .map(
            name ->
                (int)
                    sample.learned().train().stream()
                        .filter(item -> item.className().equals(name))
                        .count())
        .toList();
  }

  @Test
  void aShareOfTheLabelsIsWrongAndKnown() {
    HonestySamples.Sample sample = samples("one").of(Situation.WRONG_10, "tuning", 8, 1);
    assertThat(sample.wrong()).hasSize(5); // 10 % of 6 x 8
    Set<String> differing = new HashSet<>();
    sample.learned().train().stream()
        .filter(item -> !item.key().contains("/" + item.className() + "/"))
        .forEach(item -> differing.add(item.key()));
    assertThat(differing).isEqualTo(sample.wrong());
    assertThat(sample.fresh()).allMatch(item -> item.key().contains("/" + item.className() + "/"));
    HonestySamples.Sample noisy = samples("one").of(Situation.NOISE, "tuning", 8, 1);
    assertThat(
            noisy.fresh().stream()
                .filter(item -> !item.key().contains("/" + item.className() + "/")))
        .hasSize(Math.round(0.1f * noisy.fresh().size()));
  }

  @Test
  void selectedImagesAreTheSurestOfHalfOfTheImages() {
    HonestySamples.Sample sample = samples("one").of(Situation.SELECTED, "tuning", 4, 1);
    assertThat(sizes(sample)).hasSize(6).containsOnly(4);
    assertThat(sample.fresh().size()).isGreaterThan(6 * 8);
  }

  @Test
  void aPerfectPromiseHoldsFor95OfHundredNewImages() {
    // Binomial(100, 0.5): P(40 <= X <= 60) = 0.9648 (tables)
    HonestyRun.Promise promise =
        new HonestyRun.Promise(
            HonestyRun.Promise.LIKE_THESE, new AdaptRecord.Accuracy(50, 40, 60, 10), 50, 1000);
    assertThat(HonestyTable.insideOfNew(promise)).isCloseTo(0.9648, within(1e-4));
  }
}
