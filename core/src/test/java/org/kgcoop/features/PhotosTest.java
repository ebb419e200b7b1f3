package org.kgcoop.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Embedder;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Item;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.JpegFile;
import org.kgcoop.image.view.Sketch;
import org.kgcoop.image.view.Transform;

/** Photos that are much larger than the input of the model, whose side is 8 pixels. */
class PhotosTest {
  @TempDir Path folder;
  private Clip clip;
  private final List<RgbImage> decoded = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void load() {
    clip = TinyClip.load();
  }

  @AfterEach
  void close() {
    clip.close();
  }

  /** Writes a photo that is old enough to have a stamp. */
  private Path photo(String name) throws IOException {
    BufferedImage image = new BufferedImage(400, 320, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    for (int i = 0; i < 60; i++) {
      graphics.setPaint(new GradientPaint(0, 0, new Color(i * 77777), 90, 60, Color.WHITE, true));
      graphics.fillOval(i * 31 % 400, i * 57 % 320, 7 + 2 * i, 125 - 2 * i);
    }
    graphics.dispose();
    Path file = folder.resolve(name);
    assertThat(ImageIO.write(image, name.substring(name.indexOf('.') + 1), file.toFile())).isTrue();
    return Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
  }

  private ViewEncoder encoder() {
    return new ViewEncoder(
        clip, new Images(line -> {}), (Path file, RgbImage image) -> decoded.add(image));
  }

  private static float[] feature(FeatureCache cache, Path file, boolean asStored) {
    return cache
        .get(FeatureRequest.of(List.of(new Item("a", file, 0, "", "", asStored))))
        .get(0)
        .vector();
  }

  @Test
  void aPhotoIsDecodedSmallerUnlessItIsReadAsPublished() throws IOException {
    Path file = photo("a.jpg");
    FeatureCache cache = new FeatureCache(encoder(), folder.resolve("cache"), line -> {});

    float[] published = feature(cache, file, true);
    float[] own = feature(cache, file, false);

    assertThat(decoded.stream().map(RgbImage::width)).containsExactly(400, 50);
    float cosine = 0;
    for (int i = 0; i < own.length; i++) {
      cosine += own[i] * published[i];
    }
    assertThat(cosine).isBetween(0.99f, 0.9999999f);
    // Each has its own key, in this process and the next.
    FeatureCache later = new FeatureCache(encoder(), folder.resolve("cache"), line -> {});
    assertThat(feature(later, file, true)).isEqualTo(published);
    assertThat(feature(later, file, false)).isEqualTo(own);
    assertThat(decoded).hasSize(2);
    assertThat(Embedder.unit(clip).embed(file)).isEqualTo(own);
    assertThat(Embedder.unit(clip).embed(Files.readAllBytes(file))).isEqualTo(own);
  }

  @Test
  void otherFormatsAreDecodedInFull() throws IOException {
    Path file = photo("a.png");
    FeatureCache cache = FeatureCache.none(encoder());
    assertThat(feature(cache, file, false)).isEqualTo(feature(cache, file, true));
    assertThat(decoded.stream().map(RgbImage::width)).containsExactly(400, 400);
  }

  @Test
  void aFirstLookAndASketchNeedNoOtherDecoding() throws IOException {
    for (String name : new String[] {"a.jpg", "large.png"}) {
      Path file = photo(name);
      if (name.endsWith("png")) { // too large to be kept as it is
        BufferedImage large = new BufferedImage(1600, 1200, BufferedImage.TYPE_INT_RGB);
        large.createGraphics().drawImage(ImageIO.read(file.toFile()), 0, 0, 1600, 1200, null);
        assertThat(ImageIO.write(large, "png", file.toFile())).isTrue(); // a moment ago
      }
      RgbImage image =
          new Images(line -> {})
              .decodeUpright(
                  Files.readAllBytes(file),
                  name,
                  new Transform(clip.preprocessing()).reduction(),
                  each -> each);
      ViewEncoder encoder = encoder();
      encoder.keepSketches();
      long before = Images.decoded();

      RgbImage first = encoder.firstView(file);
      float[] feature = feature(FeatureCache.none(encoder), file, false);

      Item item = new Item("a", file, 0, "");
      assertThat(encoder.hasSketch(item)).isTrue();
      assertThat(encoder.sketch(item).rgb()).isEqualTo(Sketch.of(image).rgb());
      assertThat(Images.decoded() - before).isEqualTo(1);
      assertThat(encoder.testView(image)).isEqualTo(first);
      assertThat(feature(FeatureCache.none(encoder()), file, false)).isEqualTo(feature);
      assertThat(JpegFile.shrunk(ViewEncoder.SHOWN, decoded.get(0)))
          .isEqualTo(JpegFile.shrunk(ViewEncoder.SHOWN, image));
      decoded.clear();
    }
  }

  @Test
  void aFileThatWasReplacedAfterTheFirstLookIsDecodedAgain() throws IOException {
    Path file = photo("a.jpg");
    ViewEncoder encoder = encoder();
    RgbImage unused = encoder.firstView(file);
    Files.copy(photo("b.png"), file, StandardCopyOption.REPLACE_EXISTING);

    assertThat(feature(FeatureCache.none(encoder), file, false))
        .isEqualTo(feature(FeatureCache.none(encoder), folder.resolve("b.png"), false));
  }
}
