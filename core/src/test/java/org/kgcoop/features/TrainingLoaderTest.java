package org.kgcoop.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class TrainingLoaderTest {
  @TempDir Path folder;

  @Test
  void anExampleOfAPoolIsViewVOfImageN() {
    DataSet data = TestImages.dataSet(folder, List.of("a", "b"), 2, 0, 1);
    try (Clip clip = TinyClip.load();
        Scope scope = Scope.open("test")) {
      FeatureCache cache = FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {})));
      TrainingLoader pool = source(cache, data, "pool:3");
      assertThat(pool.count()).isEqualTo(4);
      assertThat(pool.labels()).containsExactly(0, 0, 1, 1);
      assertThat(pool.exampleLabels()).containsExactly(0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1);
      Tensor all = pool.raw(done -> {}); // (3, 4, E)
      int[] examples = {11, 0, 6};
      for (int epoch = 0; epoch < 2; epoch++) {
        Tensor found = pool.features(examples, epoch);
        for (int i = 0; i < examples.length; i++) {
          assertThat(found.select(0, i).toFloats())
              .containsExactly(
                  all.select(0, examples[i] / 4)
                      .narrow(0, examples[i] % 4, 1)
                      .unitRows()
                      .toFloats(),
                  within(1e-6f));
        }
      }
      // A feature cache with the same number of views has equal views.
      TrainingLoader views = source(cache, data, "cache:3");
      assertThat(views.raw(done -> {}).toFloats()).isEqualTo(all.toFloats());
      assertThat(views.exampleLabels()).isEqualTo(views.labels());
    }
  }

  private static TrainingLoader source(FeatureCache cache, DataSet data, String augmentation) {
    TrainingLoader source =
        new TrainingLoader(cache, data.train(), Augmentation.ofId(augmentation), 1);
    source.prepare(done -> {});
    return source;
  }
}
