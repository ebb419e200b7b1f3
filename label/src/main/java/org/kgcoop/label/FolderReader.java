package org.kgcoop.label;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.KgCoopException.Category;
import org.kgcoop.adapt.NearCopies;
import org.kgcoop.data.Item;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.label.SessionHead.Guess;
import org.kgcoop.progress.FeatureProgress;
import org.kgcoop.similarity.NearDuplicates;
import org.kgcoop.trial.ExperimentContext;

/**
 * Computes the features of a folder for a session. The first images are read at once. A thread
 * reads the others in the random order of the session, while a person works. Every change of the
 * session is made under its lock.
 */
final class FolderReader implements ImageReader {
  /** The number of images that are encoded before the first page. */
  static final int FIRST = 500;

  private static final int GROUP = 128;
  private static final long POLL_MILLISECONDS = 100;

  private final LabelSession session; // its lock is `lock`
  private final Object lock;
  private final LabelFolder folder;
  private final ExperimentContext context;
  private final int first;
  private final LongConsumer progress;
  private final Consumer<Map<String, String>> contents;
  private final List<String> images;
  private final List<Path> unreadable = new ArrayList<>();
  private @Nullable Thread thread;
  private volatile boolean closed;
  private volatile int done; // these three change under the lock
  private volatile @Nullable KgCoopException failure;
  private volatile boolean isCompared;
  private int encoded; // without cached features

  /**
   * Creates a reader.
   *
   * @param lock the lock of the session
   * @param first the number of images that are encoded before the first page
   * @param progress receives the number of images that were read
   * @param contents receives what files contained when they were read
   */
  FolderReader(
      LabelSession session,
      Object lock,
      LabelFolder folder,
      ExperimentContext context,
      int first,
      LongConsumer progress,
      Consumer<Map<String, String>> contents) {
    this.session = session;
    this.lock = lock;
    this.folder = folder;
    this.context = context;
    this.first = first;
    this.progress = progress;
    this.contents = contents;
    images = session.state().images();
    context.cache().encoder().keepSketches(); // for NearCopies, without another decoding
  }

  // ---- the first images

  /**
   * Reads the images that the answers so far need, and the first ones of the order: those that take
   * part in the choice already, or as many as can. It ends earlier after so many images without a
   * cached feature.
   *
   * @throws KgCoopException of the category DATA if no image can be read, and INTERRUPTED
   */
  @Override
  public void readFirst() {
    int end =
        session.joined() > 0 ? session.joined() : Math.min(session.order().size(), session.limit());
    readEach(this::needed);
    readEach(
        () -> {
          boolean isUseless = isUseless();
          if (encoded >= first && !isUseless) {
            return List.of();
          }
          int most = Math.min(GROUP, Math.max(1, first - encoded));
          List<Integer> group = unread(end, most);
          return group.isEmpty() && isUseless ? unread(session.order().size(), most) : group;
        });
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

  private List<Integer> needed() {
    return session.needed().stream().limit(GROUP).toList();
  }

  /** Returns the first images of the order that are not read, up to a position. */
  private List<Integer> unread(int end, int most) {
    return IntStream.range(0, end)
        .map(session.order()::image)
        .filter(image -> !session.isRead(image))
        .limit(most)
        .boxed()
        .toList();
  }

  private void readEach(Supplier<List<Integer>> groups) {
    for (List<Integer> group = groups.get(); !group.isEmpty(); group = groups.get()) {
      read(group);
    }
  }

  private void read(List<Integer> group) {
    List<Path> files = group.stream().map(image -> folder.file(images.get(image))).toList();
    List<Integer> bad = new ArrayList<>();
    Map<Integer, float[]> vectors = new HashMap<>();
    encoded += group.size();
    int before = done;
    FeatureProgress counts =
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
        };
    context
        .cache()
        .each(
            FeatureRequest.ofFiles(files)
                .withUnreadable(
                    (file, reason) -> {
                      if (!Files.isDirectory(folder.root())) { // otherwise all would be left out
                        throw KgCoopException.io(
                            folder.root() + ": this folder no longer exists", reason);
                      }
                      bad.add(group.get(files.indexOf(file)));
                      context.warnings().accept(reason.getMessage() + "; left out");
                    })
                .withProgress(counts),
            (feature, i) -> vectors.put(group.get(i), feature.vector()));
    Map<String, String> found =
        folder.contents(
            vectors.keySet().stream().map(images::get).toList(), context.cache().hashes());
    synchronized (lock) {
      contents.accept(found);
      session.read(vectors, bad);
      done += group.size();
      bad.stream()
          .flatMap(image -> folder.copies().getOrDefault(images.get(image), List.of()).stream())
          .forEach(path -> unreadable.add(Path.of(path)));
      lock.notifyAll();
    }
    progress.accept(done);
  }

  private void checkStopped() {
    if (closed || context.interrupted().getAsBoolean()) {
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
      readEach(this::nextGroup);
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
    Map<Integer, Guess> guesses = new HashMap<>();
    synchronized (lock) {
      audit = session.state().firstDraw();
    }
    List<Integer> near = session.near(audit); // only this thread writes features
    synchronized (lock) {
      if (session.state().canFit()) { // a copy differs less than another class
        guesses.putAll(session.head().guesses(near));
      }
    }
    List<Item> items =
        near.stream()
            .map(
                image ->
                    new Item(
                        images.get(image),
                        folder.file(images.get(image)),
                        1 + guesses.getOrDefault(image, Guess.UNKNOWN).label(),
                        ""))
            .toList();
    List<NearDuplicates.Pair> pairs;
    try {
      pairs = NearCopies.of(items, context.cache(), this::checkStopped).pairs();
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
      List<Integer> needed = needed(); // a later draw of the audit
      return needed.isEmpty() ? unread(images.size(), GROUP) : needed;
    }
  }

  @Override
  public int done() {
    return done;
  }

  @Override
  public List<Path> unreadable() {
    synchronized (lock) {
      return unreadable.stream().sorted(Comparator.comparing(Path::toString)).toList();
    }
  }

  @Override
  public String problem() {
    KgCoopException reason = failure;
    return reason == null ? "" : String.valueOf(reason.getMessage());
  }

  @Override
  public boolean awaitMore() {
    int before = done;
    await(() -> done == before && done < images.size());
    return done < images.size();
  }

  @Override
  public void awaitCopies() {
    await(() -> !isCompared && !closed);
  }

  /** Waits as long as a condition holds. The lock is released meanwhile. */
  private void await(BooleanSupplier holds) {
    synchronized (lock) {
      while (holds.getAsBoolean()) {
        KgCoopException reason = failure;
        if (reason != null) {
          throw reason;
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
