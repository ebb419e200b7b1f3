package org.kgcoop.label;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.JournalEntry;
import org.kgcoop.trial.ExperimentContext;

/** A session with known features, for simulations and tests without files. */
final class MemorySource implements SessionSource {
  private final TreeMap<String, float[]> features;
  private final SessionHead.ClassTexts texts;
  private final double scale;
  private final Map<String, String> pictures;
  private Reader reader = new Reader(null, this);
  int readFirst = Integer.MAX_VALUE; // the images that are read when the session is opened

  /**
   * Creates a source.
   *
   * @param features by path, each (D), unit length
   * @param scale the factor of the cosines in zero-shot probabilities
   * @param pictures the picture that an image shows, by path; images without one have their own
   */
  MemorySource(
      Map<String, float[]> features,
      SessionHead.ClassTexts texts,
      double scale,
      Map<String, String> pictures) {
    this.features = new TreeMap<>(features);
    this.texts = texts;
    this.scale = scale;
    this.pictures = Map.copyOf(pictures);
  }

  /** Entries in memory. They survive the session, so that it can be opened again. */
  static final class Entries implements Journal {
    private final List<JournalEntry> all = new ArrayList<>();

    @Override
    public List<JournalEntry> entries() {
      return List.copyOf(all);
    }

    @Override
    public void append(List<? extends JournalEntry> added) {
      all.addAll(added);
    }

    @Override
    public String place() {
      return "the session";
    }

    @Override
    public void close() {}
  }

  /** Reads more images during a session. */
  void read(int count) {
    reader.read(count);
  }

  @Override
  public Path folder() {
    return Path.of("memory");
  }

  @Override
  public Path session() {
    return Path.of("memory.labels");
  }

  @Override
  public List<String> images() {
    return List.copyOf(features.keySet());
  }

  @Override
  public Map<String, String> firstCopies() {
    return Map.of();
  }

  @Override
  public List<String> copies(String image) {
    return List.of(image);
  }

  @Override
  public SessionHead.ClassTexts texts() {
    return texts;
  }

  @Override
  public double[] textFeature(String text) {
    return texts.of(List.of(text))[0];
  }

  @Override
  public double scale() {
    return scale;
  }

  @Override
  public String clip() {
    return "";
  }

  @Override
  public ImageReader reader(LabelSession session, Object lock) {
    reader = new Reader(session, this);
    return reader;
  }

  @Override
  public List<String> exampleNames() {
    return List.of();
  }

  @Override
  public Map<LabelExample, float[]> examples() {
    return Map.of();
  }

  @Override
  public ExperimentContext context() {
    throw new IllegalStateException("a session in memory is not written");
  }

  private static final class Reader implements ImageReader {
    private final @Nullable LabelSession session;
    private final MemorySource source;
    private int done;

    private Reader(@Nullable LabelSession session, MemorySource source) {
      this.session = session;
      this.source = source;
    }

    private void read(int count) {
      LabelSession current = Objects.requireNonNull(session);
      List<String> images = current.state().images();
      Map<Integer, float[]> vectors = new HashMap<>();
      current.needed().forEach(i -> vectors.put(i, source.feature(images.get(i))));
      int size = images.size();
      for (int end = (int) Math.min(size, (long) done + count); done < end; done++) {
        int image = current.order().image(done);
        vectors.put(image, source.feature(images.get(image)));
      }
      if (!vectors.isEmpty()) {
        current.read(vectors, List.of());
      }
      if (done == size) {
        current.setCopies(copies(current, images));
      }
    }

    private Map<Integer, Set<Integer>> copies(LabelSession current, List<String> images) {
      Map<String, Set<Integer>> byPicture = new HashMap<>();
      for (int i = 0; i < images.size(); i++) {
        String path = images.get(i);
        byPicture
            .computeIfAbsent(source.pictures.getOrDefault(path, path), key -> new HashSet<>())
            .add(i);
      }
      Map<Integer, Set<Integer>> copies = new HashMap<>();
      Collection<Integer> audit = current.state().firstDraw();
      byPicture
          .values()
          .forEach(same -> same.stream().filter(audit::contains).forEach(i -> copies.put(i, same)));
      return copies;
    }

    @Override
    public void readFirst() {
      read(source.readFirst);
    }

    @Override
    public void readOthers() {}

    @Override
    public int done() {
      return done;
    }

    @Override
    public List<String> unreadable() {
      return List.of();
    }

    @Override
    public @Nullable KgCoopException failure() {
      return null;
    }

    @Override
    public boolean awaitMore() {
      return false;
    }

    @Override
    public void awaitCopies() {}

    @Override
    public void close() {}
  }

  private float[] feature(String image) {
    return Objects.requireNonNull(features.get(image));
  }
}
