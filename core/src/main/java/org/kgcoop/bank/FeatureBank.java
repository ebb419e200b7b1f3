package org.kgcoop.bank;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Images;
import org.kgcoop.data.Item;
import org.kgcoop.io.Fingerprints;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Engine;

/**
 * Image features that are computed once. The image tower is frozen, so the feature of a picture
 * under one transform is the same for every method, seed, number of shots and half of the classes,
 * in this run and the next.
 *
 * <p>In a folder they lie by what they depend on: below a name that stands for the CLIP weights,
 * the precision, the device, the threads and the preprocessing, in files of up to {@value
 * #FILE_LENGTH} features; in a file under the SHA-256 of the picture's bytes and how it was seen.
 * Files are written whole or not at all and under names that follow from their content, so that
 * processes may share a folder. A damaged file is left out, and its features are computed again.
 *
 * <p>Pictures are encoded in groups of a fixed size, so that a feature does not depend on which
 * others are missing.
 */
public final class FeatureBank {
  /** Pictures that are encoded at a time; a smaller last group is filled up. */
  private static final int GROUP = 32;

  /** Features in one file at most: what a run that is cut off loses. */
  private static final int FILE_LENGTH = 1024;

  private static final String WHAT = "file of a feature bank";

  private final PictureEncoder encoder;
  private final @Nullable Path folder;
  private final Consumer<String> warnings;
  private final Map<String, Banked> known = new HashMap<>();
  private boolean opened;

  /** A feature, (E), and the seconds that it took to compute. */
  private static final class Banked {
    final float[] feature;
    final double seconds;

    Banked(float[] feature, double seconds) {
      this.feature = feature;
      this.seconds = seconds;
    }
  }

  /**
   * A bank.
   *
   * @param folder where features are kept, made when needed; null for memory alone
   * @param warnings gets a line for a file that had to be left out
   */
  public FeatureBank(PictureEncoder encoder, @Nullable Path folder, Consumer<String> warnings) {
    this.encoder = encoder;
    this.folder = folder == null ? null : folder.resolve(nameOf(encoder.clip()));
    this.warnings = warnings;
  }

  /** A bank in memory alone. */
  public static FeatureBank inMemory(PictureEncoder encoder) {
    return new FeatureBank(encoder, null, warning -> {});
  }

  private static String nameOf(Clip clip) {
    return Fingerprints.text(
            String.join(
                "\n",
                clip.fingerprint(),
                clip.config().toString(),
                clip.precision().toString(),
                clip.device().toString(),
                Integer.toString(Engine.threads()),
                clip.preprocessing().toString()))
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
    open();
    Map<Path, String> hashes = new HashMap<>();
    List<String> keys = new ArrayList<>();
    Map<String, PictureEncoder.Request> missing = new LinkedHashMap<>();
    for (PictureEncoder.Request request : requests) {
      String key =
          hashes.computeIfAbsent(
                  request.item().file(), file -> Fingerprints.bytes(Images.bytes(file)))
              + " "
              + request.seen();
      keys.add(key);
      if (!known.containsKey(key)) {
        missing.putIfAbsent(key, request);
      }
    }
    encode(missing, done -> progress.accept(requests.size() - missing.size() + done));
    List<float[]> vectors = new ArrayList<>();
    double seconds = 0;
    for (String key : keys) {
      vectors.add(banked(key).feature);
      seconds += banked(key).seconds;
    }
    progress.accept(requests.size());
    return new Features(vectors, seconds);
  }

  private void encode(Map<String, PictureEncoder.Request> missing, LongConsumer progress) {
    List<String> keys = List.copyOf(missing.keySet());
    List<PictureEncoder.Request> requests = List.copyOf(missing.values());
    int stored = 0;
    try (Decoder decoder = new Decoder(encoder, requests, GROUP)) {
      for (int from = 0; from < keys.size(); from += GROUP) {
        int to = Math.min(from + GROUP, keys.size());
        long start = System.nanoTime();
        List<float[]> features = encoder.vectors(decoder.next(), GROUP);
        double seconds = (System.nanoTime() - start) / 1e9 / (to - from);
        for (int i = from; i < to; i++) {
          known.put(keys.get(i), new Banked(features.get(i - from), seconds));
        }
        if (to - stored >= FILE_LENGTH || to == keys.size()) {
          store(keys.subList(stored, to));
          stored = to;
        }
        progress.accept(to);
      }
    }
  }

  private void store(List<String> keys) {
    if (folder == null) {
      return;
    }
    int width = banked(keys.get(0)).feature.length;
    float[] values = new float[keys.size() * width];
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode names = json.putArray("keys");
    double seconds = 0;
    for (int i = 0; i < keys.size(); i++) {
      Banked banked = banked(keys.get(i));
      System.arraycopy(banked.feature, 0, values, i * width, width);
      names.add(keys.get(i));
      seconds += banked.seconds;
    }
    json.put("seconds", seconds);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw KgCoopException.io(
          folder + ": cannot be made a feature bank (" + e + "); try another --bank", e);
    }
    SealedFile.write(
        folder.resolve(Fingerprints.text(names.toString()).substring(0, 32) + ".safetensors"),
        List.of(StoredTensor.ofFloats("features", new long[] {keys.size(), width}, values)),
        json);
  }

  private Banked banked(String key) {
    Banked banked = known.get(key);
    if (banked == null) {
      throw new IllegalStateException("not encoded: " + key);
    }
    return banked;
  }

  private void open() {
    if (opened || folder == null) {
      return;
    }
    opened = true;
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      files.filter(file -> file.toString().endsWith(".safetensors")).sorted().forEach(this::read);
    } catch (IOException e) {
      throw KgCoopException.io(folder + ": cannot be listed (" + e + "); try another --bank", e);
    }
  }

  private void read(Path file) {
    try {
      SealedFile.Content content = SealedFile.read(file, WHAT);
      StoredTensor features = content.tensors().get("features");
      int count = content.json().path("keys").size();
      if (features == null
          || features.dtype() != DType.FLOAT32
          || features.shape().length != 2
          || features.shape()[0] != count) {
        throw KgCoopException.weights(file + ": not a " + WHAT);
      }
      int width = Math.toIntExact(features.shape()[1]);
      float[] values = features.toFloats();
      double seconds = content.json().path("seconds").asDouble() / Math.max(1, count);
      for (int i = 0; i < count; i++) {
        float[] feature = new float[width];
        System.arraycopy(values, i * width, feature, 0, width);
        known.put(content.json().path("keys").path(i).asText(), new Banked(feature, seconds));
      }
    } catch (KgCoopException e) {
      warnings.accept(e.getMessage() + " (left out; its features are computed again)");
    }
  }
}
