package org.kgcoop.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.journal.Kind;
import org.kgcoop.similarity.Clusters;

/** Tests of the parts of a session that large folders and overviews use. */
class WorkingSetTest {
  private static final int IMAGES = 12_000;
  private static final int AUDIT = 3_000;

  private static float[] feature(int image) {
    double angle = image * 0.7;
    return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
  }

  /**
   * Otherwise more audit images than others would be passed, and the accuracy would be too high.
   */
  @Test
  void containsAuditImagesAsOftenAsOthers() {
    List<String> images = IntStream.range(0, IMAGES).mapToObj("%05d"::formatted).toList();
    JournalEntry.Start start = new JournalEntry.Start(2, 1, "", IMAGES, "", 20, AUDIT, 90);
    try (LabelSession session =
        new LabelSession(images, Map.of(), names -> new double[][] {{1, 0}, {0, 1}}, 100, start)) {
      session.apply(start);
      session.apply(new JournalEntry.Arrival(images, AuditImages.sample(images, AUDIT, 1)));
      List<Integer> audit = session.state().firstDraw();
      session.apply(new JournalEntry.ClassAdded(0, "x", null, null, null));
      session.apply(new JournalEntry.ClassAdded(1, "y", null, null, null));
      session.read(
          IntStream.range(0, IMAGES)
              .boxed()
              .collect(Collectors.toMap(Function.identity(), WorkingSetTest::feature)),
          List.of());
      session.apply(session.growth().orElseThrow());
      Set<Integer> working = session.working();
      double share = (double) working.size() / IMAGES;
      double auditShare = (double) audit.stream().filter(working::contains).count() / AUDIT;
      assertThat(share).isBetween(0.7, 0.85);
      assertThat(auditShare).isBetween(share - 0.05, share + 0.05);
      LabelSession.Proposal next = session.next(Kind.PAGE, List.of());
      assertThat(working).containsAll(next.shown()).containsAll(next.passed());
      assertThat(audit).allMatch(session.head()::isInPool); // they are always classified
    }
  }

  @Test
  void oneImageStandsForEachCluster() {
    List<float[]> features =
        IntStream.range(0, 90)
            .mapToObj(
                i -> {
                  double angle = (i % 3) * 2 + (i / 3 - 15) * 0.002;
                  return new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
                })
            .toList();
    List<Integer> central = Clusters.central(features, 3, 1);
    assertThat(central.stream().map(i -> i % 3)).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(central).allMatch(i -> Math.abs(i / 3 - 15) <= 1);
    assertThat(Clusters.central(features.subList(0, 2), 24, 1)).hasSize(2);
    assertThat(Clusters.central(List.of(), 24, 1)).isEmpty();
    assertThat(Clusters.central(features, 0, 1)).isEmpty();
  }
}
