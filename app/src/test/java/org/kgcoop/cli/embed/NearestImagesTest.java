package org.kgcoop.cli.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NearestImagesTest {
  private static final int IMAGES = 10_000;
  private static final int WIDTH = 512;

  /** The limit of CPU time, which does not depend on the load. The goal is half a second. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  @Test
  void findsTheNearestOfTenThousand() {
    Random random = new Random(3);
    float[] wanted = vector(random);
    List<float[]> features = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      // Every hundredth image repeats the previous one, so the first path must come first.
      features.add(i % 100 == 99 ? features.get(i - 1) : vector(random));
    }

    ThreadMXBean thread = ManagementFactory.getThreadMXBean();
    long start = thread.getCurrentThreadCpuTime();
    TopMatches nearest = new TopMatches(50, wanted, file -> true);
    for (int i = IMAGES - 1; i >= 0; i--) {
      int number = i;
      nearest.offer(() -> path(number), features.get(i));
    }
    List<TopMatches.Found> found = nearest.found();
    Duration taken = Duration.ofNanos(thread.getCurrentThreadCpuTime() - start);

    boolean[] used = new boolean[IMAGES];
    for (int rank = 0; rank < 50; rank++) {
      int best = -1;
      for (int i = 0; i < IMAGES; i++) {
        if (!used[i]
            && (best < 0 || dot(wanted, features.get(i)) > dot(wanted, features.get(best)))) {
          best = i;
        }
      }
      used[best] = true;
      assertThat(found.get(rank).file()).isEqualTo(path(best));
      assertThat(found.get(rank).cosine()).isEqualTo(dot(wanted, features.get(best)));
    }
    assertThat(found).hasSize(50);
    assertThat(taken).isLessThan(LIMIT);
  }

  @Test
  void findsAllOfFew() {
    TopMatches nearest = new TopMatches(9, new float[] {1, 0}, file -> true);
    nearest.offer(() -> path(2), new float[] {0, 1});
    nearest.offer(() -> path(1), new float[] {-1, 0});
    assertThat(nearest.found())
        .containsExactly(new TopMatches.Found(path(2), 0), new TopMatches.Found(path(1), -1));
  }

  private static Path path(int number) {
    return Path.of("photos", String.valueOf(100_000 + number));
  }

  private static float[] vector(Random random) {
    float[] vector = new float[WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      vector[i] = random.nextFloat() - 0.5f;
    }
    return vector;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
