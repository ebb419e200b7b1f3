package org.kgcoop.cluster.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.cluster.EmbeddedImages;
import org.kgcoop.cluster.session.Session;
import org.kgcoop.tensor.DType;

@Tag("system")
class FeatureJobTest {
  private static final int IMAGES = 12;

  @TempDir private static Path shared;
  private static Session session;
  private static List<Path> images;
  private static Map<String, String> local;

  @TempDir private Path folder;
  private final List<String> lines = new ArrayList<>();

  @BeforeAll
  @SuppressWarnings("MustBeClosedChecker") // closed below
  static void open() throws IOException {
    images = EmbeddedImages.copy(shared.resolve("images"), IMAGES);
    local = EmbeddedImages.localCache(images, shared.resolve("local"), 1);
    session =
        Session.open(
            "test",
            "local[2]",
            Map.of(
                "spark.hadoop.fs.copied.impl",
                CopiedFileSystem.class.getName(),
                "spark.hadoop.fs.copied.impl.disable.cache",
                "true"));
  }

  @AfterAll
  static void close() {
    session.close();
  }

  private FeatureJob.Summary encode(String from, String cache) {
    return new FeatureJob(
            session,
            new JobRequest(from, cache, ClipSource.embedded(DType.FLOAT32, 1), 0, 2),
            lines::add)
        .run();
  }

  private List<Row> errors() {
    return session
        .sql()
        .read()
        .parquet(folder.resolve("cache/errors.parquet").toString())
        .orderBy("path")
        .collectAsList();
  }

  @Test
  void theBankIsTheLocalOneInBytesAndIsNotMadeAgain() throws IOException {
    Path cache = folder.resolve("cache");
    FeatureJob.Summary made = encode(shared.resolve("images").toString(), cache.toString());
    assertThat(made.read()).isEqualTo(IMAGES);
    assertThat(made.problems()).isZero();
    FeatureJob.Summary again = encode(shared.resolve("images").toString(), cache.toString());
    assertThat(again.read()).isEqualTo(IMAGES);
    assertThat(again.encoded()).isZero();
    Map<String, String> before = EmbeddedImages.content(cache);
    EmbeddedImages.encode(images, cache, 1);
    assertThat(EmbeddedImages.content(cache)).isEqualTo(before);
    assertThat(EmbeddedImages.merged(cache)).isEqualTo(local);
  }

  @Test
  void onlyWhatIsMissingIsEncoded() throws IOException {
    Path cache = folder.resolve("cache");
    List<Path> half = images.subList(0, IMAGES / 2);
    assertThat(EmbeddedImages.localCache(half, cache, 1)).isNotEqualTo(local);
    FeatureJob.Summary rest = encode(shared.resolve("images").toString(), cache.toString());
    assertThat(rest.encoded()).isEqualTo(IMAGES - IMAGES / 2);
    assertThat(EmbeddedImages.merged(cache)).isEqualTo(local);
  }

  @Test
  void brokenImagesAreRowsAndTheRestIsDone() throws IOException {
    Path mixed = folder.resolve("mixed");
    List<Path> good = EmbeddedImages.copy(mixed, 4);
    Files.writeString(mixed.resolve("broken.jpg"), "no image");
    Files.write(mixed.resolve("empty.png"), new byte[0]);
    for (String name : List.of("photo.NEF", "scan.tif")) { // of the formats of the other commands
      Files.writeString(mixed.resolve(name), "no image");
    }
    Path cut = mixed.resolve("train/cut.png");
    byte[] whole = Files.readAllBytes(good.get(0));
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
    FeatureJob.Summary made = encode(mixed.toString(), folder.resolve("cache").toString());
    assertThat(made.read()).isEqualTo(9);
    assertThat(made.problems()).isEqualTo(5);
    List<Row> rows = errors();
    assertThat(rows).hasSize(5);
    assertThat(rows.get(0).getString(0)).endsWith("mixed/broken.jpg");
    assertThat(rows.get(0).getString(1)).contains("text file");
    assertThat(rows.get(1).getString(1)).contains("empty");
    assertThat(rows.get(2).getString(0)).endsWith("mixed/photo.NEF");
    assertThat(rows.get(3).getString(0)).endsWith("mixed/scan.tif");
    assertThat(rows.get(4).getString(0)).endsWith("train/cut.png");
    assertThat(EmbeddedImages.merged(folder.resolve("cache")))
        .isEqualTo(EmbeddedImages.localCache(good, folder.resolve("same"), 1));
  }

