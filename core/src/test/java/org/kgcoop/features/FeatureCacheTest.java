package org.kgcoop.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.files.Sha256;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.progress.FeatureProgress;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

@Tag("equality")
class FeatureCacheTest {
  @TempDir private Path folder;
  private final List<String> warnings = new ArrayList<>();
  private Clip clip;
  private DataSet data;

  @BeforeEach
  void load() {
    clip = TinyClip.load();
    data = TestImages.dataSet(folder.resolve("data"), List.of("a", "b"), 20, 0, 1);
  }

  @AfterEach
  void close() {
    clip.close();
  }

  private FeatureCache cache(Clip model) {
    return new FeatureCache(
        new ViewEncoder(model, new Images(warnings::add)), folder.resolve("cache"), warnings::add);
  }

  private static float[] flat(List<Feature> features) {
    float[] all = new float[features.size() * features.get(0).vector().length];
    int next = 0;
    for (Feature feature : features) {
      for (float value : feature.vector()) {
        all[next++] = value;
      }
    }
    return all;
  }

  private static double seconds(List<Feature> features) {
    return features.stream().mapToDouble(Feature::seconds).sum();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("cache"))) {
      return all.filter(path -> path.toString().endsWith(Shard.ENDING)).sorted().toList();
    }
  }

  @Test
  void featuresAreThoseOfTheEncoder() {
    List<Item> items = data.train();
    float[] banked = flat(cache(clip).get(FeatureRequest.of(items)));
    try (Scope scope = Scope.open("test")) {
      float[] direct = new ViewEncoder(clip, new Images(warnings::add)).test(items).toFloats();
      assertThat(banked).hasSameSizeAs(direct);
      for (int i = 0; i < direct.length; i++) {
        assertThat(banked[i]).isCloseTo(direct[i], org.assertj.core.data.Offset.offset(1e-5f));
      }
    }
  }

  @Test
  void cachedFeaturesAreNotComputedAgainInThisProcessOrTheNext() throws IOException {
    List<Item> items = data.train();
    FeatureCache first = cache(clip);
    List<Feature> made = first.get(FeatureRequest.of(items));
    // The images are deleted. Only the cache can answer, for copies of the files in another folder.
    Path copies = Files.createDirectories(folder.resolve("copies"));
    List<Item> moved = new ArrayList<>();
    for (Item item : items) {
      Path copy = copies.resolve(item.label() + "-" + item.file().getFileName());
      Files.copy(item.file(), copy);
      moved.add(new Item(item.key(), copy, item.label(), item.className()));
    }
    List<Path> before = files();
    for (FeatureCache cache : List.of(first, cache(clip))) {
      List<Feature> again = cache.get(FeatureRequest.of(moved));
      assertThat(flat(again)).isEqualTo(flat(made));
      assertThat(seconds(again)).isCloseTo(seconds(made), Offset.offset(1e-9));
    }
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void storedFeaturesAreReportedApartFromTheWork() {
    List<Item> items = data.train();
    cache(clip).get(FeatureRequest.of(items.subList(0, 7)));
    List<Long> before = new ArrayList<>();
    List<Long> done = new ArrayList<>();
    List<Feature> all =
        cache(clip)
            .get(
                FeatureRequest.of(items)
                    .withProgress(
                        new FeatureProgress() {
                          @Override
                          public void done(long units) {
                            done.add(units);
                          }

                          @Override
                          public void doneBefore(long units) {
                            before.add(units);
                          }
                        }));
    assertThat(all).hasSameSizeAs(items);
    // The images have just been written, so their bytes are read before the features are found.
    assertThat(before.stream().mapToLong(Long::longValue).sum()).isEqualTo(7);
    assertThat(done).isSorted().startsWith(8L).endsWith((long) items.size());
  }

  @Test
  void featuresOfAnotherProcessAreUsed() throws IOException {
    List<Item> items = data.train();
    FeatureCache early = cache(clip);
    assertThat(early.get(FeatureRequest.of(items.subList(0, 1)))).hasSize(1);
    List<float[]> made = Feature.vectors(cache(clip).get(FeatureRequest.of(items)));
    List<Path> before = files();

    // If they were encoded again, they would be in a separate file.
    List<float[]> taken = Feature.vectors(early.get(FeatureRequest.of(items.subList(1, 4))));

    assertThat(files()).isEqualTo(before);
    for (int i = 0; i < taken.size(); i++) {
      assertThat(taken.get(i)).isEqualTo(made.get(1 + i));
    }
  }

  @Test
  void aFeatureDoesNotDependOnWhichOthersAreMissing() {
    List<Item> items = data.train();
    float[] together = flat(cache(clip).get(FeatureRequest.of(items)));
    FeatureCache alone =
        new FeatureCache(new ViewEncoder(clip, new Images(warnings::add)), null, warnings::add);
    float[] last =
        flat(alone.get(FeatureRequest.of(items.subList(items.size() - 1, items.size()))));
    assertThat(last)
        .isEqualTo(Arrays.copyOfRange(together, together.length - last.length, together.length));
  }

  @Test
  void rawFeaturesAreThoseOfTheImageEncoder() throws IOException {
    TrainingLoader source =
        new TrainingLoader(cache(clip), data.train(), Augmentation.ofId("cache:2"), 1);
    try (Scope scope = Scope.open("test")) {
      Tensor raw = source.raw(done -> {});
      assertThat(raw.shape()).containsExactly(2, data.train().size(), clip.config().embedDim());
      ViewEncoder encoder = new ViewEncoder(clip, new Images(warnings::add));
      ImageView second = ImageView.cached(ViewRecipe.PUBLISHED, 1);
      float[] pixels =
          new Transform(clip.preprocessing()).normalize(encoder.view(data.train().get(3), second));
      int size = clip.preprocessing().size();
      float[] direct = clip.imageEncoder().features(Tensor.of(pixels, 1, 3, size, size)).toFloats();

      float[] row = raw.select(0, 1).select(0, 3).toFloats();

      for (int i = 0; i < direct.length; i++) {
        assertThat(row[i]).isCloseTo(direct[i], Offset.offset(1e-6f * Math.abs(direct[i])));
      }
      // The cached features are used again, in this process and the next.
      assertThat(
              new TrainingLoader(cache(clip), data.train(), Augmentation.ofId("cache:2"), 7)
                  .raw(done -> {})
                  .toFloats())
          .isEqualTo(raw.toFloats());
      assertThat(files()).hasSize(1);
    }
  }

  @Test
  void runsOfAllSeedsShareTheViewsOfACache() throws IOException {
    for (long seed : new long[] {1, 2}) {
      TrainingLoader source =
          new TrainingLoader(cache(clip), data.train(), Augmentation.ofId("cache:2"), seed);
      double seconds = source.prepare(done -> {});
      assertThat(seconds).isPositive();
      assertThat(files()).hasSize(1);
    }
  }

  @Test
  void anotherModelHasFeaturesOfItsOwn() throws IOException {
    float[] features = flat(cache(clip).get(FeatureRequest.of(data.train())));
    try (Clip other = TinyClip.other()) {
      assertThat(flat(cache(other).get(FeatureRequest.of(data.train())))).isNotEqualTo(features);
    }
    assertThat(files()).hasSize(2);
  }

  @Test
  void aDamagedFileIsLeftOutAndMadeAgain() throws IOException {
    float[] features = flat(cache(clip).get(FeatureRequest.of(data.train())));
    Path file = files().get(0);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 5] ^= 1;
    Files.write(file, bytes);
    assertThat(flat(cache(clip).get(FeatureRequest.of(data.train())))).isEqualTo(features);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains("damaged").contains("computed again");
    assertThat(files()).hasSize(1); // also if the new file has another order, and so another name
    warnings.clear();
    assertThat(flat(cache(clip).get(FeatureRequest.of(data.train())))).isEqualTo(features);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aMissingOrDamagedFileOfKeysIsWrittenAgain() throws IOException {
    float[] features = flat(cache(clip).get(FeatureRequest.of(data.train())));
    Path shard = files().get(0);
    Path keys = Shard.keyFile(shard);
    byte[] right = Files.readAllBytes(keys);
    byte[] flipped = right.clone();
    flipped[right.length - 12] ^= 1;
    for (byte[] wrong : new byte[][] {flipped, Arrays.copyOf(right, 50), {}, null}) {
      if (wrong == null) {
        Files.delete(keys);
      } else {
        Files.write(keys, wrong);
      }
      assertThat(flat(cache(clip).get(FeatureRequest.of(data.train())))).isEqualTo(features);
      // The time is lost, the keys are not.
      assertThat(Arrays.copyOfRange(Files.readAllBytes(keys), 24, right.length - 8))
          .isEqualTo(Arrays.copyOfRange(right, 24, right.length - 8));
    }
    assertThat(files()).containsExactly(shard); // nothing was encoded again
    assertThat(warnings).isEmpty();
  }

  @Test
  void keysOfAnotherFileAreNotUsed() throws IOException {
    FeatureCache cache = cache(clip);
    float[] first = flat(cache.get(FeatureRequest.of(data.train().subList(0, 20))));
    float[] second = flat(cache.get(FeatureRequest.of(data.train().subList(20, 40))));
    Path one = Shard.keyFile(files().get(0));
    Path other = Shard.keyFile(files().get(1));
    byte[] keys = Files.readAllBytes(one);
    Files.copy(other, one, StandardCopyOption.REPLACE_EXISTING);
    Files.write(other, keys);
    assertThat(flat(cache(clip).get(FeatureRequest.of(data.train().subList(0, 20)))))
        .isEqualTo(first);
    assertThat(flat(cache(clip).get(FeatureRequest.of(data.train().subList(20, 40)))))
        .isEqualTo(second);
  }

  @Test
  void filesOfAnotherModelAreNotUsed() throws IOException {
    float[] features = flat(cache(clip).get(FeatureRequest.of(data.train())));
    Path file = files().get(0);
    Path of = folder.resolve("other");
    try (Clip other = TinyClip.other()) {
      FeatureCache cache =
          new FeatureCache(new ViewEncoder(other, new Images(warnings::add)), of, warnings::add);
      assertThat(flat(cache.get(FeatureRequest.of(data.train())))).isNotEqualTo(features);
      of = of.resolve(FeatureCache.folderName(other));
    }
    Path foreign = of.resolve(file.getFileName());
    FeatureCache reader = cache(clip);
    assertThat(reader.missing(data.train())).isEmpty(); // now it knows the checks of all files
    for (List<Path> replaced : List.of(List.of(file), List.of(file, Shard.keyFile(file)))) {
      for (Path each : replaced) {
        Files.copy(
            foreign.resolveSibling(each.getFileName()), each, StandardCopyOption.REPLACE_EXISTING);
      }
      for (FeatureCache cache : List.of(reader, cache(clip))) {
        assertThat(flat(cache.get(FeatureRequest.of(data.train())))).isEqualTo(features);
      }
    }
    assertThat(warnings).hasSize(2).allMatch(line -> line.contains("of another model"));
  }

  /** Features of a GPU may differ between two processes. */
  @Test
  void aFileThatAnotherProcessReplacesIsRead() throws IOException {
    int count = cache(clip).get(FeatureRequest.of(data.train())).size();
    FeatureCache reader = cache(clip);
    assertThat(reader.missing(data.train())).isEmpty(); // now it knows the checks of all files
    for (Path file : files()) {
      Map<String, Feature> others = new LinkedHashMap<>(Shard.read(file).features());
      others.replaceAll(
          (key, each) -> {
            float[] ones = new float[each.vector().length];
            Arrays.fill(ones, 1);
            return new Feature(ones, each.norm(), each.seconds());
          });
      assertThat(new Shard(others).write(file.resolveSibling(""))).isEqualTo(file);
    }
    float[] read = flat(reader.get(FeatureRequest.of(data.train())));
    assertThat(read).hasSize(count * clip.config().embedDim()).containsOnly(1);
    assertThat(warnings).isEmpty();
  }

  @Test
  void featuresWithoutARequestStayInTheirFile() throws IOException {
    int width = 1 << 13;
    Path of =
        Files.createDirectories(folder.resolve("cache").resolve(FeatureCache.folderName(clip)));
    for (int file = 0; file < 4; file++) { // 32 MB each
      Map<String, Feature> features = new LinkedHashMap<>();
      for (int i = 0; i < Shard.LENGTH; i++) {
        String key = Sha256.of(file + " " + i) + " test";
        features.put(key, new Feature(new float[width], 0, 1));
      }
      assertThat(new Shard(features).write(of)).exists();
    }
    long before = usedBytes();
    FeatureCache cache = cache(clip);
    assertThat(cache.missing(data.train())).isEqualTo(data.train());
    assertThat(usedBytes() - before).isLessThan(32 << 20);
    assertThat(cache.get(FeatureRequest.of(data.train()))).hasSameSizeAs(data.train());
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNoticedBeforeAnythingIsEncoded() throws IOException {
    Files.writeString(folder.resolve("cache"), "a file");
    List<Long> told = new ArrayList<>();

    assertThatThrownBy(
            () -> cache(clip).get(FeatureRequest.of(data.train()).withProgress(told::add)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("cannot be written")
        .hasMessageContaining("try another --feature-cache");

    assertThat(told).isEmpty();
  }

  @Test
  void anOptionalFolderThatCannotBeWrittenGivesWayToMemory() throws IOException {
    Path place = Files.writeString(folder.resolve("cache"), "a file");
    ViewEncoder encoder = new ViewEncoder(clip, new Images(warnings::add));
    FeatureCache cache = FeatureCache.optional(encoder, place, warnings::add);
    float[] made = flat(cache.get(FeatureRequest.of(data.train())));
    List<Long> told = new ArrayList<>();

    assertThat(flat(cache.get(FeatureRequest.of(data.train()).withProgress(told::add))))
        .isEqualTo(made);

    assertThat(told).containsExactly((long) data.train().size()); // nothing was encoded again
    assertThat(warnings).singleElement().asString().contains("cannot be written", "kept in memory");
  }

  @Test
  void anUnreadableImageIsNamed() throws IOException {
    Path broken = folder.resolve("broken.jpg");
    Files.writeString(broken, "no image");
    List<Item> items = new ArrayList<>(data.train());
    items.add(new Item("broken.jpg", broken, 0, "a"));
    assertThatThrownBy(() -> cache(clip).get(FeatureRequest.of(items)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("broken.jpg");
  }

  @Test
  void rotatedFeaturesFollowTheExifOrientation() {
    Path turned = Path.of("src/test/resources/pictures/jexif17x33.jpg");
    Item own = new Item("turned", turned, 0, "a");
    Item published = new Item("turned", turned, 0, "a", "turned", true);
    float[] aside = cache(clip).get(FeatureRequest.of(List.of(published))).get(0).vector();
    Feature ofFile = cache(clip).get(FeatureRequest.ofFiles(List.of(turned))).get(0);
    float[] upright = ofFile.vector();
    assertThat(cache(clip).get(FeatureRequest.of(List.of(own))).get(0).vector()).isEqualTo(upright);
    assertThat(cache(clip).get(FeatureRequest.of(List.of(published))).get(0).vector())
        .isEqualTo(aside);

    ViewEncoder encoder = new ViewEncoder(clip, new Images(warnings::add));
    List<Feature> expected =
        encoder.encoded(List.of(encoder.testView(new Images(warnings::add).readUpright(turned))));
    assertThat(upright).isEqualTo(expected.get(0).vector()).isNotEqualTo(aside);
    assertThat(ofFile.raw()).isEqualTo(expected.get(0).raw());
  }

  /** The bytes are not rotated, so only the orientation distinguishes the rotated file. */
  @Test
  void viewsOfAnExifRotatedImageAreThoseOfTheRotatedOne() throws IOException {
    Path turned = Path.of("src/test/resources/pictures/jexif17x33.jpg");
    RgbImage upright = new Images(warnings::add).readUpright(turned);
    Path plain = folder.resolve("upright.png");
    BufferedImage pixels =
        new BufferedImage(upright.width(), upright.height(), BufferedImage.TYPE_INT_RGB);
    byte[] rgb = upright.rgb();
    for (int i = 0; i < rgb.length / 3; i++) {
      Color color = new Color(rgb[3 * i] & 255, rgb[3 * i + 1] & 255, rgb[3 * i + 2] & 255);
      pixels.setRGB(i % upright.width(), i / upright.width(), color.getRGB());
    }
    ImageIO.write(pixels, "png", plain.toFile());

    for (Augmentation augmentation :
        List.of(Augmentation.ofId("cache:2"), Augmentation.ofId("online"), Augmentation.TEST)) {
      assertThat(views(turned, augmentation, false)).isEqualTo(views(plain, augmentation, false));
      assertThat(views(turned, augmentation, true))
          .isNotEqualTo(views(turned, augmentation, false));
      assertThat(views(plain, augmentation, true)).isEqualTo(views(plain, augmentation, false));
    }
  }

  private float[] views(Path file, Augmentation augmentation, boolean asStored) {
    List<Item> items = List.of(new Item("image", file, 0, "a", "image", asStored));
    try (Scope scope = Scope.open("test");
        TrainingLoader source = new TrainingLoader(cache(clip), items, augmentation, 1)) {
      source.prepare(done -> {});
      return source.features(new int[] {0}, 1).toFloats();
    }
  }

  @Test
  void featuresOfAnImageWithoutRotationAreReused() {
    List<Item> items = data.train();
    List<float[]> made = Feature.vectors(cache(clip).get(FeatureRequest.of(items)));
    List<Path> paths = items.stream().map(Item::file).toList();
    List<Long> progress = new ArrayList<>();

    List<Feature> taken =
        cache(clip).get(FeatureRequest.ofFiles(paths).withProgress(progress::add));

    assertThat(progress).containsExactly((long) paths.size()); // none was encoded
    assertThat(taken).hasSameSizeAs(paths);
    for (int i = 0; i < made.size(); i++) {
      assertThat(taken.get(i).vector()).isEqualTo(made.get(i));
    }
  }

  @Test
  void aRequestIsAnsweredDuringAnother() {
    FeatureCache cache = cache(clip);
    FeatureRequest other = FeatureRequest.of(data.train().subList(1, 3));
    List<Feature> others = new ArrayList<>();

    cache.each(
        FeatureRequest.of(data.train().subList(0, 1)),
        (feature, i) ->
            others.addAll(
                CompletableFuture.supplyAsync(() -> cache.get(other))
                    .orTimeout(1, TimeUnit.MINUTES)
                    .join()));

    assertThat(others).hasSize(2);
  }

  @Test
  void imagesThatCannotBeReadAreNamedAndLeftOut() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
    Path copy = Files.writeString(folder.resolve("copy.png"), "no image");
    Path gone = folder.resolve("gone.png");
    Path good = data.train().get(0).file();
    List<Path> files = List.of(gone, broken, good, copy);
    Map<Path, KgCoopException> problems = new LinkedHashMap<>();

    for (int i = 0; i < 2; i++) {
      problems.clear();
      List<Path> found = new ArrayList<>();
      cache(clip)
          .each(
              FeatureRequest.ofFiles(files).withUnreadable(problems::put),
              (feature, position) -> found.add(files.get(position)));

      assertThat(found).containsExactly(good);
      assertThat(problems).containsOnlyKeys(gone, broken, copy);
      problems.forEach(
          (file, reason) -> assertThat(reason).hasMessageStartingWith(file.toString()));
    }
  }
}
