package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntBinaryOperator;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.eval.Interval;
import org.kgcoop.files.Folders;
import org.kgcoop.runs.Predictions;
import org.kgcoop.serve.TinyPrompt;

class EvalCommandTest {
  @TempDir Path folder;

  private Cli.Result run(Object... words) {
    List<Object> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--clip", folder.resolve("clip")));
    return Cli.run(all.toArray());
  }

  private JsonNode json(Cli.Result result) throws IOException {
    assertThat(result.exitCode()).as(result.err()).isZero();
    return new ObjectMapper().readTree(result.out());
  }

  private void train(Path data, Path out) {
    Cli.Result result =
        run(
            "train",
            "--method",
            "coop",
            "--epochs",
            1,
            "--data",
            data,
            "--out",
            out,
            "--feature-cache",
            "none");
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  @Test
  void leavesOutTrainingImagesUnlessRequested() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"), 3);
    Path data = folder.resolve("parts");
    Path copies = folder.resolve("copies"); // contains only training images
    for (Path from : Folders.folders(folder.resolve("drawings"))) {
      for (int i = 0; i < 4; i++) {
        copy(from, i, data.resolve("train"));
        copy(from, i, copies.resolve("train"));
        copy(from, i, copies.resolve("test"));
      }
      for (int i = 3; i < 8; i++) { // the first is a training image
        copy(from, i, data.resolve("test"));
      }
    }
    Path run = folder.resolve("run");
    Cli.Result trained =
        run(
            "train",
            "--method",
            "coop",
            "--epochs",
            1,
            "--shots",
            "all",
            "--data",
            data,
            "--out",
            run,
            "--feature-cache",
            "none");
    assertThat(trained.exitCode()).as(trained.err()).isZero();

    Cli.Result usual = run("eval", run, "--data", data, "--feature-cache", "none", "--json");
    Cli.Result all =
        run(
            "eval",
            run,
            "--data",
            data,
            "--feature-cache",
            "none",
            "--json",
            "--include-training-images");

    assertThat(json(usual).path("total").asInt()).isEqualTo(12);
    assertThat(json(usual).path("training_images_left_out").asInt()).isEqualTo(3);
    assertThat(usual.err()).contains("3 of 15 test images", "are left out");
    assertThat(json(all).path("total").asInt()).isEqualTo(15);
    Interval limits = Interval.ofShare(json(usual).path("correct").asInt(), 12, 0.95);
    assertThat(json(usual).path("interval_95").path(0).asDouble()).isEqualTo(100 * limits.low());
    assertThat(json(usual).path("interval_95").path(1).asDouble()).isEqualTo(100 * limits.high());
    assertThat(run("eval", run, "--data", data, "--feature-cache", "none").out())
        .containsPattern(
            String.format(
                Locale.ROOT,
                "accuracy .*of 12; 95 %% interval: %.2f to %.2f\\)",
                100 * limits.low(),
                100 * limits.high()));
    assertThat(json(all).path("training_images_left_out").asInt()).isZero();
    assertThat(all.err()).contains("3 of 15 test images");

    Path predictions = Files.writeString(folder.resolve("pets.csv"), "image,class\na.png,cat\n");
    Cli.Result csv = run("eval", predictions, "--data", data);
    assertThat(csv.exitCode()).isEqualTo(2);
    assertThat(csv.errorLine())
        .contains("eval measures a classifier, and does not read predictions");

    Cli.Result none = run("eval", run, "--data", copies, "--feature-cache", "none");
    assertThat(none.exitCode()).isEqualTo(3);
    assertThat(none.errorLine()).contains("12 of 12 test images", "--include-training-images");
    assertThat(none.out()).doesNotContain("accuracy");
  }

  @Test
  void theShareOfImagesThatReachTheThresholdIsPrinted() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"), 3);
    Path run = folder.resolve("run");
    train(folder.resolve("drawings"), run);
    List<Double> confidences =
        Predictions.read(run).target("test").orElseThrow().confidences().stream().sorted().toList();
    double threshold = (confidences.get(1) + confidences.get(2)) / 2; // two images are below it
    assertThat(confidences.get(1)).isLessThan(confidences.get(2));
    ClassifierFile file = ClassifierFile.read(ClassifierFile.in(run));
    Path rejecting = folder.resolve("rejecting.safetensors");
    TinyPrompt.rejecting(file, threshold).write(rejecting);
    Path data = folder.resolve("drawings");

