package org.kgcoop.cluster.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Clip;
import org.kgcoop.cluster.Lab;
import org.kgcoop.data.Item;
import org.kgcoop.features.Augmentation;
import org.kgcoop.features.Feature;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.features.Shard;
import org.kgcoop.features.ShardEncoder;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;

@Tag("equality")
@Tag("system")
class FeatureCacheMergeTest {
  @TempDir private Path folder;
  private final List<String> warnings = new ArrayList<>();
  private Clip clip;
  private List<Item> items;

  @BeforeEach
  void load() {
    Lab lab = new Lab(folder);
    clip = Clip.load(lab.data("clip"));
    items =
        Folders.folders(lab.data("here")).stream()
            .flatMap(of -> Folders.files(of).stream())
            .map(file -> new Item(lab.data("here").relativize(file).toString(), file, 0, "any"))
            .toList();
  }

  @AfterEach
  void close() {
    clip.close();
  }

  private ViewEncoder encoder() {
    return new ViewEncoder(clip, new Images(warnings::add));
  }

  private FeatureCache cache(String name) {
    return new FeatureCache(encoder(), folder.resolve(name), warnings::add);
  }

  /** Returns the bytes of the shards by name. */
  private Map<String, String> content(String cache) throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve(cache))) {
      Map<String, String> content = new HashMap<>();
      for (Path file : all.filter(path -> path.toString().endsWith(Shard.ENDING)).toList()) {
        content.put(
            folder.resolve(cache).relativize(file).toString(),
            java.util.HexFormat.of().formatHex(Files.readAllBytes(file)));
      }
      return content;
    }
  }

  private List<ShardEncoder.Image> images() {
    List<ShardEncoder.Image> images = new ArrayList<>();
    for (Item item : items) {
      images.add(
          new ShardEncoder.Image(
              item.key(), item.file().toString(), () -> Images.bytes(item.file())));
    }
    return images;
  }

  private void encode(List<ShardEncoder.Image> images, int views, String cache) {
    Path to = folder.resolve(cache).resolve(FeatureCache.folderName(clip));
    new ShardEncoder(encoder(), views, key -> false, 2)
        .encode(
            images.iterator(),
            shard -> assertThat(written(shard, to)).exists(),
            (name, reason) -> warnings.add(name + ": " + reason.getMessage()),
            read -> {});
  }

  private static Path written(Shard shard, Path folder) {
    try {
      return shard.write(Files.createDirectories(folder));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void mergedCachesOfTheSameFeaturesAreByteIdentical() throws IOException {
    assertThat(cache("whole").get(FeatureRequest.of(items))).hasSameSizeAs(items);
    List<Item> reversed = new ArrayList<>(items);
    Collections.reverse(reversed);
    // Write three files, each smaller than a group.
    for (int from = 0; from < reversed.size(); from += 15) {
      List<Item> part = reversed.subList(from, Math.min(from + 15, reversed.size()));
      assertThat(cache("parts").get(FeatureRequest.of(part))).hasSameSizeAs(part);
    }
    assertThat(content("parts")).hasSize(3).isNotEqualTo(content("whole"));
    assertThat(FeatureCacheMerge.merge(folder.resolve("whole"), warnings::add))
        .isEqualTo(items.size());
    assertThat(FeatureCacheMerge.merge(folder.resolve("parts"), warnings::add))
        .isEqualTo(items.size());
    assertThat(content("parts")).hasSize(1).isEqualTo(content("whole"));
    assertThat(warnings).isEmpty();
  }

  private static Shard shard(List<String> keys, int from, int to) {
    Map<String, Feature> features = new LinkedHashMap<>();
    for (int i = from; i < to; i++) {
      features.put(keys.get(i), new Feature(new float[] {i, -i}, i, 1));
    }
    return new Shard(features);
  }

  @Test
  void manyFilesAreMergedAsFewAre() throws IOException {
    List<String> all = IntStream.range(0, 1500).mapToObj(i -> Sha256.of("" + i) + " test").toList();
    Path many = folder.resolve("many").resolve("model");
    Path few = folder.resolve("few").resolve("model");
    for (int from = 0; from < all.size(); from += 20) { // 75 files are sorted in 16 parts
      assertThat(written(shard(all, from, from + 20), many)).exists();
    }
    for (int from = 0; from < all.size(); from += 750) {
      assertThat(written(shard(all, from, from + 750), few)).exists();
    }
    Path killed = Files.createDirectory(many.resolve(".merge-1"));
    Files.writeString(killed.resolve("0"), "left");

    assertThat(FeatureCacheMerge.merge(folder.resolve("many"), warnings::add))
        .isEqualTo(all.size());
    assertThat(FeatureCacheMerge.merge(folder.resolve("few"), warnings::add)).isEqualTo(all.size());

    assertThat(content("many")).hasSize(2).isEqualTo(content("few"));
    Set<String> keys = new TreeSet<>();
    for (String file : content("many").keySet()) {
      keys.addAll(Shard.read(folder.resolve("many").resolve(file)).features().keySet());
    }
    assertThat(keys).hasSameSizeAs(all);
    assertThat(killed).doesNotExist();
    assertThat(warnings).isEmpty();
  }

  @Test
  void aMergedCacheWorksAndMergingAgainChangesNothing() throws IOException {
    List<Feature> made = cache("cache").get(FeatureRequest.of(items));
    FeatureCacheMerge.merge(folder.resolve("cache"), warnings::add);
    Map<String, String> merged = content("cache");
    long again = FeatureCacheMerge.merge(folder.resolve("cache"), warnings::add);
    assertThat(again).isEqualTo(items.size());
    assertThat(content("cache")).isEqualTo(merged);
    List<Long> encoded = new ArrayList<>();
    List<Feature> read = cache("cache").get(FeatureRequest.of(items).withProgress(encoded::add));
    assertThat(encoded).containsExactly((long) items.size()); // no intermediate progress
    assertThat(seconds(read)).isCloseTo(seconds(made), Offset.offset(1e-9));
  }

  private static double seconds(List<Feature> features) {
    return features.stream().mapToDouble(Feature::seconds).sum();
  }

  @Test
  void imagesAsBytesGiveTheSameCacheAsItems() throws IOException {
    FeatureCache local = cache("local");
    assertThat(local.get(FeatureRequest.of(items))).hasSameSizeAs(items);
    double seconds =
        new TrainingLoader(local, items, Augmentation.ofId("cache:3"), 5).prepare(done -> {});
    assertThat(seconds).isPositive();
    encode(images().subList(17, items.size()), 3, "given");
    encode(images().subList(0, 17), 3, "given");
    long features = 4L * items.size(); // the test view and three random ones
    assertThat(FeatureCacheMerge.merge(folder.resolve("local"), warnings::add)).isEqualTo(features);
    assertThat(FeatureCacheMerge.merge(folder.resolve("given"), warnings::add)).isEqualTo(features);
    assertThat(content("given")).isEqualTo(content("local"));
  }

  @Test
  void anUnreadableImageIsReportedAndTheOthersAreEncoded() throws IOException {
    List<ShardEncoder.Image> images = images();
    images.add(3, new ShardEncoder.Image("broken.png", "broken.png", () -> new byte[] {1, 2}));
    encode(images, 0, "given");
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).startsWith("broken.png: ");
    warnings.clear();
    assertThat(cache("local").get(FeatureRequest.of(items))).hasSameSizeAs(items);
    assertThat(FeatureCacheMerge.merge(folder.resolve("given"), warnings::add))
        .isEqualTo(items.size());
    assertThat(FeatureCacheMerge.merge(folder.resolve("local"), warnings::add))
        .isEqualTo(items.size());
    assertThat(content("given")).isEqualTo(content("local"));
  }

  @Test
  void featuresAreFoundAfterAMergeDuringTheRun() throws IOException {
    List<float[]> made =
        Feature.vectors(cache("cache").get(FeatureRequest.of(items.subList(0, 10))));
    FeatureCache open = cache("cache");
    assertThat(open.missing(items.subList(0, 10))).isEmpty();
    assertThat(cache("cache").get(FeatureRequest.of(items.subList(10, 20)))).hasSize(10);
    assertThat(FeatureCacheMerge.merge(folder.resolve("cache"), warnings::add)).isEqualTo(20);
    Map<String, String> merged = content("cache");
    List<Long> told = new ArrayList<>();

    FeatureRequest again = FeatureRequest.of(items.subList(0, 10));
    assertThat(Feature.vectors(open.get(again.withProgress(told::add))))
        .usingElementComparator(Arrays::compare)
        .isEqualTo(made);

    assertThat(told).containsExactly(10L);
    assertThat(content("cache")).isEqualTo(merged);
    assertThat(warnings).isEmpty();
  }
}
