package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.image.Images;

/** Counts how often a command decodes each image. */
@Tag("system")
class DecodedOnceTest {
  private static final int IMAGES = 24;

  @TempDir Path folder;

  /** Writes photos of two classes: JPEG files, and larger PNG files, which are decoded in full. */
  private Path photos() throws IOException {
    Random random = new Random(folder.hashCode()); // no other run has stored their features
    List<String> truth = new ArrayList<>(List.of("image,class"));
    for (int i = 0; i < IMAGES; i++) {
      boolean isPng = i % 3 == 0;
      BufferedImage image =
          new BufferedImage(isPng ? 1600 : 640, isPng ? 1200 : 480, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      for (int j = 0; j < 40; j++) {
        graphics.setColor(new Color(random.nextInt(1 << 24)));
        graphics.fillRect(random.nextInt(1600), random.nextInt(1200), 90, i % 2 == 0 ? 30 : 300);
      }
      graphics.dispose();
      String name = (i % 2 == 0 ? "flat" : "tall") + "/" + i + (isPng ? ".png" : ".jpg");
      Path file = folder.resolve("photos").resolve(name);
      Files.createDirectories(file.getParent());
      assertThat(ImageIO.write(image, isPng ? "png" : "jpg", file.toFile())).isTrue();
      truth.add(name + "," + (i % 2 == 0 ? "flat" : "tall"));
    }
    Files.write(folder.resolve("truth.csv"), truth);
    return folder.resolve("photos");
  }

  private long decodings(Object... command) {
    long before = Images.decoded();
    Cli.Result result = Cli.run(command);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return Images.decoded() - before;
  }

  @Test
  void eachCommandDecodesAnImageOnce() throws IOException {
    Path photos = photos();
    Path features = folder.resolve("features.npy");
    assertThat(decodings("embed", photos, "--out", features, "--feature-cache", "none"))
        .isEqualTo(IMAGES);
    assertThat(decodings("search", photos, "flat shapes", "--feature-cache", "none"))
        .isEqualTo(IMAGES);
    Path truth = folder.resolve("truth.csv");
    assertThat(decodings("label", photos, "--simulate", truth, "--classes", "flat,tall"))
        .isEqualTo(IMAGES);
    Path run = folder.resolve("run");
    Path cache = folder.resolve("cache");
    long adapted = decodings("adapt", photos, "--out", run, "--feature-cache", cache);
    int pictures = Files.readString(run.resolve("report.html")).split("data:image/", -1).length - 1;
    assertThat(adapted).isEqualTo(IMAGES + pictures); // the report shows mistakes
  }
}
