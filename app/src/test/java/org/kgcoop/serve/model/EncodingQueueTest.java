package org.kgcoop.serve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.Waiting;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.image.view.TransformedImage;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.serve.model.EncodingQueue.BatchFunction;

@Timeout(120)
class EncodingQueueTest {
  private static final RgbImage IMAGE = new RgbImage(1, 1, new byte[3]);
  private static final Duration LONG = Duration.ofSeconds(100);

  @TempDir static Path folder;
  private static Clip clip;
  private static Classifier classifier;
  private static RgbImage pixels; // IMAGE after the test transform

  @BeforeAll
  static void open() {
    RandomClip.write(folder, RandomClip.TINY, 1);
    clip = Clip.load(folder);
    classifier = Classifier.zeroShot(clip, List.of("cat", "dog"), "a {}.");
    pixels = new Transform(clip.preprocessing()).test(IMAGE);
  }

  @AfterAll
  static void close() {
    classifier.close();
    clip.close();
  }

  private static Deadline deadline() {
    return Deadline.in(LONG);
  }

  private static EncodingQueue queue(int capacity) {
    return new EncodingQueue(
        new ViewEncoder(clip, new Images(w -> {})), capacity, () -> 0, batch -> {});
  }

  private static List<Classification> read(float[][] features) {
    return classifier.ofFeatures(features);
  }

  /**
   * Returns a request that blocks the encoding thread between {@code started} and {@code released}.
   */
  private static BatchFunction<Classification> held(
      CountDownLatch started, CountDownLatch released) {
    return feature -> {
      started.countDown();
      try {
        released.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return read(feature);
    };
  }

  @Test
  void rejectsBeyondItsCapacityAndAnswersTheRestWhenItCloses() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    EncodingQueue queue = queue(1);
    CompletableFuture<Classification> first =
        CompletableFuture.supplyAsync(
            () -> queue.submit(pixels, held(started, released), deadline()));
    started.await();
    CompletableFuture<Classification> second =
        CompletableFuture.supplyAsync(
            () -> queue.submit(pixels, EncodingQueueTest::read, deadline()));
    awaitWaiting(queue, 1);
    assertThatThrownBy(() -> queue.submit(pixels, EncodingQueueTest::read, deadline()))
        .isInstanceOfSatisfying(
            HttpErrorException.class, e -> assertThat(e.status()).isEqualTo(503))
        .hasMessageContaining("too many");
    CompletableFuture<Void> closed = CompletableFuture.runAsync(queue::close);
    released.countDown();
    closed.join();
    Classification expected = classifier.classify(IMAGE);
    assertThat(first.join().best()).isEqualTo(expected.best());
    assertThat(second.join().best()).isEqualTo(expected.best());
  }

