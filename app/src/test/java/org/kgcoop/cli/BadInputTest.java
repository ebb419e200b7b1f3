package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.files.Folders;

/**
 * Tests of the response to bad input: an exit code and one line with the problem, its place and
 * advice.
 */
@Tag("system")
class BadInputTest {
  private static final int CONFIGURATION = 2;
  private static final int DATA = 3;
  private static final int WEIGHTS = 4;
  private static final int IO = 5;

  @TempDir static Path shared;
  private static Path clip;
  private static Path data;
  private static Path prompt;

  @TempDir Path folder;

  @BeforeAll
  static void trainOnce() {
    clip = shared.resolve("clip");
    data = shared.resolve("drawings");
    RandomClip.write(clip, RandomClip.TINY, 1);
    SampleDrawings.copyTo(data);
    Cli.Result trained =
        Cli.run(
            "train",
            "--clip",
            clip,
            "--data",
            data,
            "--out",
            shared.resolve("run"),
            "--shots",
            2,
            "--epochs",
            1,
            "--augment",
            "test");
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    prompt = shared.resolve("run").resolve("classifier.safetensors");
  }

  private static void refused(Cli.Result result, int exitCode, String... parts) {
    assertThat(result.errorLine()).contains(parts).doesNotContain("a bug");
    assertThat(result.err().lines().filter(l -> l.startsWith("kgcoop:"))).hasSize(1);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(exitCode);
  }

  private static Cli.Result train(Path data, Path out, Object... more) {
    Object[] fixed = {
      "train", "--clip", clip, "--data", data, "--out", out, "--epochs", 1, "--augment", "test"
    };
    return Cli.run(Stream.concat(Arrays.stream(fixed), Arrays.stream(more)).toArray());
  }

  private static Cli.Result predict(Path image) {
    return Cli.run("predict", prompt, image, "--clip", clip);
  }

  // ---- weights

  @Test
  void aTruncatedWeightFile() throws IOException {
    byte[] bytes = Files.readAllBytes(clip.resolve("model.safetensors"));
    Path cut = folder.resolve("cut.safetensors");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
    refused(
        Cli.run("predict", data, "--classes", "a,b", "--clip", cut), WEIGHTS, "cut.safetensors");
  }

  @Test
  void aFlippedBitInTheHeaderOfAWeightFile() throws IOException {
    byte[] bytes = Files.readAllBytes(clip.resolve("model.safetensors"));
    int name = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("ln_final.weight");
    bytes[name] ^= 1;
    Path flipped = folder.resolve("flipped.safetensors");
    Files.write(flipped, bytes);
    refused(
        Cli.run("predict", data, "--classes", "a,b", "--clip", flipped),
        WEIGHTS,
        "flipped.safetensors");
  }

  @Test
  void aTextFileGivenAsWeights() throws IOException {
    Path text = folder.resolve("weights.pt");
    Files.writeString(text, "these are no weights\n");
    refused(Cli.run("predict", data, "--classes", "a,b", "--clip", text), WEIGHTS, "weights.pt");
  }

  @Test
  void withoutWeightsTheEmbeddedOnesAreTaken() {
    Cli.Result result =
        Cli.run("predict", data.resolve("bell").resolve("0.png"), "--classes", "bell,tree");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("bell");
  }

  @Test
  void weightsThatAreNotThere() {
    refused(
        Cli.run("predict", data, "--classes", "a,b", "--clip", folder.resolve("nowhere.pt")),
        WEIGHTS,
        "nowhere.pt");
  }

  @Test
  void aPromptOfAnotherClip() {
    Path other = folder.resolve("other");
    RandomClip.write(other, RandomClip.TINY, 2);
    refused(Cli.run("predict", prompt, data, "--clip", other), WEIGHTS, "another CLIP");
  }

  @Test
  void aDamagedPromptFile() throws IOException {
    byte[] bytes = Files.readAllBytes(prompt);
    bytes[bytes.length - 3] ^= 16;
    Path damaged = folder.resolve("classifier.safetensors");
    Files.write(damaged, bytes);
    refused(Cli.run("predict", damaged, data, "--clip", clip), WEIGHTS, "damaged classifier file");
    refused(Cli.run("inspect", damaged), WEIGHTS, "damaged");
  }

  @Test
  void weightsGivenAsAPrompt() {
    refused(
        Cli.run("predict", clip.resolve("model.safetensors"), data, "--clip", clip),
        WEIGHTS,
        "not a classifier file");
  }

  // ---- images

