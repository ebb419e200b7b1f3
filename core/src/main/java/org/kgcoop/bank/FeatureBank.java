package org.kgcoop.bank;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Images;
import org.kgcoop.data.Item;
import org.kgcoop.io.Fingerprints;
import org.kgcoop.tensor.Arithmetic;

/**
 * Image features that are computed once. The image tower is frozen, so the feature of a picture
 * under one transform is the same for every method, seed, number of shots and half of the classes,
 * in this run and the next.
 *
 * <p>In a folder they lie by what they depend on: below a name that stands for the CLIP weights,
 * the precision, the device, the preprocessing and how this process computes, in files of up to
 * {@value Shard#LENGTH} features; in a file under the SHA-256 of the picture's bytes and how it was
 * seen. Files are written whole or not at all and under names that follow from their content, so
 * that processes may share a folder. A damaged file is left out, and its features are computed
 * again.
 *
 * <p>Each picture is encoded alone, so that a feature does not depend on which others are missing.
 */
public final class FeatureBank {
  /**
   * The version of what decodes, resizes and encodes here. It grows with each change that makes
   * another feature of the same picture, so that features of before are not taken for those.
   */
  private static final int VERSION = 2;

  private final PictureEncoder encoder;
  private final @Nullable Path folder;
  private final Consumer<String> warnings;
  private final Map<String, Shard.Feature> known = new HashMap<>();

  /** Those read or written; what stands in them is known. */
  private final Set<Path> files = new HashSet<>();

  /**
   * A bank.
   *
   * @param folder where features are kept, made when needed; null for memory alone
   * @param warnings gets a line for a file that had to be left out
   */
  public FeatureBank(PictureEncoder encoder, @Nullable Path folder, Consumer<String> warnings) {
    this.encoder = encoder;
    this.folder = folder == null ? null : folder.resolve(folderName(encoder.clip()));
    this.warnings = warnings;
  }

  /** A bank in memory alone. */
  public static FeatureBank inMemory(PictureEncoder encoder) {
    return new FeatureBank(encoder, null, warning -> {});
  }

  /** The folder within a bank for the features of that CLIP, as it computes in this process. */
  public static String folderName(Clip clip) {
    return Fingerprints.text(
            String.join(
                "\n",
                clip.fingerprint(),
                clip.config().toString(),
                clip.precision().toString(),
                clip.device().toString(),
                clip.preprocessing().toString(),
                Integer.toString(VERSION),
                Arithmetic.id()))
        .substring(0, 32);
  }

  /** What computes features that are not there yet. */
  public PictureEncoder encoder() {
    return encoder;
  }

  /**
   * Features of pictures.
   *
   * @param vectors unit features, each (E), in the order that was asked for
   * @param seconds that computing them takes, or took when they were put into the bank
   */
  public record Features(List<float[]> vectors, double seconds) {
    public Features {
      vectors = List.copyOf(vectors);
    }
  }

  /** Features of files under the test transform. */
  public Features test(List<Item> items, LongConsumer progress) {
    return features(
        items.stream().map(item -> new PictureEncoder.Request(item, null)).toList(), progress);
  }

  /**
   * The features that are asked for, those that are missing computed and kept.
   *
   * @param progress told how many are there
   * @throws KgCoopException where a picture cannot be read, or the folder cannot be written
   */
  synchronized Features features(List<PictureEncoder.Request> requests, LongConsumer progress) {
    Map<Path, String> hashes = new HashMap<>();
    List<String> keys = new ArrayList<>();
    for (PictureEncoder.Request request : requests) {
      keys.add(
          key(
              hashes.computeIfAbsent(
                  request.item().file(), file -> Fingerprints.bytes(Images.bytes(file))),
              request.seen()));
    }
    if (!known.keySet().containsAll(keys)) {
      readNewFiles(); // another process may have encoded them meanwhile
    }
    Map<String, PictureEncoder.Request> missing = new LinkedHashMap<>();
    for (int i = 0; i < keys.size(); i++) {
      if (!known.containsKey(keys.get(i))) {
        missing.putIfAbsent(keys.get(i), requests.get(i));
      }
    }
    encode(missing, done -> progress.accept(requests.size() - missing.size() + done));
    List<float[]> vectors = new ArrayList<>();
    double seconds = 0;
    for (String key : keys) {
      vectors.add(banked(key).vector());
      seconds += banked(key).seconds();
    }
    progress.accept(requests.size());
    return new Features(vectors, seconds);
  }

  /** The key of a feature. */
  static String key(String hash, String seen) {
    return hash + " " + seen;
  }

  private void encode(Map<String, PictureEncoder.Request> missing, LongConsumer progress) {
    List<Shard.Feature> stored = new ArrayList<>();
    int[] done = {0};
    try (Ahead<Map.Entry<String, PictureEncoder.Request>, Groups.View> views =
        new Ahead<>(
            missing.entrySet().iterator(),
            entry -> new Groups.View(entry.getKey(), encoder.values(entry.getValue())),
            Runtime.getRuntime().availableProcessors(),
            2 * Groups.SIZE)) {
      Groups.encode(
          encoder,
          views,
          features -> {
            features.forEach(feature -> known.put(feature.key(), feature));
            stored.addAll(features);
            done[0] += features.size();
            if (stored.size() >= Shard.LENGTH || done[0] == missing.size()) {
              store(stored);
              stored.clear();
            }
            progress.accept(done[0]);
          });
    }
  }

  private void store(List<Shard.Feature> features) {
    if (folder == null) {
      return;
    }
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw KgCoopException.io(
          folder + ": cannot be made a feature bank (" + e + "); try another --bank", e);
    }
    boolean unused = files.add(new Shard(features).write(folder));
  }

  private Shard.Feature banked(String key) {
    Shard.Feature banked = known.get(key);
    if (banked == null) {
      throw new IllegalStateException("not encoded: " + key);
    }
    return banked;
  }

  private void readNewFiles() {
    if (folder == null || !Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(file -> file.toString().endsWith(Shard.ENDING))
          .sorted()
          .filter(files::add)
          .forEach(this::read);
    } catch (IOException e) {
      throw KgCoopException.io(folder + ": cannot be listed (" + e + "); try another --bank", e);
    }
  }

  private void read(Path file) {
    try {
      Shard.read(file).features().forEach(feature -> known.put(feature.key(), feature));
    } catch (KgCoopException e) {
      warnings.accept(e.getMessage() + " (left out; its features are computed again)");
    }
  }
}
