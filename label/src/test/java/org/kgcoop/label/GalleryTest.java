package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.journal.Kind;
import org.kgcoop.label.View.By;
import org.kgcoop.label.View.Order;
import org.kgcoop.label.View.Shown;

class GalleryTest {
  private static final int D = 4;
  private static final List<String> NAMES = List.of("cat", "dog", "owl");

  private final Random random = new Random(1);
  private final double[][] centers = new double[NAMES.size()][];
  private final Map<String, float[]> features = new LinkedHashMap<>();

  /** Returns a session with images 00000, 00001, ... of alternating classes. */
  private Labeling open(int images, int audit) {
    for (int c = 0; c < centers.length; c++) {
      centers[c] = MemorySource.unit(random.doubles(D, -1, 1).toArray());
    }
    for (int i = 0; i < images; i++) {
      double[] center = centers[i % centers.length];
      double[] row = Arrays.stream(center).map(x -> x + 0.3 * random.nextGaussian()).toArray();
      features.put("%05d".formatted(i), MemorySource.feature(row));
    }
    MemorySource source =
        new MemorySource(
            features,
            names -> names.stream().map(n -> centers[NAMES.indexOf(n)]).toArray(double[][]::new),
            20,
            Map.of());
    return new Labeling(
        source,
        new MemorySource.Entries(),
        new SessionSettings(NAMES, 20, audit, 90, 1, "", warning -> {}),
        InstantSource.system());
  }

  private double cosine(String image, double[] vector) {
    float[] feature = features.get(image);
    return IntStream.range(0, D).mapToDouble(d -> feature[d] * vector[d]).sum();
  }

  private static View view(Shown shown, String name, By by, Order order) {
    return new View(shown, name, by, order, null, "");
  }

  private static List<String> paths(Labeling labeling, View view) {
    return Arrays.stream(labeling.view(view))
        .mapToObj(i -> labeling.images().get(i).toString())
        .toList();
  }

  private static List<LabeledImage> labels(Labeling labeling, View view) {
    return labeling.labels(Arrays.stream(labeling.view(view)).boxed().toList());
  }

  @Test
  void showsAllImagesButTheOpenOnesOfTheAudit() {
    try (Labeling labeling = open(60, 10)) {
      assertThat(labeling.view(View.all())).hasSize(50).isSorted();
      Page audit = labeling.next("a", Kind.AUDIT);
      Path first = audit.images().get(0);
      int position = labeling.images().indexOf(first);
      assertThatThrownBy(() -> labeling.labels(List.of(position)))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("not shown");

      labeling.answer(Sender.of("a"), audit.number(), List.of(), Map.of(first, "cat"), 0);

      assertThat(labeling.view(View.all())).hasSize(51).contains(position);
      assertThat(labeling.labels(List.of(position)).get(0).source())
          .isEqualTo(LabeledImage.Source.AUDIT);
    }
  }

  @Test
  void aClassHasTheImagesOfThePersonAndOfTheProgram() {
    try (Labeling labeling = open(60, 0)) {
      Path wrong = Path.of("00000"); // a cat
      labeling.choose(
          Sender.of("a"), List.of(), Map.of(wrong, "owl", Path.of("00001"), Labeling.SKIP));

      List<LabeledImage> all = labels(labeling, View.all());
      for (String name : NAMES) {
        List<String> expected =
            all.stream().filter(each -> each.name().equals(name)).map(LabeledImage::key).toList();
        assertThat(paths(labeling, view(Shown.CLASS, name, By.ANYONE, Order.NAME)))
            .isEqualTo(expected)
            .isNotEmpty();
      }
      assertThat(paths(labeling, view(Shown.CLASS, "owl", By.PERSON, Order.NAME)))
          .containsExactly("00000");
      assertThat(paths(labeling, view(Shown.SKIPPED, null, By.ANYONE, Order.NAME)))
          .containsExactly("00001");
      assertThat(paths(labeling, view(Shown.ALL, null, By.PROGRAM, Order.NAME)))
          .hasSize(59)
          .doesNotContain("00000");
    }
  }

  @Test
  void ordersByDoubtLikenessAndText() {
    try (Labeling labeling = open(60, 0)) {
      labeling.choose(Sender.of("a"), List.of(), Map.of(Path.of("00003"), "cat"));
      List<String> images = List.copyOf(features.keySet());

      float[] first = features.get("00007");
      double[] vector = IntStream.range(0, D).mapToDouble(d -> first[d]).toArray();
      View like = new View(Shown.ALL, null, By.ANYONE, Order.LIKE, Path.of("00007"), "");
      assertThat(paths(labeling, like))
          .startsWith("00007")
          .isEqualTo(
              images.stream()
                  .sorted(Comparator.comparing(i -> (float) -cosine(i, vector)))
                  .toList());
      View text = new View(Shown.ALL, null, By.ANYONE, Order.TEXT, null, "dog");
      assertThat(paths(labeling, text))
          .isEqualTo(
              images.stream()
                  .sorted(Comparator.comparing(i -> (float) -cosine(i, centers[1])))
                  .toList());
      List<LabeledImage> doubtful = labels(labeling, view(Shown.ALL, null, By.ANYONE, Order.DOUBT));
      assertThat(doubtful.get(59).key()).isEqualTo("00003"); // the labeled one
      assertThat(doubtful.get(0).probability()).isLessThan(doubtful.get(50).probability());
    }
  }

  @Test
  void classifiesTheImagesOutsideOfTheWorkingSetOfALargeFolder() {
    try (Labeling labeling = open(10_500, 0)) {
      int shown =
          NAMES.stream()
              .mapToInt(
                  name -> labeling.view(view(Shown.CLASS, name, By.ANYONE, Order.NAME)).length)
              .sum();
      assertThat(shown).isEqualTo(10_500);
      int[] cats = labeling.view(view(Shown.CLASS, "cat", By.ANYONE, Order.DOUBT));
      assertThat(labeling.labels(Arrays.stream(cats).boxed().toList()))
          .allSatisfy(each -> assertThat(each.name()).isEqualTo("cat"));
    }
  }

  @Test
  void anImageWhoseAnswerIsTakenBackHasItsProposalAgain() {
    try (Labeling labeling = open(10_500, 0)) { // some of the answered images are outside the set
      Map<Path, String> answers = new LinkedHashMap<>();
      IntStream.range(0, 200).forEach(i -> answers.put(labeling.images().get(3 * i + 1), "dog"));
      labeling.choose(Sender.of("a"), List.of(), answers);
      labeling.prepareViews();
      labeling.undo(Sender.of("a"));

      View cats = view(Shown.CLASS, "cat", By.ANYONE, Order.NAME);
      assertThat(labels(labeling, cats))
          .isNotEmpty()
          .allSatisfy(each -> assertThat(each.name()).isEqualTo("cat"));
    }
  }
}