  @Test
  void anEmptyImage() throws IOException {
    Path empty = folder.resolve("empty.png");
    Files.createFile(empty);
    refused(predict(empty), DATA, "empty.png");
  }

  @Test
  void aTruncatedImage() throws IOException {
    byte[] bytes = Files.readAllBytes(data.resolve("bell").resolve("0.png"));
    Path cut = folder.resolve("cut.png");
    Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
    refused(predict(cut), DATA, "cut.png");
  }

  @Test
  void textNamedLikeAImage() throws IOException {
    Path text = folder.resolve("text.jpg");
    Files.writeString(text, "no image\n");
    refused(predict(text), DATA, "text.jpg");
  }

  @Test
  void aImageOf900Megapixels() throws IOException {
    Path huge = folder.resolve("huge.png");
    Files.write(huge, pngHeader(30_000, 30_000));
    refused(predict(huge), DATA, "huge.png", "30000");
  }

  @Test
  void aImageOfOnePixelIsClassified() throws IOException {
    Path one = folder.resolve("one.png");
    try (var out = Files.newOutputStream(one)) {
      javax.imageio.ImageIO.write(
          new java.awt.image.BufferedImage(1, 1, java.awt.image.BufferedImage.TYPE_INT_RGB),
          "png",
          out);
    }
    Cli.Result result = predict(one);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("one.png");
  }

  @Test
  void classifiesTheOtherImages() throws IOException {
    Path images = Files.createDirectory(folder.resolve("images"));
    Files.createFile(images.resolve("a-empty.png"));
    Files.copy(data.resolve("book").resolve("0.png"), images.resolve("b-good.png"));
    Cli.Result result = predict(images);
    refused(result, DATA, "a-empty.png");
    assertThat(result.out()).contains("b-good.png");
  }

  private static byte[] pngHeader(int width, int height) {
    java.nio.ByteBuffer chunk = java.nio.ByteBuffer.allocate(17);
    chunk.put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(width).putInt(height);
    chunk.put((byte) 8).put((byte) 2).put(new byte[3]);
    CRC32 crc = new CRC32();
    crc.update(chunk.array());
    java.nio.ByteBuffer file = java.nio.ByteBuffer.allocate(8 + 4 + 17 + 4);
    file.putLong(0x89504E470D0A1A0AL).putInt(13).put(chunk.array()).putInt((int) crc.getValue());
    return file.array();
  }

  // ---- data sets

  @Test
  void aClassFolderWithoutAImage() throws IOException {
    copy("bell");
    copy("book");
    Files.createDirectories(folder.resolve("data").resolve("hollow"));
    refused(train(folder.resolve("data"), folder.resolve("out")), DATA, "hollow");
  }

  @Test
  void twoClassNamesThatAreEqualAfterCleanUp() throws IOException {
    copy("book");
    Path twin = Files.createDirectories(folder.resolve("data").resolve("Book"));
    for (Path file : list(data.resolve("bell"))) {
      Files.copy(file, twin.resolve(file.getFileName().toString()));
    }
    Cli.Result warned = train(folder.resolve("data"), folder.resolve("out"), "--shots", 2);
    assertThat(warned.exitCode()).as(warned.err()).isZero();
    assertThat(warned.err()).contains("warning:", "Book", "book");
  }

