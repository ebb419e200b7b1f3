package org.kgcoop.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.ToIntBiFunction;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.FileImageOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Classifier;
import org.kgcoop.cli.Cli;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

@Tag("system")
class PhotoWarningTest {
  private static final int COUNT = 8;

  @TempDir Path folder;

  private static void jpeg(Path file, BufferedImage image, double quality) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    parameters.setCompressionQuality((float) quality);
    try (FileImageOutputStream out = new FileImageOutputStream(file.toFile())) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } finally {
      writer.dispose();
    }
  }

  /** Writes images of 120 x 90 pixels from a function of position and channel. */
  private Path generated(String name, ToIntBiFunction<int[], Random> sample) throws IOException {
    Path images = Files.createDirectories(folder.resolve(name));
    Random random = new Random(1);
    for (int i = 0; i < COUNT; i++) {
      BufferedImage image = new BufferedImage(120, 90, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < 90; y++) {
        for (int x = 0; x < 120; x++) {
          int rgb = 0;
          for (int channel = 0; channel < 3; channel++) {
            int value = sample.applyAsInt(new int[] {x, y, channel, i}, random);
            rgb = rgb << 8 | Math.max(0, Math.min(255, value));
          }
          image.setRGB(x, y, rgb);
        }
      }
      jpeg(images.resolve(i + ".jpg"), image, 0.8);
    }
    return images;
  }

  private static String errors(Object... words) {
    Cli.Result result = Cli.run(words);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.err();
  }

  @Test
  void photosAreReportedByEachCommand() throws IOException {
    Path noise = generated("noise", (at, random) -> random.nextInt(256));
    Path gradient =
        generated(
            "gradient",
            (at, random) ->
                (int) (at[0] * (at[2] + 0.5) + at[1] * (2 - at[2]) + 6 * random.nextGaussian()));
    Path texture =
        generated(
            "texture",
            (at, random) ->
                (int)
                    (128
                        + 90 * Math.sin(at[0] / 17.0 + at[2] + at[3]) * Math.cos(at[1] / 11.0)
                        + 5 * random.nextGaussian()));
    for (Path images : List.of(noise, gradient, texture)) {
      assertThat(errors("predict", images, "--classes", "rose,tulip").lines())
          .as(images.toString())
          .containsOnlyOnce("warning: " + PhotoWarning.TEXT);
    }
    Path cache = folder.resolve("cache");
    assertThat(errors("embed", noise, "--out", folder.resolve("a.npy"), "--feature-cache", cache))
        .contains(PhotoWarning.TEXT);
    assertThat(errors("search", noise, "a rose", "--feature-cache", cache))
        .contains(PhotoWarning.TEXT);
    for (int i = 0; i < COUNT; i++) {
      Path to = Files.createDirectories(folder.resolve("data/" + (i < COUNT / 2 ? "a" : "b")));
      Files.copy(noise.resolve(i + ".jpg"), to.resolve(i + ".jpg"));
    }
    assertThat(
            errors(
                "train",
                "--data",
                folder.resolve("data"),
                "--method",
                "taskres",
                "--epochs",
                1,
                "--shots",
                1,
                "--out",
                folder.resolve("run"),
                "--feature-cache",
                cache))
        .contains(PhotoWarning.TEXT);
    Cli.Result adapted =
        Cli.run(
            "adapt",
            folder.resolve("data"),
            "--minutes",
            1e-5,
            "--out",
            folder.resolve("adapted"),
            "--feature-cache",
            cache);
    assertThat(adapted.err()).contains(PhotoWarning.TEXT);
    assertThat(adapted.out()).contains(EmbeddedClip.NOTE);
  }

  /** JPEG compression adds colors. */
  @Test
  void drawingsAreNotReported() throws IOException {
    Images decoder = new Images(line -> {});
    try (Clip clip = Clip.load(EmbeddedClip.folder())) {
      areDrawings(clip, decoder);
    }
    assertThat(errors("embed", folder, "--out", folder.resolve("a.npy"), "--quiet")).isEmpty();
  }

  private void areDrawings(Clip clip, Images decoder) throws IOException {
    for (EmbeddedDataSets.Description entry : EmbeddedDataSets.all()) {
      DataSet set = EmbeddedDataSets.open(entry.name(), DataSetOptions.defaults(line -> {}));
      List<Path> images = new ArrayList<>();
      List<Path> compressed = new ArrayList<>();
      for (int i = 0; i < COUNT; i++) {
        Path file = set.test().get(i * set.test().size() / COUNT).file();
        images.add(file);
        Path jpeg = folder.resolve(String.format(Locale.ROOT, "%s-%d.jpg", entry.name(), i));
        jpeg(jpeg, buffered(decoder.readUpright(file)), 0.7);
        compressed.add(jpeg);
      }
      assertThat(PhotoWarning.areDrawings(images, clip)).as(entry.name()).isTrue();
      assertThat(PhotoWarning.areDrawings(compressed, clip)).as(entry.name()).isTrue();
    }
  }

  @Test
  void aServerReportsTheFirstPhoto() throws IOException, InterruptedException {
    Path noise = generated("noise", (at, random) -> random.nextInt(256)).resolve("0.jpg");
    BufferedImage plain = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    Path drawing = folder.resolve("drawing.jpg");
    jpeg(drawing, plain, 0.7);
    List<String> log = Collections.synchronizedList(new ArrayList<>());
    Limits limits = new Limits(8, Duration.ofMinutes(1), 1 << 20, 0, Images.DEFAULT_MAX_PIXELS);
    try (Clip clip = Clip.load(EmbeddedClip.folder());
        ModelRegistry models =
            new ModelRegistry(
                Map.of("m", Classifier.zeroShot(clip, List.of("a", "b"), EmbeddedClip.TEMPLATE)));
        ClassifierServer server =
            new ClassifierServer(
                clip,
                models,
                EmbeddedClip.TEMPLATE,
                new ServerSettings("127.0.0.1", 0, null, limits),
                log::add,
                null)) {
      classify(server, drawing);
      assertThat(log).isEmpty();
      classify(server, noise);
      classify(server, noise);
      assertThat(log).singleElement().asString().contains("does not look like a drawing");
    }
  }

  private static void classify(ClassifierServer server, Path image)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/v1/classify"))
            .POST(HttpRequest.BodyPublishers.ofFile(image))
            .build();
    HttpResponse<String> answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  private static BufferedImage buffered(RgbImage image) {
    BufferedImage rgb =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        int color = image.sample(x, y, 0) << 16 | image.sample(x, y, 1) << 8;
        rgb.setRGB(x, y, color | image.sample(x, y, 2));
      }
    }
    return rgb;
  }
}
