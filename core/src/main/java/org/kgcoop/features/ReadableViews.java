package org.kgcoop.features;

import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/** An iterator over the views of images, prefetched. It reports unreadable images in order. */
final class ReadableViews implements Iterator<EncodeBatches.View>, AutoCloseable {
  private final ViewEncoder encoder;
  private final Prefetcher<Map.Entry<String, ViewEncoder.Request>, Attempt> attempts;
  private final BiConsumer<ViewEncoder.Request, KgCoopException> problems;
  private EncodeBatches.@Nullable View next;

  /** A view, or the reason why the image is unreadable. */
  private record Attempt(
      ViewEncoder.Request request,
      EncodeBatches.@Nullable View view,
      @Nullable KgCoopException problem) {}

  /**
   * Creates an iterator over views.
   *
   * @param requests the views by the keys of their features
   * @param problems receives unreadable images; if it returns, they are left out
   */
  ReadableViews(
      ViewEncoder encoder,
      Map<String, ViewEncoder.Request> requests,
      BiConsumer<ViewEncoder.Request, KgCoopException> problems) {
    this.encoder = encoder;
    this.problems = problems;
    this.attempts =
        new Prefetcher<>(
            requests.entrySet().iterator(),
            this::attempt,
            Runtime.getRuntime().availableProcessors(),
            2 * EncodeBatches.SIZE);
  }

  private Attempt attempt(Map.Entry<String, ViewEncoder.Request> entry) {
    ViewEncoder.Request request = entry.getValue();
    try {
      return new Attempt(
          request, new EncodeBatches.View(entry.getKey(), encoder.values(request)), null);
    } catch (KgCoopException e) {
      return new Attempt(request, null, e);
    }
  }

  @Override
  public boolean hasNext() {
    while (next == null && attempts.hasNext()) {
      Attempt attempt = attempts.next();
      if (attempt.problem() != null) {
        problems.accept(attempt.request(), attempt.problem());
      }
      next = attempt.view();
    }
    return next != null;
  }

  @Override
  public EncodeBatches.View next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    EncodeBatches.View view = Objects.requireNonNull(next);
    next = null;
    return view;
  }

  @Override
  public void close() {
    attempts.close();
  }
}
