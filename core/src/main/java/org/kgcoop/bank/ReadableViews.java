package org.kgcoop.bank;

import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/** Views of images, read ahead; of those that cannot be read somebody is told in their turn. */
final class ReadableViews implements Iterator<Groups.View>, AutoCloseable {
  private final PictureEncoder encoder;
  private final Ahead<Map.Entry<String, PictureEncoder.Request>, Attempt> attempts;
  private final BiConsumer<PictureEncoder.Request, KgCoopException> problems;
  private Groups.@Nullable View next;

  /** A view, or why there is none. */
  private record Attempt(
      PictureEncoder.Request request,
      Groups.@Nullable View view,
      @Nullable KgCoopException problem) {}

  /**
   * Views of images.
   *
   * @param requests by the keys of their features
   * @param problems gets images that cannot be read; where it returns, they are left out
   */
  ReadableViews(
      PictureEncoder encoder,
      Map<String, PictureEncoder.Request> requests,
      BiConsumer<PictureEncoder.Request, KgCoopException> problems) {
    this.encoder = encoder;
    this.problems = problems;
    this.attempts =
        new Ahead<>(
            requests.entrySet().iterator(),
            this::attempt,
            Runtime.getRuntime().availableProcessors(),
            2 * Groups.SIZE);
  }

  private Attempt attempt(Map.Entry<String, PictureEncoder.Request> entry) {
    PictureEncoder.Request request = entry.getValue();
    try {
      return new Attempt(request, new Groups.View(entry.getKey(), encoder.values(request)), null);
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
  public Groups.View next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Groups.View view = Objects.requireNonNull(next);
    next = null;
    return view;
  }

  @Override
  public void close() {
    attempts.close();
  }
}
