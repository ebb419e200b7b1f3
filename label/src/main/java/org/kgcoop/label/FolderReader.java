package org.kgcoop.label;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.KgCoopException.Category;
import org.kgcoop.adapt.NearCopies;
import org.kgcoop.data.Item;
import org.kgcoop.eval.NearDuplicates;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.progress.FeatureProgress;

/**
 * Computes the features of a folder for a session. The first images are read at once. A thread
 * reads the others in the random order of the session, while a person works. Every change of the
 * session is made under its lock.
 */
final class FolderReader implements ImageReader {
  /** Images that are encoded before the first page. */
  private static final int FIRST = 500;

  private static final int GROUP = 128;
  private static final long POLL_MILLISECONDS = 100;

  private final LabelSession session; // its lock is `lock`
  private final Object lock;
  private final LabelFolder folder;
  private final FeatureCache cache;
  private final Consumer<String> warnings;
  private final LongConsumer progress;
  private final BooleanSupplier cancelled;
  private final List<String> images;
  private final List<String> unreadable = new ArrayList<>();
  private @Nullable Thread thread;
  private volatile boolean closed;
  private int encoded; // without cached features

  @GuardedBy("lock")
  private int done;

  @GuardedBy("lock")
  private @Nullable KgCoopException failure;

  @GuardedBy("lock")
  private boolean isCompared;

  /**
   * Creates a reader.
   *
   * @param lock the lock of the session
   * @param progress receives the number of images that were read
   * @param cancelled true to stop
   */
  FolderReader(
      LabelSession session,
      Object lock,
      LabelFolder folder,
      FeatureCache cache,
      Consumer<String> warnings,
      LongConsumer progress,
      BooleanSupplier cancelled) {
    this.session = session;
    this.lock = lock;
    this.folder = folder;
    this.cache = cache;
    this.warnings = warnings;
    this.progress = progress;
    this.cancelled = cancelled;
    images = session.state().images();
  }

  // ---- the first images

  /**
   * Reads the images that the answers so far need, and the first ones of the order: those that take
   * part in the choice already, or as many as can. It ends earlier after 500 images without a
   * cached feature.
   *
   * @throws KgCoopException of the category DATA if no image can be read, and INTERRUPTED
   */
  @Override
  public void readFirst() {
    readGroups(session.needed());
    ReadingOrder order = session.order();
    int end = session.joined() > 0 ? session.joined() : Math.min(order.size(), session.limit());
    for (int from = 0; from < order.size() && (from < end || isUseless()); ) {
      if (encoded >= FIRST && !isUseless()) {
        return;
      }
      int most = Math.min(GROUP, Math.max(1, FIRST - encoded));
      int stop = from < end ? end : order.size();
      List<Integer> group = new ArrayList<>();
      while (from < stop && group.size() < most) {
        int image = order.image(from++);
        if (!session.isRead(image)) {
          group.add(image);
        }
      }
      read(group);
    }
    if (isUseless()) {
      throw KgCoopException.data(
          "%s: none of %s images can be read".formatted(folder.root(), images.size()));
    }
  }

  /** Returns true if no readable image was found. */
  private boolean isUseless() {
    synchronized (lock) {
      return IntStream.range(0, images.size())
          .noneMatch(i -> session.isRead(i) && !session.state().isGone(i));
    }
  }

  private void readGroups(List<Integer> all) {
    for (int from = 0; from < all.size(); from += GROUP) {
      read(all.subList(from, Math.min(all.size(), from + GROUP)));
    }
  }

  private void read(List<Integer> group) {
    if (group.isEmpty()) {
      return;
    }
    Map<Path, Integer> byFile = new HashMap<>();
    group.forEach(image -> byFile.put(folder.file(images.get(image)), image));
    List<Integer> bad = new ArrayList<>();
    Map<Integer, float[]> vectors = new HashMap<>();
    encoded += group.size();
    int before = done();
    cache
        .upright(
            group.stream().map(image -> folder.file(images.get(image))).toList(),
            false,
            problem -> {
              if (!Files.isDirectory(folder.root())) { // otherwise all images would be left out
                throw KgCoopException.io(
                    folder.root() + ": this folder no longer exists", problem.reason());
              }
              bad.add(byFile.get(problem.file()));
              warnings.accept(problem.reason().getMessage() + "; left out");
            },
            new FeatureProgress() {
              @Override
              public void done(long units) {
                checkStopped();
                progress.accept(before + units);
              }

              @Override
              public void doneBefore(long units) {
                encoded -= Math.toIntExact(units);
              }
            })
        .forEach((file, vector) -> vectors.put(byFile.get(file), vector));
    synchronized (lock) {
      session.read(vectors, bad);
      done += group.size();
      bad.forEach(image -> unreadable.addAll(folder.copies(images.get(image))));
      lock.notifyAll();
    }
    progress.accept(done());
  }

