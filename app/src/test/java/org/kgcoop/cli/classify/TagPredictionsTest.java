package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.LocalInputFile;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Classifier;
import org.kgcoop.api.Tag;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.embed.ManyDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.data.layout.PhotoKeywords;
import org.kgcoop.serve.TinyPrompt;
import org.kgcoop.serve.TinyTags;
import org.kgcoop.serve.TinyTags.Given;

/** The command {@code predict} with a classifier of tags. */
class TagPredictionsTest {
  @TempDir Path folder;
  private Path weights;
  private Path run;
  private Path images;
  private List<Path> files;

  @BeforeEach
  void write() throws IOException {
    weights = folder.resolve("clip");
    RandomClip.write(weights, RandomClip.TINY, 1);
    run = folder.resolve("run");
    try (Clip clip = Clip.load(weights)) {
      TinyTags.write(
          run,
          clip,
          Given.of("=1, \"sea\"", TinyTags.ALL),
          new Given("chance", TinyTags.ALL, true),
          Given.of("cow", TinyTags.NONE),
          Given.of("tree", TinyTags.ALL));
    }
    images = folder.resolve("images");
    files = ManyDrawings.write(images, 4);
  }

  private Cli.Result predict(Path classifier, Object... words) {
    Object[] fixed = {"predict", classifier, images, "--clip", weights};
    return Cli.run(Stream.concat(Arrays.stream(fixed), Arrays.stream(words)).toArray());
  }

  private static JsonNode json(String text) throws IOException {
    return new ObjectMapper().readTree(text);
  }

  @Test
  void eachFormHasTheTagsOfEachImage() throws IOException {
    String first = files.get(0).toString();
    assertThat(predict(run).out().lines().limit(2))
        .satisfiesExactly(
            line -> assertThat(line).matches("\\Q" + first + "\t=1, \"sea\"\\E\t-?\\d+\\.\\d\\d"),
            line -> assertThat(line).matches("\\Q" + first + "\ttree\\E\t-?\\d+\\.\\d\\d"));
    assertThat(predict(run, "--all-tags").out().lines().filter(l -> l.endsWith("\tnot written")))
        .hasSize(2 * files.size());
    List<String> csv = predict(run, "--format", "csv").out().lines().toList();
    assertThat(csv).hasSize(1 + 2 * files.size());
    assertThat(csv.get(1)).contains(",\"'=1, \"\"sea\"\"\","); // a spreadsheet sees no formula
    JsonNode all = json(predict(run, "--json", "--all-tags").out());
    assertThat(all.at("/images/3/tags")).hasSize(4);
    List<String> keys = new ArrayList<>();
    all.at("/images/0/tags/0").fieldNames().forEachRemaining(keys::add);
    assertThat(keys).containsExactly("tag", "score", "threshold", "written");
    assertThat(all.at("/tags/1").toString())
        .isEqualTo(
            "{\"tag\":\"chance\",\"promise\":43,\"finds\":null,\"images\":6,\"by\":\"none\","
                + "\"unknown\":true}");
    assertThat(predict(run, "--format", "jsonl").out().lines()).hasSize(files.size());
  }

  @Test
  void noScoreIsMinusZero() {
    assertThat(TagPredictions.rounded(-0.004f)).isEqualTo("0.00");
    assertThat(TagPredictions.rounded(-0.006f)).isEqualTo("-0.01");
    assertThat(TagPredictions.rounded(0.714f)).isEqualTo("0.71");
  }