  @Test
  void fewerImagesThanShotsAreAllUsed() {
    Cli.Result result = train(data, folder.resolve("out"), "--shots", 16);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).contains("warning:", "fewer than 16");
  }

  @Test
  void usesTheExitCodesOfDataAndWeights() {
    Path gone = folder.resolve("gone");
    refused(predict(gone), DATA, "gone");
    refused(Cli.run("inspect", gone), DATA, "gone: there is no such file or folder");
    refused(Cli.run("adapt", gone), DATA, "gone: there is no such file or folder");
    Path image = data.resolve("bell").resolve("0.png");
    refused(Cli.run("predict", gone, image, "--clip", clip), WEIGHTS, "gone: no such file");
    refused(Cli.run("eval", gone, "--data", data, "--clip", clip), WEIGHTS, "gone: no such file");
    refused(Cli.run("predict", prompt, image, "--clip", gone), WEIGHTS, "no such file or folder");
  }

  @Test
  void aValueThatIsAllOfAFileIsCutInItsMiddle() throws IOException {
    String value = "x".repeat(100_000);
    Path manifest = folder.resolve("manifest.csv");
    Files.writeString(manifest, "path,label,split\na.png,cat," + value + "\n");
    Cli.Result result = train(manifest, folder.resolve("out"));
    assertThat(result.exitCode()).as(result.err()).isEqualTo(DATA);
    assertThat(result.err().length()).isLessThan(3000);
    assertThat(result.errorLine()).contains("manifest.csv", " ... ");
  }

  @Test
  void rejectsAThresholdOfZero() {
    assertThat(Cli.run("predict", "--help").out().replaceAll("\\s+", " "))
        .contains("Omit classes with a probability below P.");
    refused(
        Cli.run("predict", prompt, data, "--clip", clip, "--threshold", 0),
        CONFIGURATION,
        "expected a probability above 0, at most 1");
  }

  @Test
  void theListOfWeightsHasTheReleasedOnes() {
    Cli.Result result = Cli.run("download", "--list");
    assertThat(result.out()).doesNotContain("?");
    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .containsPattern("ViT-B/32-256 +11.5 +74.7 +0.61  MIT +https://huggingface.co/laion/CLIP-")
        .containsPattern("ViT-B/16 +35.1 +65.8 +0.35  MIT +https://github.com/openai/CLIP")
        .containsSubsequence("ViT-B/32-256", "ViT-B/16", "ViT-L/14", "RN50x64");
    assertThat(Cli.run("download", "--list", "--json").out())
        .contains("\"repository\" : \"openai/CLIP\"", "\"repository\" : \"google/siglip");
  }

  @Test
  void aClassNameLongerThanTheTextLength() throws IOException {
    copy("book");
    Path longOne =
        Files.createDirectories(folder.resolve("data").resolve("word ".repeat(40) + "end"));
    for (Path file : list(data.resolve("bell"))) {
      Files.copy(file, longOne.resolve(file.getFileName().toString()));
    }
    refused(train(folder.resolve("data"), folder.resolve("out")), DATA, "word word", "77");
  }

  @Test
  void aDataFolderThatIsNotThere() {
    refused(train(folder.resolve("nothing"), folder.resolve("out")), DATA, "nothing");
  }

  @Test
  void imagesWithoutFoldersOfTheirClasses() {
    refused(
        train(data.resolve("bell"), folder.resolve("out")),
        DATA,
        ", but not in one folder per class",
        data.resolve("bell").resolve("cat").toString());
  }

  private void copy(String name) throws IOException {
    Path to = Files.createDirectories(folder.resolve("data").resolve(name));
    for (Path file : list(data.resolve(name))) {
      Files.copy(file, to.resolve(file.getFileName().toString()));
    }
  }

  private static List<Path> list(Path folder) {
    return Folders.files(folder);
  }

  // ---- files of another kind

  /** Commands that read the file at their end. */
  private List<String> readers() {
    String out = folder.resolve("out").toString();
    return Stream.of(
            "adapt DATA --clip CLIP --out OUT --group-by",
            "adapt DATA --clip CLIP --out OUT --exclude",
            "train --clip CLIP --data DATA --out OUT --config",
            "predict IMAGE --clip CLIP --classes-file",
            "predict IMAGE --classes a,b --clip",
            "predict IMAGE --classes a,b --clip CLIP",
            "eval --clip CLIP --data DATA",
            "embed --clip CLIP --out OUT.csv --texts",
            "search DATA --clip CLIP --image",
            "serve PROMPT --clip CLIP --port 0 --token-file")
        .map(words -> words.replace("OUT", out).replace("CLIP", clip.toString()))
        .map(words -> words.replace("PROMPT", prompt.toString()))
        .map(words -> words.replace("DATA", data.toString()))
        .map(words -> words.replace("IMAGE", list(Folders.folders(data).get(0)).get(0).toString()))
        .toList();
  }

  private static void refused(String words, Path file) throws Exception {
    Object[] arguments = Stream.concat(Stream.of(words.split(" ")), Stream.of(file)).toArray();
    Cli.Result result =
        CompletableFuture.supplyAsync(() -> Cli.run(arguments)).get(2, TimeUnit.MINUTES);
    assertThat(result.errorLine()).as(words).contains(file.toString()).doesNotContain("a bug");
    assertThat(result.err().lines().filter(l -> l.startsWith("kgcoop:"))).as(words).hasSize(1);
    assertThat(result.exitCode()).as(result.err()).isIn(CONFIGURATION, DATA, WEIGHTS, IO);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void rejectsAPipe() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(ChildProcess.run(new ProcessBuilder("mkfifo", pipe.toString()).inheritIO()))
        .isZero();
    List<String> names = List.of("manifest.csv", "a.jsonl", "split.json", "a.tar", "a.zip");
    for (String words : readers()) {
      refused(words, pipe);
    }
    for (String name : names) {
      refused("inspect", Files.createSymbolicLink(folder.resolve(name), pipe));
    }
  }

  @Test
  void aFolderOrBinaryFileIsNoTextFile() throws Exception {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xe9, 0, '\n', 1});
    for (String words : readers()) {
      refused(words, empty);
      refused(words, binary);
    }
  }

  // ---- run folders

  @Test
  void aRunFolderThatCannotBeMade() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    refused(train(data, file.resolve("out")), IO, "--out");
  }

  @Test
  void aRunFolderOfOtherSettings() {
    assertThat(train(data, folder.resolve("out"), "--shots", 2).exitCode()).isZero();
    refused(
        train(data, folder.resolve("out"), "--shots", 2, "--lr", "0.1"),
        CONFIGURATION,
        "training.lr was 0.002, is 0.1");
  }

  // ---- reports

  @Test
  void aReportOfAFolderWithoutResults() {
    refused(Cli.run("report", folder.resolve("nowhere")), IO, "nowhere", "no such folder");
    refused(Cli.run("report", folder), IO, "no results here", "run.json");
    refused(Cli.run("report"), CONFIGURATION, "RUN");
    assertThat(folder.resolve("report.html")).doesNotExist();
  }

  @Test
  void aReportIntoAFolderThatIsNotThere() {
    Path out = folder.resolve("no").resolve("page.html");
    refused(Cli.run("report", shared.resolve("run"), "--out", out), IO, "page.html");
  }

  @Test
  void aReportWithADataSetThatIsNotThere() {
    refused(
        Cli.run("report", shared.resolve("run"), "--data", folder.resolve("gone")), DATA, "gone");
  }

  // ---- options

  @Test
  void namesTheKnownValues() {
    Path out = folder.resolve("out");
    refused(train(data, out, "--method", "kgcop"), CONFIGURATION, "kgcop", "kgcoop");
    refused(
        Cli.run("train", "--clip", clip, "--data", data, "--out", out, "--augment", "none"),
        CONFIGURATION,
        "none",
        "cache:V");
    refused(train(data, out, "--precision", "float16"), CONFIGURATION, "float16", "bf16");
    refused(
        train(data, out, "--set", "warmup_recount=maybe"), CONFIGURATION, "maybe", "true or false");
    refused(train(data, out, "--set", "model_selection=first"), CONFIGURATION, "first", "best");
    refused(train(data, out, "--device", "tpu"), CONFIGURATION, "tpu", "cuda");
    refused(train(data, out, "--device", "cuda:99"), CONFIGURATION, "device cuda:99: ");
    refused(train(data, out, "--template", "a photo"), DATA, "a photo", "{}");
    refused(train(data, out, "--shots", "many"), CONFIGURATION, "many");
    refused(train(data, out, "--shots", "0"), CONFIGURATION, "--shots");
    refused(Cli.run("trian"), CONFIGURATION, "trian");
    assertThat(out).doesNotExist();
  }

  @Test
  void namesWrongOptionsAsTheUserWroteThem() {
    refused(Cli.run("inspect", data, data), CONFIGURATION, "unexpected argument '" + data + "'");
    refused(Cli.run("runs", "show"), CONFIGURATION, "RUN");
    refused(
        train(data, folder, "--lr", "fast"),
        CONFIGURATION,
        "setting lr: expected a number, got 'fast'");
    refused(train(data, folder, "--seed", "a"), CONFIGURATION, "'a' is not an integer");
  }

  @Test
  void inspectRefersToTheCommandThatShowsRuns() throws IOException {
    Path run = shared.resolve("run");
    refused(
        Cli.run("inspect", run.resolve("results.json")),
        CONFIGURATION,
        "results.json: of a run; ./kgcoop runs show " + run);
    Path table = Files.createDirectory(folder.resolve("table"));
    Files.writeString(table.resolve("results.json"), "{\"cells\": []}");
    refused(Cli.run("inspect", table), CONFIGURATION, "of a table; ./kgcoop runs table " + table);
    assertThat(Cli.run("inspect", run).exitCode()).isZero();
  }

  /** Most settings had an option of this name. */
  @Test
  void namesTheSettingOfAnOptionThatDoesNotExist() {
    refused(
        train(data, folder.resolve("out"), "--weight-decay", "0.1"),
        CONFIGURATION,
        "no option of kgcoop train: --weight-decay; it is a setting: use --set weight_decay=VALUE");
    refused(
        Cli.run("fewshot", "--weight=auto"),
        CONFIGURATION,
        "; --weight is a setting: use --set weight=VALUE");
  }

  @Test
  void namesTheKnownConfigurationKeys() {
    refused(
        train(data, folder.resolve("out"), "--set", "wieght=4"), CONFIGURATION, "wieght", "weight");
    refused(
        train(data, folder.resolve("out"), "--set", "weight=heavy"),
        CONFIGURATION,
        "weight",
        "a number");
  }

  @Test
  void namesTheOptionForAKeyOfThePublishedScripts() {
    for (String[] word :
        new String[][] {
          {"TRAINER.COOP.W", "use --set weight=VALUE"},
          {"DATASET.NUM_SHOTS", "use --shots"},
          {"OPTIM.MAX_EPOCH", "use --set epochs=VALUE"},
          {"TRAINER.OTHER.KEY", "use --set KEY=VALUE"}
        }) {
      refused(
          train(data, folder.resolve("out"), word[0], "4"),
          CONFIGURATION,
          "unexpected argument '" + word[0] + "', a key of the published code: " + word[1]);
    }
  }

  @Test
  void refusesNumbersThatFloat32DoesNotHold() {
    refused(
        train(data, folder.resolve("out"), "--set", "weight_decay=1e308"),
        CONFIGURATION,
        "weight_decay: expected a number of at most 3.4e38");
    refused(
        train(data, folder.resolve("out"), "--set", "weight=1e308"),
        CONFIGURATION,
        "weight: expected");
  }

  @Test
  void rejectsZeroThreads() {
    refused(
        train(data, folder.resolve("out"), "--threads", 0),
        CONFIGURATION,
        "--threads: expected at least 1, got 0");
  }

  @Test
  void warnsOfTransformsOfAFixedView() {
    Cli.Result result =
        train(data, folder.resolve("out"), "--set", "transforms=random_flip", "--shots", 2);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err())
        .contains("warning: --augment test", "--set transforms changes nothing");
    assertThat(train(data, folder.resolve("out2"), "--shots", 2).err())
        .doesNotContain("transforms");
  }

  @Test
  void publishedTrainingGoesWithNoOtherOptionOfTraining() {
    refused(
        train(data, folder.resolve("out"), "--published"),
        CONFIGURATION,
        "--published",
        "leave out --epochs, --augment");
    refused(
        Cli.run(
            "base2new",
            "--clip",
            clip,
            "--data",
            data,
            "--out",
            folder.resolve("out"),
            "--published",
            "--sweep",
            "lr=1,2"),
        CONFIGURATION,
        "leave out --sweep lr");
  }

  @Test
  void wordsMayBeginWithAnUnderscore() {
    Cli.Result result =
        train(data, folder.resolve("out"), "--set", "words=_a_photo_of", "--shots", 2);
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  @Test
  void suggestsTheNearestKnownName() {
    Path out = folder.resolve("out");
    refused(
        Cli.run("train", "--data", "embedded:document", "--out", out),
        CONFIGURATION,
        "embedded:document",
        "did you mean documents?");
    refused(
        Cli.run("train", "--clip", clip, "--data", data, "--out", out, "--method", "kgcop"),
        CONFIGURATION,
        "kgcop",
        "did you mean kgcoop?");
    refused(
        Cli.run("base2new", "--clip", clip, "--data", data, "--out", out, "--sweep", "wieght=1,2"),
        CONFIGURATION,
        "--sweep wieght (did you mean weight?)");
    refused(
        Cli.run("train", "--clip", "ViT-B/17", "--data", data, "--out", out),
        WEIGHTS,
        "--clip ViT-B/17: no such file or folder (did you mean ViT-B/16?)",
        "hf:OWNER/NAME");
    refused(
        Cli.run("trian", "--data", data),
        CONFIGURATION,
        "there is no command 'trian' (did you mean train?); see 'kgcoop --help'");
    refused(
        Cli.run("train", "--data", data, "--out", out, "--sots", 4),
        CONFIGURATION,
        "no option of kgcoop train: --sots (did you mean --shots?); see 'kgcoop train --help'");
    refused(Cli.run("train", "--dta", data), CONFIGURATION, "; --dta (did you mean --data?)");
    refused(Cli.run("download", "--lst"), CONFIGURATION, "--lst (did you mean --list?)");
    refused(
        train(shared.resolve("drawing"), out),
        DATA,
        "there is no such file or folder (did you mean drawings?)");
    refused(train(Path.of("oxford_pet"), out), DATA, "oxford_pet", "(did you mean oxford_pets?)");
    assertThat(out).doesNotExist();
  }
}
