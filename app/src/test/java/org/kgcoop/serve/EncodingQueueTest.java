package org.kgcoop.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.bank.PictureEncoder;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.data.Images;
import org.kgcoop.data.RgbImage;
import org.kgcoop.tensor.Tensor;

class EncodingQueueTest {
  private static final RgbImage PICTURE = new RgbImage(1, 1, new byte[3]);
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir static Path folder;
  private static Clip clip;
  private static Classifier classifier;

  @BeforeAll
  static void open() {
    RandomClip.write(folder, RandomClip.TINY, 1);
    clip = Clip.load(folder);
    classifier = Classifier.zeroShot(clip, List.of("cat", "dog"), "a {}.");
  }

  @AfterAll
  static void close() {
    classifier.close();
    clip.close();
  }

  private static EncodingQueue queue(int capacity, Duration limit) {
    return new EncodingQueue(new PictureEncoder(clip, new Images(w -> {})), capacity, limit);
  }

  private static Classification read(Tensor feature) {
    return classifier.ofFeatures(feature).get(0);
  }

  /** A request that holds up the encoding thread, from {@code started} until {@code released}. */
  private static Function<Tensor, Classification> held(
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
  void beyondItsCapacityItRefusesAndOnClosingItAnswersWhatItTook() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    EncodingQueue queue = queue(1, LONG);
    CompletableFuture<Classification> first =
        CompletableFuture.supplyAsync(() -> queue.ask(PICTURE, held(started, released)));
    started.await();
    CompletableFuture<Classification> second =
        CompletableFuture.supplyAsync(() -> queue.ask(PICTURE, EncodingQueueTest::read));
    while (queue.waiting() < 1) {
      Thread.sleep(1);
    }
    assertThatThrownBy(() -> queue.ask(PICTURE, EncodingQueueTest::read))
        .isInstanceOfSatisfying(
            RefusedRequestException.class, e -> assertThat(e.status()).isEqualTo(503))
        .hasMessageContaining("too many");
    CompletableFuture<Void> closed = CompletableFuture.runAsync(queue::close);
    released.countDown();
    closed.join();
    Classification expected = classifier.classify(PICTURE);
    assertThat(first.join().best()).isEqualTo(expected.best());
    assertThat(second.join().best()).isEqualTo(expected.best());
  }

  @Test
  void aRequestWaitsNoLongerThanTheTimeLimit() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    try (EncodingQueue queue = queue(4, Duration.ofMillis(200))) {
      assertThatThrownBy(() -> queue.ask(PICTURE, held(started, released)))
          .isInstanceOf(RefusedRequestException.class)
          .hasMessageContaining("time limit");
      released.countDown();
    }
  }

  @Test
  void aRequestThatFailsLeavesTheOthers() {
    try (EncodingQueue queue = queue(4, LONG)) {
      assertThatThrownBy(
              () ->
                  queue.ask(
                      PICTURE,
                      feature -> {
                        throw KgCoopException.configuration("no such thing");
                      }))
          .isInstanceOf(KgCoopException.class)
          .hasMessage("no such thing");
      assertThat(queue.ask(PICTURE, EncodingQueueTest::read).ranking()).hasSize(2);
    }
  }

  @Test
  void theCacheKeepsTheNamesThatWereAskedForLast() {
    try (ZeroShotCache cache = new ZeroShotCache(clip, 5)) {
      Classifier first = cache.get(List.of("a", "b"), "a {}.");
      Classifier second = cache.get(List.of("a", "b"), "the {}.");
      assertThat(cache.get(List.of("a", "b"), "a {}.")).isSameAs(first);
      assertThat(cache.get(List.of("c", "d"), "a {}.").classNames()).containsExactly("c", "d");
      assertThat(cache.size()).isEqualTo(2); // 6 classes are too many: the second had to go
      assertThat(cache.get(List.of("a", "b"), "a {}.")).isSameAs(first);
      assertThatThrownBy(() -> second.classify(PICTURE)).isInstanceOf(IllegalStateException.class);
    }
  }
}
