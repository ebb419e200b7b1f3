package org.kgcoop.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.published.DataDownload;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.files.Resources;
import org.kgcoop.files.Sha256;
import org.kgcoop.progress.Progress;

/**
 * Tests of the downloads of all published data sets, from a local server. It serves small files
 * under the recorded names. The recorded addresses, sizes and hashes are replaced by theirs.
 */
class DataDownloadTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path root;

  private FileServer server;
  private JsonNode entries;

  @BeforeEach
  void serve() throws IOException {
    server = new FileServer();
    entries = Resources.json(PublishedDataSets.class, "datasets.json");
    for (JsonNode entry : entries) {
      for (JsonNode download : entry.path("downloads")) {
        List<String> provided = new ArrayList<>();
        download.path("provides").forEach(path -> provided.add(path.asText()));
        for (JsonNode source : download.path("sources")) {
          for (JsonNode file : source.path("files")) {
            place((ObjectNode) file, source, provided);
          }
        }
      }
    }
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Serves a file, and points its entry to the server. */
  private void place(ObjectNode file, JsonNode source, List<String> provided) throws IOException {
    URI address = URI.create(file.path("address").asText());
    String path = address.getHost() + address.getPath();
    byte[] content =
        source.path("archive").asBoolean()
            ? archive(path, source, provided)
            : provided.get(0).getBytes(StandardCharsets.UTF_8);
    server.put(path, content);
    file.put("address", server.address() + path)
        .put("bytes", content.length)
        .put("sha256", Sha256.of(content));
  }

  /** Makes an archive of the kind of its name, with a root folder and files that nobody wants. */
  private static byte[] archive(String path, JsonNode source, List<String> provided)
      throws IOException {
    List<String> files = new ArrayList<>(List.of("readme.txt", "top/split_fewshot/shot_1.pkl"));
    String number = path.replaceAll("\\D", "");
    if (source.path("by_class").asBoolean()) {
      files.add("top/n01440764_" + number + "_n01440764.JPEG");
    } else {
      for (String each : provided) {
        String name = source.path("names").path(each).asText(each);
        files.add("top/" + name + (name.endsWith(".txt") ? "" : "/a/1.jpg"));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (path.endsWith(".zip")) {
      try (ZipOutputStream out = new ZipOutputStream(bytes)) {
        for (String file : files) {
          out.putNextEntry(new ZipEntry(file));
          out.write(1);
        }
      }
    } else {
      boolean gzip = !path.endsWith(".tar") && !path.contains("imagenetv2");
      try (TarArchiveOutputStream out =
          new TarArchiveOutputStream(gzip ? new GZIPOutputStream(bytes) : bytes)) {
        for (String file : files) {
          TarArchiveEntry entry = new TarArchiveEntry(file);
          entry.setSize(1);
          out.putArchiveEntry(entry);
          out.write(1);
          out.closeArchiveEntry();
        }
      }
    }
    return bytes.toByteArray();
  }

  private List<PublishedDataSet.Part> fetch(
      String name, Map<String, String> environment, Predicate<String> consent) {
    PublishedDataSet set =
        JSON.convertValue(entries, new TypeReference<List<PublishedDataSet>>() {}).stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow();
    return new DataDownload(
            new Downloader(false, Progress.SILENT), Progress.SILENT, environment, consent)
        .fetch(set, root);
  }

  @Test
  void fourteenSetsAreCompleteWithoutAnAccount() throws IOException {
    List<String> complete = new ArrayList<>();
    for (PublishedDataSet set : PublishedDataSets.all()) {
      if (set.name().equals("ImageNet")) {
        continue;
      }
      assertThat(fetch(set.name(), Map.of(), question -> true)).as(set.name()).isEmpty();
      Path folder = root.resolve(set.directory());
      assertThat(set.missing(folder)).as(set.name()).isEmpty();
      try (Stream<Path> all = Files.walk(folder)) {
        assertThat(all.map(file -> String.valueOf(file.getFileName())))
            .as("only wanted files stay")
            .noneMatch(file -> file.matches(".*\\.(zip|tar|tgz|gz|pkl|part)|readme.txt|top"));
      }
      complete.add(set.name());
    }
    assertThat(complete).hasSize(14);
  }

  @Test
  void imageNetComesWithATokenAndIsSortedIntoClassFolders() {
    assertThatThrownBy(() -> fetch("ImageNet", Map.of(), question -> true))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll(
            "ImageNet cannot be downloaded without an account",
            "https://image-net.org (after registration)",
            root.resolve("imagenet/images/train").toString(),
            "ILSVRC/imagenet-1k",
            "HF_TOKEN");
    assertThat(root.resolve("imagenet/classnames.txt")).hasContent("classnames.txt");

    assertThat(fetch("ImageNet", Map.of("HF_TOKEN", "hf_x"), question -> false)).isEmpty();
    assertThat(root.resolve("imagenet/images/train/n01440764").toFile().list()).hasSize(5);
    assertThat(root.resolve("imagenet/images/val/n01440764").toFile().list()).hasSize(1);
    assertThat(server.authorizations()).containsOnly("Bearer hf_x");
  }

  @Test
  void anUnofficialCopyNeedsConsent() {
    List<String> questions = new ArrayList<>();
    assertThatThrownBy(
            () ->
                fetch(
                    "StanfordCars",
                    Map.of(),
                    question -> {
                      questions.add(question);
                      return false;
                    }))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll("stanford_cars.zip", "unofficial copy", "--unofficial");
    assertThat(questions).singleElement().asString().contains("does not own the images");
    assertThat(root.resolve("stanford_cars/cars_train")).doesNotExist();
    assertThat(root.resolve("stanford_cars/split_zhou_StanfordCars.json")).exists();
  }

  @Test
  void aWrongByteIsRefusedAndNothingIsUnpacked() {
    String path = "zenodo.org/records/7711810/files/EuroSAT_RGB.zip";
    byte[] content = Objects.requireNonNull(server.content(path)).clone();
    content[content.length / 2] ^= 1;
    server.put(path, content);

    assertThatThrownBy(() -> fetch("EuroSAT", Map.of(), question -> true))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll("expected a file of SHA-256", "it is deleted");
    assertThat(root.resolve("eurosat/2750")).doesNotExist();
    assertThat(root.resolve("eurosat/EuroSAT_RGB.zip")).doesNotExist();
  }

  @Test
  void anotherSourceHelpsIfTheFirstIsGoneOrHasAnotherSize() {
    String path = "zenodo.org/records/7711810/files/EuroSAT_RGB.zip";
    server.put(path, HexFormat.of().parseHex("504b0304"));
    assertThat(fetch("EuroSAT", Map.of(), question -> false)).isEmpty();
    assertThat(root.resolve("eurosat/2750/a/1.jpg")).exists();

    server.remove("www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz");
    assertThat(fetch("OxfordPets", Map.of(), question -> false)).isEmpty();
    assertThat(root.resolve("oxford_pets/images/a/1.jpg")).exists();
  }

  @Test
  void anArchiveThatAPersonPutThereIsCheckedAndUsed() throws IOException {
    Path folder = Files.createDirectories(root.resolve("dtd"));
    Path archive = folder.resolve("dtd-r1.0.1.tar.gz");
    Files.write(archive, new byte[] {1});
    assertThatThrownBy(() -> fetch("DescribableTextures", Map.of(), question -> false))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll(archive.toString(), "expected a file of SHA-256", "delete it");

    String path = "www.robots.ox.ac.uk/~vgg/data/dtd/download/dtd-r1.0.1.tar.gz";
    Files.write(archive, Objects.requireNonNull(server.content(path)));
    int before = server.requests().size();
    assertThat(fetch("DescribableTextures", Map.of(), question -> false)).isEmpty();
    assertThat(folder.resolve("images/a/1.jpg")).exists();
    assertThat(server.requests()).hasSize(before);
    assertThat(fetch("DescribableTextures", Map.of(), question -> false)).isEmpty();
    assertThat(server.requests()).hasSize(before);
  }

  @Test
  void aDiskThatIsTooSmallIsReportedBeforeTheDownload() {
    Downloader small =
        new Downloader(
            false,
            Progress.SILENT,
            Map.of(),
            Duration.ofSeconds(5),
            Duration.ofMillis(1),
            PartialFile.Sink.CHANNEL,
            path -> 3_000_000_000L);
    PublishedDataSet food = PublishedDataSets.find("food").orElseThrow();
    Path split = root.resolve("food-101/split_zhou_Food101.json");
    assertThatThrownBy(
            () -> {
              Files.createDirectories(split.resolveSibling(""));
              Files.writeString(split, "{}");
              new DataDownload(small, Progress.SILENT, Map.of(), question -> true)
                  .fetch(food, root);
            })
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("needs 9992 MB, but 3000 MB are free");
  }
}
