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

  private static float[] flat(FeatureCache.Features features) {
    float[] all = new float[features.vectors().size() * features.vectors().get(0).length];
    int next = 0;
    for (float[] vector : features.vectors()) {
      for (float value : vector) {
        all[next++] = value;
      }
    }
    return all;
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder.resolve("cache"))) {
      return all.filter(path -> path.toString().endsWith(Shard.ENDING)).sorted().toList();
    }
  }

  @Test
  void featuresAreThoseOfTheEncoder() {
    List<Item> items = data.train();
    float[] banked = flat(cache(clip).test(items, done -> {}));
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
    FeatureCache.Features made = first.test(items, done -> {});
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
      FeatureCache.Features again = cache.test(moved, done -> {});
      assertThat(flat(again)).isEqualTo(flat(made));
      assertThat(again.seconds())
          .isCloseTo(made.seconds(), org.assertj.core.data.Offset.offset(1e-9));
    }
    assertThat(files()).isEqualTo(before);
  }

  @Test
  void storedFeaturesAreReportedApartFromTheWork() {
    List<Item> items = data.train();
    cache(clip).test(items.subList(0, 7), done -> {});
    List<Long> before = new ArrayList<>();
    List<Long> done = new ArrayList<>();
    FeatureCache.Features all =
        cache(clip)
            .test(
                items,
                new FeatureProgress() {
                  @Override
                  public void done(long units) {
                    done.add(units);
                  }

                  @Override
                  public void doneBefore(long units) {
                    before.add(units);
                  }
                });
    assertThat(all.vectors()).hasSameSizeAs(items);
    // The images have just been written, so their bytes are read before the features are found.
    assertThat(before.stream().mapToLong(Long::longValue).sum()).isEqualTo(7);
    assertThat(done).isSorted().startsWith(8L).endsWith((long) items.size());
  }

  @Test
  void featuresOfAnotherProcessAreUsed() throws IOException {
    List<Item> items = data.train();
    FeatureCache early = cache(clip);
    assertThat(early.test(items.subList(0, 1), done -> {}).vectors()).hasSize(1);
    List<float[]> made = cache(clip).test(items, done -> {}).vectors();
    List<Path> before = files();

    // If they were encoded again, they would be in a separate file.
    List<float[]> taken = early.test(items.subList(1, 4), done -> {}).vectors();

    assertThat(files()).isEqualTo(before);
    for (int i = 0; i < taken.size(); i++) {
      assertThat(taken.get(i)).isEqualTo(made.get(1 + i));
    }
  }

  @Test
  void aFeatureDoesNotDependOnWhichOthersAreMissing() {
    List<Item> items = data.train();
    float[] together = flat(cache(clip).test(items, done -> {}));
    FeatureCache alone =
        new FeatureCache(new ViewEncoder(clip, new Images(warnings::add)), null, warnings::add);
    float[] last = flat(alone.test(items.subList(items.size() - 1, items.size()), done -> {}));
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
      ViewEncoder.ViewSpec second = ViewEncoder.ViewSpec.cached(ViewRecipe.PUBLISHED, 1);
      float[] pixels =
          new Transform(clip.preprocessing())
              .normalize(encoder.view(new ViewEncoder.Request(data.train().get(3), second)));
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
    float[] features = flat(cache(clip).test(data.train(), done -> {}));
    try (Clip other = TinyClip.other()) {
      assertThat(flat(cache(other).test(data.train(), done -> {}))).isNotEqualTo(features);
    }
    assertThat(files()).hasSize(2);
  }

  @Test
  void aDamagedFileIsLeftOutAndMadeAgain() throws IOException {
    float[] features = flat(cache(clip).test(data.train(), done -> {}));
    Path file = files().get(0);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 5] ^= 1;
    Files.write(file, bytes);
    assertThat(flat(cache(clip).test(data.train(), done -> {}))).isEqualTo(features);
    assertThat(warnings).hasSize(1);
    assertThat(warnings.get(0)).contains("damaged").contains("computed again");
    assertThat(files()).hasSize(1); // also if the new file has another order, and so another name
    warnings.clear();
    assertThat(flat(cache(clip).test(data.train(), done -> {}))).isEqualTo(features);
    assertThat(warnings).isEmpty();
  }

  @Test
  void aMissingOrDamagedFileOfKeysIsWrittenAgain() throws IOException {
    float[] features = flat(cache(clip).test(data.train(), done -> {}));
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
      assertThat(flat(cache(clip).test(data.train(), done -> {}))).isEqualTo(features);
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
    float[] first = flat(cache.test(data.train().subList(0, 20), done -> {}));
    float[] second = flat(cache.test(data.train().subList(20, 40), done -> {}));
    Path one = Shard.keyFile(files().get(0));
    Path other = Shard.keyFile(files().get(1));
    byte[] keys = Files.readAllBytes(one);
    Files.copy(other, one, StandardCopyOption.REPLACE_EXISTING);
    Files.write(other, keys);
    assertThat(flat(cache(clip).test(data.train().subList(0, 20), done -> {}))).isEqualTo(first);
    assertThat(flat(cache(clip).test(data.train().subList(20, 40), done -> {}))).isEqualTo(second);
  }

  @Test
  void filesOfAnotherModelAreNotUsed() throws IOException {
    float[] features = flat(cache(clip).test(data.train(), done -> {}));
    Path file = files().get(0);
    Path of = folder.resolve("other");
    try (Clip other = TinyClip.other()) {
      FeatureCache cache =
          new FeatureCache(new ViewEncoder(other, new Images(warnings::add)), of, warnings::add);
      assertThat(flat(cache.test(data.train(), done -> {}))).isNotEqualTo(features);
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
        assertThat(flat(cache.test(data.train(), done -> {}))).isEqualTo(features);
      }
    }
    assertThat(warnings).hasSize(2).allMatch(line -> line.contains("of another model"));
  }

  /** Features of a GPU may differ between two processes. */
  @Test
  void aFileThatAnotherProcessReplacesIsRead() throws IOException {
    int count = cache(clip).test(data.train(), done -> {}).vectors().size();
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
    float[] read = flat(reader.test(data.train(), done -> {}));
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
    assertThat(cache.test(data.train(), done -> {}).vectors()).hasSameSizeAs(data.train());
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNoticedBeforeAnythingIsEncoded() throws IOException {
    Files.writeString(folder.resolve("cache"), "a file");
    List<Long> told = new ArrayList<>();

    assertThatThrownBy(() -> cache(clip).test(data.train(), told::add))
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
    float[] made = flat(cache.test(data.train(), done -> {}));
    List<Long> told = new ArrayList<>();

    assertThat(flat(cache.test(data.train(), told::add))).isEqualTo(made);

    assertThat(told).containsExactly((long) data.train().size()); // nothing was encoded again
    assertThat(warnings).singleElement().asString().contains("cannot be written", "kept in memory");
  }

  @Test
  void anUnreadableImageIsNamed() throws IOException {
    Path broken = folder.resolve("broken.jpg");
    Files.writeString(broken, "no image");
    List<Item> items = new ArrayList<>(data.train());
    items.add(new Item("broken.jpg", broken, 0, "a"));
    assertThatThrownBy(() -> cache(clip).test(items, done -> {}))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("broken.jpg");
  }

  @Test
  void rotatedFeaturesFollowTheExifOrientation() {
    Path turned = Path.of("src/test/resources/pictures/jexif17x33.jpg");
    Item own = new Item("turned", turned, 0, "a");
    Item published = new Item("turned", turned, 0, "a", "turned", true);
    float[] aside = cache(clip).test(List.of(published), done -> {}).vectors().get(0);
    float[] upright = upright(cache(clip), List.of(turned), false).get(turned);
    assertThat(cache(clip).test(List.of(own), done -> {}).vectors().get(0)).isEqualTo(upright);
    assertThat(cache(clip).test(List.of(published), done -> {}).vectors().get(0)).isEqualTo(aside);

    ViewEncoder encoder = new ViewEncoder(clip, new Images(warnings::add));
    List<Feature> expected =
        encoder.encoded(List.of(encoder.testView(new Images(warnings::add).readUpright(turned))));
    assertThat(upright).isEqualTo(expected.get(0).vector()).isNotEqualTo(aside);
    float[] raw = upright(cache(clip), List.of(turned), true).get(turned);
    assertThat(raw).isEqualTo(expected.get(0).raw());
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

  private static Map<Path, float[]> upright(FeatureCache cache, List<Path> files, boolean raw) {
    return cache.upright(
        files,
        raw,
        problem -> {
          throw problem.reason();
        },
        done -> {});
  }

  @Test
  void featuresOfAnImageWithoutRotationAreReused() {
    List<Item> items = data.train();
    List<float[]> made = cache(clip).test(items, done -> {}).vectors();
    List<Path> paths = items.stream().map(Item::file).toList();
    List<Long> progress = new ArrayList<>();

    Map<Path, float[]> taken =
        cache(clip)
            .upright(
                paths,
                false,
                problem -> {
                  throw problem.reason();
                },
                progress::add);

    assertThat(progress).containsExactly((long) paths.size()); // none was encoded
    assertThat(taken.keySet()).containsExactlyElementsOf(paths);
    for (int i = 0; i < made.size(); i++) {
      assertThat(taken.get(paths.get(i))).isEqualTo(made.get(i));
    }
  }

  @Test
  void imagesThatCannotBeReadAreNamedAndLeftOut() throws IOException {
    Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
    Path copy = Files.writeString(folder.resolve("copy.png"), "no image");
    Path gone = folder.resolve("gone.png");
    Path good = data.train().get(0).file();
    List<FeatureCache.Problem> problems = new ArrayList<>();

    for (int i = 0; i < 2; i++) {
      problems.clear();
      Map<Path, float[]> features =
          cache(clip).upright(List.of(gone, broken, good, copy), false, problems::add, done -> {});

      assertThat(features.keySet()).containsExactly(good);
      assertThat(problems)
          .extracting(FeatureCache.Problem::file)
          .containsExactlyInAnyOrder(gone, broken, copy);
      assertThat(problems)
          .allSatisfy(each -> assertThat(each.reason()).hasMessageStartingWith("" + each.file()));
    }
  }
}
