package org.kgcoop.label;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kgcoop.journal.JournalEntry;
import org.kgcoop.trial.ExperimentContext;

/** A session with known features, for tests without files. All images are read at once. */
final class MemorySource implements SessionSource {
  private final List<String> images;
  private final List<float[]> features;
  private final SessionHead.ClassTexts texts;
  private final double scale;
  private final Map<String, String> pictures;
  private Map<String, String> contents = Map.of();

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
    images = List.copyOf(new TreeMap<>(features).keySet());
    this.features = List.copyOf(new TreeMap<>(features).values());
    this.texts = texts;
    this.scale = scale;
    this.pictures = Map.copyOf(pictures);
  }

  /** Sets what the files contain, by path. The map may change during the session. */
  MemorySource withContents(Map<String, String> files) {
    contents = files;
    return this;
  }

  @Override
  public Map<String, String> contents(Collection<String> paths) {
    return contents.isEmpty()
        ? Map.of()
        : paths.stream()
            .filter(contents::containsKey)
            .collect(Collectors.toMap(p -> p, contents::get));
  }

  /** Returns a row of unit length. */
  static double[] unit(double[] row) {
    double norm = Math.sqrt(Arrays.stream(row).map(x -> x * x).sum());
    return Arrays.stream(row).map(x -> x / norm).toArray();
  }

  /** Returns a feature: a row of unit length, in single precision. */
  static float[] feature(double[] row) {
    double[] unit = unit(row);
    float[] feature = new float[row.length];
    for (int d = 0; d < feature.length; d++) {
      feature[d] = (float) unit[d];
    }
    return feature;
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

  @Override
  public LabelFolder folder() {
    return new LabelFolder(
        Path.of("memory"),
        new TreeMap<>(images.stream().collect(Collectors.toMap(path -> path, List::of))),
        Map.of());
  }

  @Override
  public Path session() {
    return Path.of("memory.labels");
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
  public ImageReader reader(LabelSession session, Object lock, Consumer<Map<String, String>> read) {
    return new ImageReader() {
      @Override
      public void readFirst() {
        read.accept(MemorySource.this.contents(images));
        session.read(
            IntStream.range(0, images.size())
                .boxed()
                .collect(Collectors.toMap(image -> image, features::get)),
            List.of());
        session.setCopies(
            session.state().firstDraw().stream()
                .collect(Collectors.toMap(image -> image, image -> copies(image))));
      }

      @Override
      public int done() {
        return images.size();
      }
    };
  }

  private Set<Integer> copies(int image) {
    String picture = picture(image);
    return IntStream.range(0, images.size())
        .filter(i -> picture(i).equals(picture))
        .boxed()
        .collect(Collectors.toSet());
  }

  private String picture(int image) {
    return pictures.getOrDefault(images.get(image), images.get(image));
  }

  @Override
  public ExperimentContext context() {
    throw new IllegalStateException("a session in memory is not written");
  }
}
