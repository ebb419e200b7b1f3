package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;

/** Tests of groups of bursts. */
class NearCopiesTest {
  private static final List<String> NAMES = List.of("cat", "dog");
  private static final int SIZE = 64;

  @TempDir private Path folder;

  /** Writes a drawing of strokes, moved and turned. */
  private Item frame(int label, long drawing, int frame) throws IOException {
    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, SIZE, SIZE);
    graphics.translate(2 * frame, -frame);
    graphics.rotate(Math.toRadians(frame), SIZE / 2.0, SIZE / 2.0);
    graphics.setColor(new Color(20 * frame, 20 * frame, 20 * frame));
    Random random = new Random(drawing);
    for (int i = 0; i < 6; i++) {
      graphics.fillRect(
          6 + random.nextInt(40), 6 + random.nextInt(40), 4 + random.nextInt(12), 4 + i);
    }
    graphics.dispose();
    String key = "%s/%s-%s.png".formatted(NAMES.get(label), drawing, frame);
    Path file = folder.resolve(key.replace('/', '-'));
    assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
    return new Item(key, file, label, NAMES.get(label));
  }

  @Test
  void everyBurstIsOneGroupThoughEveryImageHasCopies() throws Exception {
    List<Item> items = new ArrayList<>();
    for (int drawing = 0; drawing < 6; drawing++) {
      for (int frame = 0; frame < 3; frame++) {
        items.add(frame(drawing % 2, drawing, frame));
      }
    }
    DataSet data = new DataSet("bursts", NAMES, items, List.of(), List.of(), null);
    try (Clip clip = TinyClip.smallest()) {
      FeatureCache cache = FeatureCache.inMemory(new ViewEncoder(clip, new Images(line -> {})));
      ImageGroups groups = ImageGroups.exact(data, cache).withNear(data, cache);
      assertThat(groups.near()).isEqualTo(18);
      assertThat(groups.share()).hasSize(18).containsValue(1 / 3.0);
      for (int i = 0; i < 18; i++) {
        for (int j = 0; j < 18; j++) {
          assertThat(group(groups, i).equals(group(groups, j)))
              .as("%s and %s", items.get(i).key(), items.get(j).key())
              .isEqualTo(i / 3 == j / 3);
        }
      }
    }
  }

  /** A copy with another label says nothing about the accuracy, and a name may contain " = ". */
  @Test
  void imagesWithTwoLabelsAreNamedAndDoNotCount() throws Exception {
    List<Item> items = new ArrayList<>();
    for (int drawing = 0; drawing < 6; drawing++) {
      items.add(frame(drawing % 2, drawing, 0));
    }
    Item first = items.get(0);
    Item copy = new Item("dog/x = y.png", first.file(), 1, "dog");
    items.add(copy);
    DataSet data = new DataSet("labels", NAMES, items, List.of(), List.of(), null);
    try (Clip clip = TinyClip.smallest()) {
      FeatureCache cache = FeatureCache.inMemory(new ViewEncoder(clip, new Images(line -> {})));
      ImageGroups groups = ImageGroups.exact(data, cache).withNear(data, cache);
      assertThat(groups.contradictory()).containsExactlyInAnyOrder(first.key(), copy.key());
      assertThat(groups.share()).containsEntry(first.key(), 0.0).containsEntry(copy.key(), 0.0);
      assertThat(groups.share()).containsEntry(items.get(1).key(), 1.0);
    }
  }

  @Test
  void aMirroredImageIsACopyOnlyInItsClass() throws Exception {
    List<Item> items = new ArrayList<>();
    for (int drawing = 0; drawing < 8; drawing++) {
      items.add(frame(drawing % 2, drawing, 0));
    }
    items.add(mirrored(items.get(0), 0));
    items.add(mirrored(items.get(3), 0)); // a mirrored dog is called a cat
    DataSet data = new DataSet("mirrored", NAMES, items, List.of(), List.of(), null);
    try (Clip clip = TinyClip.smallest()) {
      FeatureCache cache = FeatureCache.inMemory(new ViewEncoder(clip, new Images(line -> {})));
      ImageGroups groups = ImageGroups.exact(data, cache).withNear(data, cache);
      assertThat(group(groups, 8)).isEqualTo(group(groups, 0));
      assertThat(groups.near()).isEqualTo(2);
      assertThat(groups.contradictions()).isEmpty();
    }
  }

  private Item mirrored(Item of, int label) throws IOException {
    BufferedImage from = ImageIO.read(of.file().toFile());
    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.drawImage(from, SIZE, 0, -SIZE, SIZE, null);
    graphics.dispose();
    String key = NAMES.get(label) + "/mirrored-" + of.key().replace('/', '-');
    Path file = folder.resolve(key.replace('/', '-'));
    assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
    return new Item(key, file, label, NAMES.get(label));
  }

  @Test
  void theTimeLimitsTheNumberOfImages() throws Exception {
    List<Item> items = new ArrayList<>();
    Item first = frame(0, 1, 0);
    for (int i = 0; i < 513; i++) {
      items.add(new Item(i + ".png", first.file(), i % 2, NAMES.get(i % 2)));
    }
    try (Clip clip = TinyClip.smallest()) {
      FeatureCache cache = FeatureCache.inMemory(new ViewEncoder(clip, new Images(line -> {})));
      assertThat(NearCopies.most(items, cache, 0)).isZero();
      assertThat(NearCopies.most(items, cache, 1e6)).isEqualTo(513);
      assertThat(NearCopies.most(items.subList(0, 512), cache, 0)).isEqualTo(512); // not measured
    }
  }

  private static String group(ImageGroups groups, int image) {
    return groups.data().train().get(image).group();
  }
}