    JsonNode found =
        json(run("eval", rejecting, "--data", data, "--feature-cache", "none", "--json"));
    Cli.Result text = run("eval", rejecting, "--data", data, "--feature-cache", "none");
    Cli.Result plain = run("eval", run, "--data", data, "--feature-cache", "none");

    double share = (confidences.size() - 2.0) / confidences.size();
    assertThat(found.path("accepted").asDouble()).isEqualTo(share);
    assertThat(found.path("threshold").asDouble()).isEqualTo(threshold);
    assertThat(text.out())
        .contains(String.format(Locale.ROOT, "accepted           %.2f %%", 100 * share));
    assertThat(plain.out()).doesNotContain("accepted");
  }

  private static void copy(Path from, int number, Path to) throws IOException {
    Path folder = Files.createDirectories(to.resolve(Folders.name(from)));
    Files.copy(from.resolve(number + ".png"), folder.resolve(number + ".png"));
  }

  /** The drawings are rotated, and their EXIF orientation rotates them back. */
  @Test
  void rotatesExifImagesInTrainingAndEvaluation() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    Path upright = folder.resolve("upright/drawings");
    Path aside = folder.resolve("aside/drawings");
    SampleDrawings.copyTo(upright, 4);
    for (Path from : Folders.folders(upright)) {
      Path to = Files.createDirectories(aside.resolve(Folders.name(from)));
      for (Path file : Folders.files(from)) {
        BufferedImage image = ImageIO.read(file.toFile());
        Files.write(file, png(image.getWidth(), image.getHeight(), image::getRGB));
        Files.write(to.resolve(Folders.name(file)), heldAside(image));
      }
    }
    train(upright, folder.resolve("run-upright"));
    train(aside, folder.resolve("run-aside"));
    Predictions.OfTarget expected =
        Predictions.read(folder.resolve("run-upright")).target("test").orElseThrow();
    Predictions.OfTarget found =
        Predictions.read(folder.resolve("run-aside")).target("test").orElseThrow();

    assertThat(found).isEqualTo(expected);
    Cli.Result eval =
        run(
            "eval",
            folder.resolve("run-aside"),
            "--data",
            aside,
            "--feature-cache",
            "none",
            "--json");
    assertThat(json(eval).path("confusion"))
        .hasToString(new ObjectMapper().writeValueAsString(expected.confusion()));
    List<Object> words = new ArrayList<>(List.of("predict", folder.resolve("run-aside"), "--json"));
    expected.each().forEach(each -> words.add(aside.resolve(each.image())));
    JsonNode images = json(run(words.toArray())).path("images");
    for (int i = 0; i < expected.each().size(); i++) {
      JsonNode first = images.path(i).path("classes").path(0);
      assertThat(first.path("index").asInt()).isEqualTo(expected.each().get(i).predicted());
    }
  }

  /**
   * Returns a PNG of an image that is rotated counterclockwise. EXIF orientation 6 requests a
   * clockwise rotation.
   */
  private static byte[] heldAside(BufferedImage image) throws IOException {
    int turnedWidth = image.getHeight();
    int turnedHeight = image.getWidth();
    byte[] png = png(turnedWidth, turnedHeight, (x, y) -> image.getRGB(turnedHeight - 1 - y, x));
    ByteBuffer exif = ByteBuffer.allocate(26).put(new byte[] {'M', 'M'});
    exif.putShort((short) 42).putInt(8).putShort((short) 1);
    exif.putShort((short) 0x112).putShort((short) 3).putInt(1).putShort((short) 6);
    int header = 8 + 25; // the signature and IHDR
    byte[] type = {'e', 'X', 'I', 'f'};
    CRC32 sum = new CRC32();
    sum.update(type);
    sum.update(exif.array());
    return ByteBuffer.allocate(png.length + 12 + 26)
        .put(png, 0, header)
        .putInt(26)
        .put(type)
        .put(exif.array())
        .putInt((int) sum.getValue())
        .put(png, header, png.length - header)
        .array();
  }

  private static byte[] png(int width, int height, IntBinaryOperator colors) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int x = 0; x < width; x++) {
      for (int y = 0; y < height; y++) {
        image.setRGB(x, y, colors.applyAsInt(x, y));
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return png.toByteArray();
  }
}