  private void checkStopped() {
    if (closed || cancelled.getAsBoolean()) {
      throw new KgCoopException(
          Category.INTERRUPTED, "interrupted: run the same command again to resume");
    }
  }

  // ---- the others

  @Override
  public void readOthers() {
    Thread others = new Thread(this::readAll, "reader of images");
    others.setDaemon(true);
    thread = others;
    others.start();
  }

  private void readAll() {
    try {
      for (List<Integer> group = nextGroup(); !group.isEmpty(); group = nextGroup()) {
        read(group);
      }
      compare();
    } catch (KgCoopException e) {
      fail(e);
    } catch (RuntimeException | Error e) {
      fail(KgCoopException.io("the images cannot be read: " + e, e));
    }
  }

  /** Finds the images that show the same picture as an image of the audit. */
  private void compare() {
    List<Integer> audit;
    Map<Integer, Integer> classes = new HashMap<>();
    synchronized (lock) {
      audit = session.state().firstDraw();
    }
    List<Integer> near = session.near(audit); // only this thread writes features
    synchronized (lock) {
      if (session.state().canFit()) { // a copy differs less than another class
        classes.putAll(session.head().predicted(near));
      }
    }
    List<Item> items =
        near.stream()
            .map(
                image ->
                    new Item(
                        images.get(image),
                        folder.file(images.get(image)),
                        1 + classes.getOrDefault(image, 0),
                        ""))
            .toList();
    List<NearDuplicates.Pair> pairs;
    try {
      pairs = NearCopies.of(items, cache, this::checkStopped).pairs();
    } catch (KgCoopException e) {
      if (e.category() == Category.INTERRUPTED) {
        throw e;
      }
      pairs = List.of(); // an image was removed meanwhile
    }
    synchronized (lock) {
      session.setCopies(NearDuplicates.groups(pairs, near, audit));
      isCompared = true;
      lock.notifyAll();
    }
  }

  private void fail(KgCoopException e) {
    synchronized (lock) {
      failure = e;
      lock.notifyAll();
    }
  }

  private List<Integer> nextGroup() {
    synchronized (lock) {
      List<Integer> needed = session.needed(); // a later draw of the audit
      if (!needed.isEmpty()) {
        return needed;
      }
      ReadingOrder order = session.order();
      List<Integer> group = new ArrayList<>();
      for (int p = 0; p < order.size() && group.size() < GROUP; p++) {
        if (!session.isRead(order.image(p))) {
          group.add(order.image(p));
        }
      }
      return group;
    }
  }

  @Override
  public int done() {
    synchronized (lock) {
      return done;
    }
  }

  @Override
  public List<String> unreadable() {
    synchronized (lock) {
      return unreadable.stream().sorted().toList();
    }
  }

  @Override
  public @Nullable KgCoopException failure() {
    synchronized (lock) {
      return failure;
    }
  }

  @Override
  public boolean awaitMore() {
    int before = done();
    await(() -> done() == before && done() < images.size());
    return done() < images.size();
  }

  @Override
  public void awaitCopies() {
    await(() -> !isCompared() && !closed);
  }

  private boolean isCompared() {
    synchronized (lock) {
      return isCompared;
    }
  }

  /** Waits as long as a condition holds. The lock is released meanwhile. */
  private void await(BooleanSupplier holds) {
    synchronized (lock) {
      while (holds.getAsBoolean()) {
        if (failure != null) {
          throw failure;
        }
        checkStopped();
        try {
          lock.wait(POLL_MILLISECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new KgCoopException(Category.INTERRUPTED, "interrupted", e);
        }
      }
    }
  }

  /** Stops the thread. Encoded images stay in the cache. */
  @Override
  public void close() {
    closed = true;
    if (thread == null) {
      return;
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