  @Test
  void acceptsAllImagesOfARequestOrNone() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    try (EncodingQueue queue = queue(3)) {
      CompletableFuture<Classification> first =
          CompletableFuture.supplyAsync(
              () -> queue.submit(pixels, held(started, released), deadline()));
      started.await();
      CompletableFuture<List<Classification>> two =
          CompletableFuture.supplyAsync(
              () -> queue.submitAll(List.of(pixels, pixels), EncodingQueueTest::read, deadline()));
      awaitWaiting(queue, 2);
      assertThatThrownBy(
              () -> queue.submitAll(List.of(pixels, pixels), EncodingQueueTest::read, deadline()))
          .hasMessageContaining("too many");
      assertThat(queue.waiting()).isEqualTo(2);
      released.countDown();
      Classification expected = classifier.classify(IMAGE);
      assertThat(first.join().best()).isEqualTo(expected.best());
      for (Classification each : two.join()) {
        assertThat(each.probabilities()).containsExactly(expected.probabilities(), within(1e-5f));
      }
    }
  }

  @Test
  void appliesAFunctionToAllOfItsImagesInABatch() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    List<Integer> together = new CopyOnWriteArrayList<>();
    BatchFunction<Classification> counted =
        features -> {
          together.add(features.length);
          return read(features);
        };
    try (EncodingQueue queue = queue(3)) {
      CompletableFuture<Classification> first =
          CompletableFuture.supplyAsync(
              () -> queue.submit(pixels, held(started, released), deadline()));
      started.await();
      CompletableFuture<Classification> image =
          CompletableFuture.supplyAsync(() -> queue.submit(pixels, counted, deadline()));
      awaitWaiting(queue, 1);
      CompletableFuture<Classification> other =
          CompletableFuture.supplyAsync(
              () -> queue.submit(pixels, held(started, released), deadline()));
      awaitWaiting(queue, 2);
      CompletableFuture<Classification> grey =
          CompletableFuture.supplyAsync(() -> queue.submit(gray(), counted, deadline()));
      awaitWaiting(queue, 3);
      released.countDown();
      float[] expected = classifier.classify(IMAGE).probabilities();
      for (CompletableFuture<Classification> same : List.of(first, image, other)) {
        assertThat(same.join().probabilities()).containsExactly(expected, within(1e-5f));
      }
      assertThat(grey.join().probabilities()).isNotEqualTo(expected);
      assertThat(Math.abs(grey.join().probabilities()[0] - expected[0])).isGreaterThan(1e-4f);
      assertThat(together).containsExactly(2);
    }
  }

  private static RgbImage gray() {
    byte[] gray = new byte[pixels.rgb().length];
    Arrays.fill(gray, (byte) 128);
    return new RgbImage(pixels.width(), pixels.height(), gray);
  }

  @Test
  void batchesImagesOfAnotherEncoderSeparately() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    List<Integer> together = new CopyOnWriteArrayList<>();
    BatchFunction<Classification> turned =
        byEncoder(
            images -> {
              together.add(images.size());
              return negated(classifier.features(images));
            });
    BatchFunction<Classification> broken =
        byEncoder(
            images -> {
              throw new IllegalStateException("closed");
            });
    try (EncodingQueue queue = queue(5)) {
      CompletableFuture<Classification> first =
          CompletableFuture.supplyAsync(
              () -> queue.submit(pixels, held(started, released), deadline()));
      started.await();
      CompletableFuture<List<Classification>> two =
          CompletableFuture.supplyAsync(
              () -> queue.submitAll(List.of(pixels, pixels), turned, deadline()));
      awaitWaiting(queue, 2);
      CompletableFuture<Classification> failing =
          CompletableFuture.supplyAsync(() -> queue.submit(pixels, broken, deadline()));
      awaitWaiting(queue, 3);
      CompletableFuture<Classification> plain =
          CompletableFuture.supplyAsync(
              () -> queue.submit(pixels, EncodingQueueTest::read, deadline()));
      awaitWaiting(queue, 4);
      released.countDown();

      Classification expected = classifier.classify(IMAGE);
      assertThat(first.join()).isEqualTo(expected);
      assertThat(plain.join()).isEqualTo(expected);
      assertThat(two.join().get(0)).isEqualTo(two.join().get(1)).isNotEqualTo(expected);
      assertThat(two.join().get(0).probabilities()[0]) // negated logits, two classes
          .isEqualTo(expected.probabilities()[1], within(1e-5f));
      assertThatThrownBy(failing::join).hasMessageContaining("closed");
      assertThat(together).containsExactly(2);
    }
  }

  private static float[][] negated(float[][] features) {
    for (float[] row : features) {
      for (int i = 0; i < row.length; i++) {
        row[i] = -row[i];
      }
    }
    return features;
  }

  private static BatchFunction<Classification> byEncoder(
      Function<List<TransformedImage>, float[][]> encoder) {
    return new BatchFunction<>() {
      @Override
      public List<Classification> apply(float[][] features) {
        return read(features);
      }

      @Override
      public Optional<Function<List<TransformedImage>, float[][]>> encoder() {
        return Optional.of(encoder);
      }
    };
  }

  private static void awaitWaiting(EncodingQueue queue, int count) {
    Waiting.until(() -> queue.waiting() >= count);
  }

  @Test
  void rejectsAfterTheDeadline() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    try (EncodingQueue queue = queue(4)) {
      assertThatThrownBy(
              () ->
                  queue.submit(
                      pixels, held(started, released), Deadline.in(Duration.ofMillis(200))))
          .isInstanceOf(HttpErrorException.class)
          .hasMessageContaining("time limit");
      released.countDown();
    }
  }

  @Test
  void continuesAfterAFailure() {
    try (EncodingQueue queue = queue(4)) {
      assertThatThrownBy(
              () ->
                  queue.submit(
                      pixels,
                      feature -> {
                        throw KgCoopException.configuration("no such thing");
                      },
                      deadline()))
          .isInstanceOf(KgCoopException.class)
          .hasMessage("no such thing");
      assertThat(queue.submit(pixels, EncodingQueueTest::read, deadline()).ranking()).hasSize(2);
    }
  }

  @Test
  void cachesTheMostRecentlyUsedNames() {
    List<String> names = List.of("a", "b");
    try (ZeroShotCache cache = new ZeroShotCache(clip, 5)) {
      Classifier first = used(cache, names, "a {}.");
      Classifier second = used(cache, names, "the {}.");
      assertThat(used(cache, names, "a {}.")).isSameAs(first);
      try (SharedClassifier use = cache.use(names, "the {}.", deadline())) {
        assertThat(used(cache, names, "a {}.")).isSameAs(first);
        assertThat(used(cache, List.of("c", "d"), "a {}.").classNames()).containsExactly("c", "d");
        assertThat(cache.size()).isEqualTo(2); // the second one was removed
        assertThat(use.model().classifier().classify(IMAGE).ranking()).hasSize(2); // still in use
      }
      assertThatThrownBy(() -> second.classify(IMAGE)).isInstanceOf(IllegalStateException.class);
      assertThat(used(cache, names, "a {}.")).isSameAs(first);
    }
  }

  @Test
  void computesNoTextsAfterTheDeadline() {
    try (ZeroShotCache cache = new ZeroShotCache(clip, 5)) {
      assertThatThrownBy(
              () -> cache.use(List.of("a", "b"), "a {}.", Deadline.in(Duration.ZERO)).close())
          .isInstanceOf(HttpErrorException.class)
          .hasMessageContaining("within the time limit");
    }
  }

  private static Classifier used(ZeroShotCache cache, List<String> names, String template) {
    try (SharedClassifier use = cache.use(names, template, deadline())) {
      return use.model().classifier();
    }
  }
}
