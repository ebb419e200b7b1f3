package org.kgcoop.cluster;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.cluster.features.FeatureCacheMerge;
import org.kgcoop.data.Item;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.features.Shard;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.EmbeddedFiles;
import org.kgcoop.image.Images;
import org.kgcoop.tensor.Engine;

/**
 * Writes images of the embedded data sets to files, and encodes them into the feature cache of the
 * local program.
 */
public final class EmbeddedImages {
  private EmbeddedImages() {}

  /** The embedded CLIP, which all tests of a process share. */
  private static final class Loaded {
    static final Clip CLIP = Clip.load(EmbeddedClip.folder());
  }

  /** Copies some images from all classes to FOLDER/PART/CLASS/NAME. */
  public static List<Path> copy(Path folder, int count) throws IOException {
    Path zip = EmbeddedFiles.file("datasets/objects.zip");
    try (FileSystem archive = FileSystems.newFileSystem(zip)) {
      List<Path> all;
      try (Stream<Path> files = Files.walk(archive.getPath("/"))) {
        all = files.filter(file -> file.toString().endsWith(".png")).sorted().toList();
      }
      List<Path> copies = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Path source = all.get((int) ((long) i * all.size() / count));
        Path target = folder.resolve(source.toString().substring(1));
        Files.createDirectories(target.getParent());
        copies.add(Files.copy(source, target));
      }
      return copies;
    }
  }

  /**
   * Encodes images with the core module and a number of threads. Returns the content of the merged
   * feature cache.
   */
  public static Map<String, String> localCache(List<Path> images, Path cache, int threads)
      throws IOException {
    encode(images, cache, threads);
    return merged(cache);
  }

  /** Encodes images into a feature cache, as every local command does. */
  public static void encode(List<Path> images, Path cache, int threads) {
    int before = Engine.threads();
    Engine.setThreads(threads);
    try {
      List<Item> items =
          images.stream().map(file -> new Item(file.toString(), file, 0, "any")).toList();
      FeatureCache made =
          new FeatureCache(new ViewEncoder(Loaded.CLIP, new Images(line -> {})), cache, line -> {});
      if (made.get(FeatureRequest.of(items)).size() != images.size()) {
        throw new AssertionError("features are missing");
      }
    } finally {
      Engine.setThreads(before);
    }
  }

  /** Merges a feature cache and returns its content. */
  public static Map<String, String> merged(Path cache) throws IOException {
    FeatureCacheMerge.merge(cache, line -> {});
    return content(cache);
  }

  /** Returns the bytes of the feature files by their paths in the cache. */
  public static Map<String, String> content(Path cache) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(cache)) {
      for (Path file : files.filter(f -> f.toString().endsWith(Shard.ENDING)).toList()) {
        content.put(
            cache.relativize(file).toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
    }
    return content;
  }
}
