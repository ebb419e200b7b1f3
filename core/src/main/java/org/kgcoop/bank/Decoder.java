package org.kgcoop.bank;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Decodes and transforms pictures group by group, one group ahead of whoever encodes them, on
 * threads of its own.
 */
final class Decoder implements AutoCloseable {
  private final PictureEncoder encoder;
  private final List<PictureEncoder.Request> requests;
  private final int group;
  private final ExecutorService threads;
  private int from; // of the group after the one that is decoded
  private @Nullable CompletableFuture<float[]> ahead;

  Decoder(PictureEncoder encoder, List<PictureEncoder.Request> requests, int group) {
    this.encoder = encoder;
    this.requests = requests;
    this.group = group;
    threads =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            work -> {
              Thread thread = new Thread(work, "kgcoop-decoder");
              thread.setDaemon(true);
              return thread;
            });
    ahead = started();
  }

  /** The values of the next group, (pictures, channels, R, R). */
  float[] next() {
    CompletableFuture<float[]> ready = ahead;
    if (ready == null) {
      throw new IllegalStateException("no pictures are left");
    }
    ahead = started();
    try {
      return ready.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private @Nullable CompletableFuture<float[]> started() {
    if (from >= requests.size()) {
      return null;
    }
    List<PictureEncoder.Request> next =
        requests.subList(from, Math.min(from + group, requests.size()));
    from += next.size();
    float[] values = new float[Math.multiplyExact(next.size(), encoder.valuesPerPicture())];
    CompletableFuture<?>[] pictures = new CompletableFuture<?>[next.size()];
    for (int i = 0; i < pictures.length; i++) {
      int index = i;
      pictures[i] =
          CompletableFuture.runAsync(() -> encoder.decode(next.get(index), values, index), threads);
    }
    return CompletableFuture.allOf(pictures).thenApply(all -> values);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