  @Test
  void aParquetFileHasOneRowPerTag() throws IOException {
    Path out = folder.resolve("tags.parquet");
    assertThat(predict(run, "--format", "parquet").errorLine()).contains("--out FILE.parquet");
    Cli.Result result = predict(run, "--format", "parquet", "--out", out, "--all-tags");
    assertThat(result.exitCode()).as(result.err()).isZero();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(out))) {
      assertThat(reader.getRecordCount()).isEqualTo(4L * files.size());
      assertThat(reader.getFileMetaData().getSchema().getFields())
          .extracting(field -> field.getName())
          .containsExactly("image", "tag", "score", "written");
    }
  }

  @Test
  void anImageWithoutATagSaysSo() throws IOException {
    Path none = folder.resolve("none");
    try (Clip clip = Clip.load(weights)) {
      TinyTags.write(none, clip, Given.of("cow", TinyTags.NONE));
    }
    assertThat(predict(none).out().lines()).hasSize(4).allMatch(line -> line.endsWith("\tno tag"));
    assertThat(predict(none, "--format", "csv").out().lines().skip(1))
        .hasSize(4)
        .allMatch(line -> line.endsWith(".png,,"));
    assertThat(predict(none, "--keywords").err()).contains("0 sidecars written for 4 images");
  }

  @Test
  void anUnreadableImageIsReportedAndLeftOut() throws IOException {
    Files.write(files.get(1), new byte[9]);
    Path out = folder.resolve("tags.csv");
    Cli.Result refused = predict(run, "--format", "csv", "--out", out);
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.errorLine()).contains("00001.png", "--skip-bad");
    assertThat(out).doesNotExist();
    assertThat(predict(run, "--format", "csv", "--out", out, "--skip-bad").exitCode()).isEqualTo(6);
    assertThat(out).content().doesNotContain("00001.png");
    assertThat(predict(run, "--keywords").exitCode()).isEqualTo(3);
    assertThat(PhotoKeywords.sidecar(files.get(0))).doesNotExist();
    Cli.Result lines = predict(run, "--format", "jsonl");
    assertThat(lines.exitCode()).isEqualTo(3);
    JsonNode second = json(lines.out().lines().toList().get(1)); // in its place
    assertThat(second.path("image").asText()).isEqualTo(files.get(1).toString());
    assertThat(second.path("problem").asText()).isNotEmpty();
    assertThat(json(predict(run, "--json").out()).path("skipped")).hasSize(1);
  }

  @Test
  void optionsForOneClassAreRefusedInOneLine() throws IOException {
    Path table = Files.writeString(folder.resolve("groups.csv"), "class,group\ncow,animal\n");
    for (List<Object> words :
        List.<List<Object>>of(
            List.of("--top", 2),
            List.of("--threshold", 0.5),
            List.of("--groups", table),
            List.of("--sort-into", folder.resolve("sorted")),
            List.of("--sort-by", "move"),
            List.of("--classes", "cow,tree"),
            List.of("--template", "a {}."),
            List.of("--data-set", "places"))) {
      Cli.Result result = predict(run, words.toArray());
      assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
      assertThat(result.out()).isEmpty();
      assertThat(result.err().lines()).hasSize(1);
      assertThat(result.errorLine())
          .startsWith("kgcoop: " + words.get(0) + " ")
          .contains("an image can have several tags");
    }
    assertThat(folder.resolve("sorted")).doesNotExist();
    Cli.Result served = Cli.run("serve", run, "--groups", table, "--clip", weights, "--port", 0);
    assertThat(served.exitCode()).isEqualTo(2);
    assertThat(served.errorLine()).contains("--groups", "an image can have several tags");
    Path classes = folder.resolve("prompt.safetensors");
    try (Clip clip = Clip.load(weights)) {
      TinyPrompt.of(clip, 1).write(classes);
    }
    assertThat(predict(classes, "--all-tags").errorLine())
        .contains("goes with a classifier of tags");
  }

  @Test
  void aFolderWithoutImagesAndADamagedFileAreRefused() throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Cli.Result none = Cli.run("predict", run, empty, "--clip", weights);
    assertThat(none.exitCode()).isNotZero();
    assertThat(none.err().lines()).hasSize(1);
    Path file = run.resolve("classifier.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    Cli.Result damaged = predict(run);
    assertThat(damaged.exitCode()).isEqualTo(4);
    assertThat(damaged.err().lines()).hasSize(1);
  }

  private Map<String, String> sidecars() throws IOException {
    Map<String, String> all = new TreeMap<>();
    for (Path file : files) {
      Path sidecar = PhotoKeywords.sidecar(file);
      all.put(sidecar.getFileName().toString(), Files.readString(sidecar));
    }
    return all;
  }

  /** Other thresholds give other tags. Only what the first call added leaves. */
  @Test
  void keywordsFollowTheThresholdsAndAllOthersStay() throws IOException {
    String before =
        """
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
         xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description  rdf:about=""
          xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:a="urn:a" a:rating='5'>
         <dc:subject><rdf:Bag><rdf:li>mine</rdf:li><rdf:li>tree</rdf:li></rdf:Bag></dc:subject>
         <!-- a note --><a:other>1 &amp; 2</a:other></rdf:Description></rdf:RDF></x:xmpmeta>
        """;
    Files.writeString(PhotoKeywords.sidecar(files.get(0)), before);
    Cli.Result first = predict(run, "--keywords");
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.err()).contains("keywords: 4 sidecars written for 4 images");
    assertThat(PhotoKeywords.of(files.get(0))).containsExactly("=1, \"sea\"", "mine", "tree");
    assertThat(PhotoKeywords.of(files.get(1))).containsExactly("=1, \"sea\"", "tree");
    Map<String, String> written = sidecars();
    assertThat(predict(run, "--keywords").err()).contains("keywords: 0 sidecars written");
    assertThat(sidecars()).isEqualTo(written);

    Path other = folder.resolve("other");
    try (Clip clip = Clip.load(weights)) {
      TinyTags.write(
          other,
          clip,
          Given.of("=1, \"sea\"", TinyTags.NONE),
          Given.of("chance", TinyTags.ALL),
          Given.of("cow", TinyTags.NONE),
          Given.of("tree", TinyTags.NONE));
    }
    assertThat(predict(other, "--keywords").exitCode()).isZero();
    assertThat(PhotoKeywords.of(files.get(0))).containsExactly("chance", "mine", "tree");
    assertThat(PhotoKeywords.of(files.get(1))).containsExactly("chance");
    String after = Files.readString(PhotoKeywords.sidecar(files.get(0)));
    assertThat(after).contains("a:rating='5'", "<!-- a note --><a:other>1 &amp; 2</a:other>");
    assertThat(predict(run, "--keywords").exitCode()).isZero();
    assertThat(PhotoKeywords.of(files.get(0))).containsExactly("=1, \"sea\"", "mine", "tree");
  }

  @Test
  void aTagCanBeLeftOutOfTheKeywords() {
    Cli.Result result = predict(run, "--keywords", "--keywords-except", "tree");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(PhotoKeywords.of(files.get(2))).containsExactly("=1, \"sea\"");
    assertThat(predict(run, "--keywords", "--keywords-except", "tre").errorLine())
        .contains("did you mean tree?");
  }

  /** A wrong call fails before it reads an image. */
  @Test
  void aProgramAsksForClassesOrForTags() {
    try (Clip clip = Clip.load(weights);
        Classifier tags = Classifier.load(run, clip);
        Classifier classes = Classifier.zeroShot(clip, List.of("cow", "owl"), "a {}.")) {
      Path missing = folder.resolve("missing.png");
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> tags.classify(missing),
              () -> tags.classify(new byte[0]),
              () -> tags.classifyAll(List.of()),
              () -> tags.ofFeatures(new float[0][]))) {
        assertThatThrownBy(call)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageEndingWith("an image can have several tags: call tags");
      }
      assertThatThrownBy(() -> classes.tags(missing)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> classes.tagsOfFeatures(new float[0][]))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(classes::tagPromises).isInstanceOf(IllegalStateException.class);
      float[][] together = tags.features(files);
      for (int i = 0; i < files.size(); i++) {
        List<Tag> alone = tags.tagsOfFeatures(tags.features(List.of(files.get(i)))).get(0);
        assertThat(tags.tagsOfFeatures(together).get(i)).isEqualTo(alone).hasSize(4);
        assertThat(tags.tags(files.get(i)))
            .isEqualTo(alone.stream().filter(Tag::written).toList())
            .hasSize(2);
      }
    }
  }
}