  @Test
  void tarsAndParquetFilesMakeTheSameBank() throws IOException {
    Path packed = Files.createDirectories(folder.resolve("packed"));
    tar(packed.resolve("first.tar"), images.subList(0, 5));
    List<Row> rows = new ArrayList<>();
    for (Path file : images.subList(5, IMAGES)) {
      rows.add(RowFactory.create(RowFactory.create(Files.readAllBytes(file), file.toString()), 3L));
    }
    StructType image =
        new StructType().add("bytes", DataTypes.BinaryType).add("path", DataTypes.StringType);
    session
        .sql()
        .createDataFrame(
            rows, new StructType().add("image", image).add("label", DataTypes.LongType))
        .write()
        .parquet(packed.resolve("data").toString());
    FeatureJob.Summary made = encode(packed.toString(), folder.resolve("cache").toString());
    assertThat(made.read()).isEqualTo(IMAGES);
    assertThat(made.problems()).isZero();
    assertThat(EmbeddedImages.merged(folder.resolve("cache"))).isEqualTo(local);
  }

  @Test
  void aTarThatBreaksOffIsARowAndItsImagesCount() throws IOException {
    Path whole = folder.resolve("whole.tar");
    tar(whole, images.subList(0, 8));
    byte[] bytes = Files.readAllBytes(whole);
    Path packed = Files.createDirectories(folder.resolve("packed"));
    // Cut the file within the content of the sixth member, after its header.
    Path file = images.get(5);
    long end = 0;
    for (Path before : images.subList(0, 5)) {
      end += 512 + (Files.size(before) + 511) / 512 * 512;
    }
    Files.write(
        packed.resolve("cut.tar"), Arrays.copyOf(bytes, (int) (end + 512 + Files.size(file) / 2)));
    FeatureJob.Summary made = encode(packed.toString(), folder.resolve("cache").toString());
    assertThat(made.encoded()).isEqualTo(5);
    assertThat(errors()).hasSize(1);
    assertThat(errors().get(0).getString(0)).endsWith("cut.tar");
  }

  @Test
  void aBankOnAnotherFileSystemIsWrittenByRenaming() throws IOException {
    Path cache = Files.createDirectories(folder.resolve("far"));
    FeatureJob.Summary made = encode("copied:" + shared.resolve("images"), "copied:" + cache);
    assertThat(made.encoded()).isEqualTo(IMAGES);
    assertThat(encode("copied:" + shared.resolve("images"), "copied:" + cache).encoded()).isZero();
    try (var files = Files.walk(cache)) {
      assertThat(files.filter(f -> f.toString().endsWith(".tmp"))).isEmpty();
    }
    assertThat(EmbeddedImages.merged(cache)).isEqualTo(local);
  }

  @Test
  void whatCannotWorkIsOneLine() {
    assertThatThrownBy(() -> encode(folder.resolve("none").toString(), "bank"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no such file or folder");
    assertThatThrownBy(() -> encode(folder.toString(), "bank"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no images");
    assertThatThrownBy(() -> encode(folder.toString(), folder.resolve("cache").toString()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("inside the images folder");
    assertThatThrownBy(() -> encode("nowhere://host/pictures", "bank"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("nowhere")
        .hasMessageNotContaining("\n");
    ClipSource other = new ClipSource(List.of(), true, DType.FLOAT32, 1, "0.0.9");
    assertThatThrownBy(
            () ->
                new FeatureJob(
                        session,
                        new JobRequest(shared.resolve("images").toString(), "bank", other, 0, 2),
                        lines::add)
                    .run())
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("0.0.9");
  }

  private static void tar(Path file, List<Path> members) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(Files.newOutputStream(file))) {
      for (int i = 0; i < members.size(); i++) {
        byte[] content = Files.readAllBytes(members.get(i));
        TarArchiveEntry entry = new TarArchiveEntry(String.format(Locale.ROOT, "%04d.png", i));
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
  }
}
