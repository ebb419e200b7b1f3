package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.ExclusionFile;
import org.kgcoop.data.ImageGroupFile;
import org.kgcoop.data.layout.TagLabels;
import org.kgcoop.data.layout.TagSet;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.FailingDisk;
import org.kgcoop.files.FailingDisk.End;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.TagRecord;
import org.kgcoop.tags.TagMeasurement.By;
import org.kgcoop.trial.ExperimentContext;

@Tag("system")
class TagAdaptationTest {
  private static final int IMAGES = 40;
  private static final List<String> FILES =
      List.of("classifier.safetensors", "tags.csv", "tags.json");

  @TempDir static Path shared;
  private static Path photos;
  private static Clip clip;
  private static FeatureCache cache;

  @TempDir Path folder;
  private final List<String> warnings = new ArrayList<>();

  @BeforeAll
  static void draw() throws IOException {
    clip = TinyClip.smallest();
    cache = FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {})));
    photos = shared.resolve("photos");
    Random random = new Random(1);
    for (int i = 0; i < IMAGES; i++) {
      ImageIO.write(picture(random), "png", create(photos.resolve(name(i))).toFile());
    }
  }

  private static Path create(Path file) throws IOException {
    Files.createDirectories(Folders.parent(file));
    return file;
  }

  private static BufferedImage picture(Random random) {
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    Graphics2D draw = image.createGraphics();
    for (int i = 0; i < 12; i++) {
      draw.setColor(new Color(random.nextInt(1 << 24)));
      draw.fillRect(random.nextInt(32), random.nextInt(32), random.nextInt(24), random.nextInt(24));
    }
    draw.dispose();
    return image;
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  private static String name(int i) {
    return "%s/%02d.png".formatted(i % 2 == 0 ? "even" : "odd", i);
  }

  private ExperimentContext context(Progress progress, BooleanSupplier interrupted) {
    return new ExperimentContext(clip, cache, progress, warnings::add, interrupted);
  }

  private ExperimentContext context() {
    return context(Progress.SILENT, () -> false);
  }

  private TagSet set(Path images, boolean complete, Stream<String> rows) {
    try {
      List<String> lines = Stream.concat(Stream.of("image,tag,value"), rows).toList();
      Path file = Files.write(folder.resolve("given.csv"), lines);
      return TagLabels.ofFile(images, file, complete, DataSetOptions.defaults(warnings::add));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Tags on the first images, for numbers of images. */
  private TagSet firsts(int... counts) {
    return set(
        photos,
        true,
        IntStream.of(counts)
            .boxed()
            .flatMap(
                count -> IntStream.range(0, count).mapToObj(i -> name(i) + "," + count + ",1")));
  }

  private static TagAdaptation of(TagSet set, @Nullable String check) {
    return new TagAdaptation(set, 80, 1, false, check);
  }

  private static TagRecord.Result result(TagRecord record, String tag) {
    return record.tags().stream()
        .filter(each -> each.tag().name().equals(tag))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void tooFewImagesWithOrWithoutATagAreNotMeasured() {
    Path out = folder.resolve("out");
    TagRecord record = of(firsts(1, 4, 5, 20, 35, 36, 40), null).run(context(), out);
    for (String tag : List.of("1", "4", "36", "40")) {
      assertThat(result(record, tag).tag().by()).as(tag).isEqualTo(By.NOT_MEASURED);
      assertThat(result(record, tag).positives()).as(tag).isEqualTo(Integer.parseInt(tag));
    }
    for (String tag : List.of("5", "20", "35")) {
      assertThat(result(record, tag).tag().by()).as(tag).isNotEqualTo(By.NOT_MEASURED);
    }
    assertThat(record.tags().subList(0, 4))
        .allMatch(each -> each.tag().by() == By.NOT_MEASURED); // the worst first
  }

  @Test
  void aTagOnNoImageIsLeftOut() {
    TagSet set = set(photos, true, Stream.of(name(0) + ",a,1", name(1) + ",b,0"));
    TagRecord record = of(set, null).run(context(), folder.resolve("out"));
    assertThat(record.without()).containsExactly("b");
    assertThat(record.tags()).extracting(each -> each.tag().name()).containsExactly("a");
    TagSet none = set(photos, true, Stream.of(name(1) + ",b,0"));
    assertThatThrownBy(() -> of(none, null).run(context(), folder.resolve("none")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no labeled image has a tag");
    TagSet one = set(photos, false, Stream.of(name(1) + ",b,1"));
    assertThatThrownBy(() -> of(one, null).run(context(), folder.resolve("one")))
        .hasMessageContaining("1 labeled image; expected 2 to 10000");
    assertThat(folder.resolve("one")).doesNotExist();
  }

  @Test
  void copiesAreOneGroupAndFewerThanTenGroupsMeasureNothing() throws IOException {
    Path copies = folder.resolve("copies");
    for (int i = 0; i < IMAGES; i++) {
      Path from = photos.resolve(name(i % 8));
      Path unused = Files.copy(from, create(copies.resolve(name(i))));
    }
    TagSet set = set(copies, true, IntStream.range(0, 20).mapToObj(i -> name(i) + ",half,1"));
    TagRecord record = of(set, null).run(context(), folder.resolve("out"));
    assertThat(record.images().groups()).isEqualTo(8);
    assertThat(result(record, "half").tag().by()).isEqualTo(By.NOT_MEASURED);
    TagSet all = firsts(20);
    TagSet grouped = all.withLabeled(ImageGroupFile.byFolder(all.labeled()));
    TagRecord byFolder = of(grouped, null).run(context(), folder.resolve("folders"));
    assertThat(byFolder.images().groups()).isEqualTo(2);
  }

  /** A person often gives a keyword to some frames of a burst only. */
  @Test
  void framesWithDifferentTagsAreOneGroup() throws IOException {
    Path bursts = folder.resolve("bursts");
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < IMAGES; i++) {
      BufferedImage image = ImageIO.read(photos.resolve(name(i / 4)).toFile());
      BufferedImage frame = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
      frame.createGraphics().drawImage(image, i % 4, 0, 32 + i % 4, 32, null); // moved and wider
      ImageIO.write(frame, "png", create(bursts.resolve(name(i))).toFile());
      rows.add("%s,thing %s,1".formatted(name(i), i / 4));
      rows.add("%s,frame %s,1".formatted(name(i), i % 4));
    }
    TagRecord record =
        of(set(bursts, false, rows.stream()), null).run(context(), folder.resolve("out"));
    assertThat(record.images().groups()).isEqualTo(IMAGES / 4);
  }

  @Test
  void equalCallsWriteEqualBytes() throws IOException {
    for (String name : List.of("one", "two")) {
      TagRecord unused = of(firsts(6, 20), null).run(context(), folder.resolve(name));
    }
    for (String file : FILES) {
      assertThat(folder.resolve("one").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("two").resolve(file));
    }
    assertThat(names(folder.resolve("one"))).isEqualTo(FILES);
  }

  private static List<String> names(Path out) throws IOException {
    try (Stream<Path> files = Files.list(out)) {
      return files.map(Folders::name).sorted().toList();
    }
  }

  @Test
  void aSecondCallLeavesTheFirstOneAndItsLockAlone() {
    Path out = folder.resolve("out");
    TagAdaptation adaptation = of(firsts(20), null);
    List<String> refusals = new ArrayList<>();
    Progress second =
        new Progress() {
          @Override
          public Task start(String name, long total) {
            for (int i = 0; i < 2; i++) { // the refused call must not delete the lock
              try {
                TagRecord unused = adaptation.run(context(), out);
              } catch (KgCoopException e) {
                refusals.add(String.valueOf(e.getMessage()));
              }
            }
            return SILENT.start(name, total);
          }

          @Override
          public void message(String line) {}
        };
    assertThat(adaptation.run(context(second, () -> false), out).tags()).hasSize(1);
    assertThat(refusals).hasSize(2).allMatch(each -> each.contains("in use by another run"));
  }

  @Test
  void anInterruptedCallLeavesNoResult() throws IOException {
    Path out = folder.resolve("out");
    TagAdaptation adaptation = of(firsts(20), null);
    assertThatThrownBy(() -> adaptation.run(context(Progress.SILENT, () -> true), out))
        .isInstanceOfSatisfying(
            KgCoopException.class,
            e -> assertThat(e.category()).isEqualTo(KgCoopException.Category.INTERRUPTED));
    assertThat(names(out)).isEmpty();
    assertThat(adaptation.run(context(), out).tags()).hasSize(1);
  }

  @Test
  void refusesFoldersWithPhotosOrAnotherRun() throws IOException {
    TagAdaptation adaptation = of(firsts(20), null);
    assertThatThrownBy(() -> adaptation.run(context(), photos.resolve("odd/run")))
        .hasMessageContaining("choose a folder outside of the data");
    Path other = create(folder.resolve("other/adapt.json"));
    Files.writeString(other, "{}");
    assertThatThrownBy(() -> adaptation.run(context(), folder.resolve("other")))
        .hasMessageContaining("holds another run");
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> adaptation.run(context(), file))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("try another --out");
  }

  @Test
  void aCheckDrawsFromAllImagesThatAreNotExcluded() throws IOException {
    // Two labeled images; all images reach the threshold of a tag that both have.
    TagSet set = set(photos, false, Stream.of(name(0) + ",a,1", name(1) + ",a,1"));
    Path list = Files.writeString(folder.resolve("excluded.txt"), name(7) + "\n" + name(9) + "\n");
    TagSet kept = set.withAll(ExclusionFile.exclude(set.all(), list));
    assertThat(kept.labeled().train()).hasSize(2);
    assertThat(kept.all().train()).hasSize(IMAGES - 2);
    Path out = folder.resolve("out");
    TagRecord record = of(kept, "a").run(context(), folder.resolve("out"));
    List<String> open = Objects.requireNonNull(result(record, "a").check()).open();
    assertThat(open).hasSize(30).noneMatch(image -> image.contains(name(7)));
    assertThat(open).anyMatch(image -> !image.contains(name(0)) && !image.contains(name(1)));
  }

  @Test
  void aCheckTakesLabeledImagesByTheScoreOfAHeadThatHasNotSeenThem() {
    TagSet set = firsts(8); // a tag on images of chance, all of which are labeled
    int reached = result(of(set, null).run(context(), folder.resolve("first")), "8").tag().images();
    assertThatThrownBy(() -> of(set, "8").run(context(), folder.resolve("out")))
        .hasMessageContaining("--check 8: %s images of this folder".formatted(reached));
  }

  @Test
  void aCheckRefusesATagThatNoCheckCanAdmit() {
    TagAdaptation strict = new TagAdaptation(firsts(20), 95, 1, false, "20");
    assertThatThrownBy(() -> strict.run(context(), folder.resolve("out")))
        .hasMessageContaining("30 images that are all right promise 90 of 100, and you wish 95");
  }

  @Test
  void unreadableImagesEndTheCallOrAreListed() throws IOException {
    Path images = folder.resolve("images");
    for (int i = 0; i < 12; i++) {
      Path unused = Files.copy(photos.resolve(name(i)), create(images.resolve(name(i))));
    }
    Files.writeString(images.resolve(name(3)), "no image");
    TagSet set = set(images, true, IntStream.range(0, 6).mapToObj(i -> name(i) + ",half,1"));
    assertThatThrownBy(() -> of(set, null).run(context(), folder.resolve("out")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("1 of 12 images cannot be read")
        .hasMessageContaining("--skip-bad");
    TagRecord record =
        new TagAdaptation(set, 80, 1, true, null).run(context(), folder.resolve("out"));
    assertThat(record.images().labeled()).isEqualTo(11);
    assertThat(record.images().unreadable()).hasSize(1);
    assertThat(result(record, "half").positives()).isEqualTo(5);
  }

  /** Four images, because the adaptation to them is repeated, and writes the files of many. */
  private TagSet few() throws IOException {
    Path few = folder.resolve("few");
    for (int i = 0; i < 4; i++) {
      Path unused = Files.copy(photos.resolve(name(i)), create(few.resolve(name(i))));
    }
    return set(few, true, Stream.of(name(0) + ",a,1", name(1) + ",a,1", name(1) + ",b,1"));
  }

  /** A file is whole or absent after any end, and the same call then completes the folder. */
  @ParameterizedTest
  @EnumSource
  void anyEndedWriteLeavesWholeFiles(End end) throws IOException {
    TagAdaptation adaptation = of(few(), null);
    Path calm = folder.resolve("calm/run");
    int points;
    try (FailingDisk disk = new FailingDisk(FailingDisk.NEVER, end)) {
      TagRecord unused = adaptation.run(context(), calm);
      points = disk.points().size();
    }
    assertThat(points).isGreaterThanOrEqualTo(6 * FILES.size());
    for (int at = 1; at <= points; at++) {
      Path out = folder.resolve(at + "/run");
      try (FailingDisk disk = new FailingDisk(at, end)) {
        assertThatThrownBy(() -> adaptation.run(context(), out))
            .as("%s", at)
            .isInstanceOfAny(FailingDisk.Ended.class, KgCoopException.class)
            .hasMessageNotContaining("\n");
      }
      for (String file : FILES) {
        if (Files.exists(out.resolve(file)) && file.endsWith(".json")) {
          assertThat(Json.read(out.resolve(file)).isObject()).isTrue();
        }
      }
      TagRecord unused = adaptation.run(context(), out);
      for (String file : FILES) {
        assertThat(out.resolve(file)).as("%s", at).hasSameBinaryContentAs(calm.resolve(file));
      }
      // A killed process leaves a temporary file, which the next process deletes.
      assertThat(names(out))
          .as("%s", at)
          .filteredOn(name -> end == End.SPACE || !name.endsWith(".tmp"))
          .isEqualTo(FILES);
    }
  }
}
