package org.kgcoop.serve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.Waiting;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.serve.http.ServerSettings.Limits;

@Timeout(120)
class RequestImageDecoderTest {
  @TempDir Path folder;

  private static byte[] png(int width, int height, int type) throws IOException {
    BufferedImage image = new BufferedImage(width, height, type);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "png", bytes)).isTrue();
    return bytes.toByteArray();
  }

  @Test
  void limitsLargeImagesWithoutDelayingSmallOnes() throws Exception {
    RandomClip.write(folder, RandomClip.TINY, 1);
    Limits limits = // one large image may wait
        new Limits(2, Duration.ofSeconds(100), 1 << 20, 0, Images.DEFAULT_MAX_PIXELS);
    Deadline deadline = Deadline.in(Duration.ofSeconds(100));
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    // The decoder reports a warning for gray images with 16 bits.
    byte[] large = png(1001, 1000, BufferedImage.TYPE_USHORT_GRAY);
    byte[] small = png(1000, 1000, BufferedImage.TYPE_BYTE_GRAY);
    try (Clip clip = Clip.load(folder)) {
      RequestImageDecoder decoder = // with one slot for each kind
          new RequestImageDecoder(
              clip,
              limits,
              1,
              warning -> {
                started.countDown();
                try {
                  released.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              },
              image -> {});
      CompletableFuture<RgbImage> first =
          CompletableFuture.supplyAsync(() -> decoder.decode(large, deadline));
      started.await();
      Thread second = new Thread(new FutureTask<>(() -> decoder.decode(large, deadline)));
      second.start();
      Waiting.until(() -> second.getState() == Thread.State.TIMED_WAITING);
      assertThatThrownBy(() -> decoder.decode(large, deadline))
          .isInstanceOfSatisfying(
              HttpErrorException.class, e -> assertThat(e.status()).isEqualTo(503))
          .hasMessageContaining("too many large images");
      assertThatThrownBy(() -> decoder.decode(new byte[] {1, 2, 3}, deadline))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("not an image of a known format");
      assertThat(decoder.decode(small, deadline)).isNotNull();
      assertThat(first).isNotDone();
      released.countDown();
      first.join();
      second.join();
    }
  }
}
