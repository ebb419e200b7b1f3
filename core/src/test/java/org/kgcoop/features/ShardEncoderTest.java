package org.kgcoop.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Item;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;

class ShardEncoderTest {
  @TempDir private Path folder;

  @Test
  void imagesOfEqualBytesAndKnownOnesAreNotEncoded() {
    List<Item> items = TestImages.dataSet(folder, List.of("a", "b"), 20, 0, 1).train();
    List<ShardEncoder.Image> twice = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      for (Item item : items) {
        twice.add(
            new ShardEncoder.Image(
                item.key(), item.file().toString(), () -> Images.bytes(item.file())));
      }
    }
    List<Shard> shards = new ArrayList<>();
    List<Long> read = new ArrayList<>();
    try (Clip clip = TinyClip.load()) {
      ViewEncoder encoder = new ViewEncoder(clip, new Images(line -> {}));
      new ShardEncoder(encoder, 0, key -> false, 2)
          .encode(twice.iterator(), shards::add, (name, reason) -> {}, read::add);
      assertThat(shards).hasSize(1);
      assertThat(shards.get(0).features()).hasSize(items.size());
      assertThat(read).last().isEqualTo(2L * items.size());
      new ShardEncoder(encoder, 0, key -> true, 2)
          .encode(twice.iterator(), shards::add, (name, reason) -> {}, read::add);
      assertThat(shards).hasSize(1);
    }
  }
}
