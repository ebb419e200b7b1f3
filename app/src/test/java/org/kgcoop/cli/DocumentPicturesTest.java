package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.Chromium;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.docs.MarkdownPage;
import org.kgcoop.files.Folders;
import org.kgcoop.label.Labeling;
import org.kgcoop.label.Page;

/**
 * Makes all pictures of the documents, from the real pages of the program. {@code bench/pictures}
 * runs it with {@code -Ddocs.pictures=DIR}: a folder below which the photos of {@link #PHOTOS} are.
 */
@EnabledIfSystemProperty(named = "docs.pictures", matches = ".+")
class DocumentPicturesTest {
  /** Photos with their class, of the packages that NOTICE names. */
  private static final Map<String, List<String>> PHOTOS =
      Map.of(
          "animal",
          List.of(
              "perched-osprey.jpg",
              "canyon-wren.jpg",
              "oakland-zoo-otters.jpg",
              "friends_by_Aitzol_Berasategi.jpg"),
          "city",
          List.of(
              "singaporean-cityscape.jpg",
              "roman-colosseum.jpg",
              "beacon-street-sunset.jpg",
              "casa-mila.jpg"),
          "flower",
          List.of("blue-periwinkle.jpg", "seeding_by_Clements_Engelhardt.jpg"),
          "landscape",
          List.of(
              "lake-sherburne.jpg",
              "extreme-desert-hike.jpg",
              "tea-gardens.jpg",
              "aitzgorri_by_Aitzol_Berasategi.jpg",
              "picosdeeuropa_by_Aitzol_Berasategi.jpg"));

  private static final List<String> CLASSES = List.of("animal", "city", "flower", "landscape");
  private static final int PER_CLASS = 60;
  private static final int SIDE = 640; // of a crop, in pixels
  private static final Path DOCS = MarkdownPage.TOP.resolve("docs");

  @TempDir Path folder;
  private final Map<String, String> truth = new HashMap<>();
  private final List<String> names = new ArrayList<>(); // of the images by their number
  private Chromium browser;

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS) // ChildProcess limits the work of a program
  void makesThePictures() throws Exception {
    browser = Chromium.orSkip(Chromium.start(folder.resolve("profile")));
    try {
      label();
      reportAndServer();
    } finally {
      browser.close();
    }
  }

  // ---- label

  private void label() throws Exception {
    Path photos = crops(Path.of(System.getProperty("docs.pictures")));
    ChildProcess program = start(photos);
    browser.look(1000, 640, false);
    open(program, "start");
    browser.await("document.querySelectorAll('#overview img').length > 20");
    type("#names", String.join("\\n", CLASSES));
    settle();
    picture("label-start.jpg");
    browser.click("document.querySelector('#start button[type=submit]')");
    browser.await("document.body.dataset.screen === 'single'");
    settle();
    picture("label-question.jpg");
    browser.look(390, 760, false);
    settle();
    picture("label-question-phone.jpg");
    close(program);

    int wrong = answerUntilPage(photos);
    program = start(photos);
    browser.look(1100, 700, false);
    open(program, "grid");
    settle();
    if (wrong >= 0) {
      browser.click("document.querySelector('#tiles img[data-image=\"" + wrong + "\"]')");
      settle();
      browser.press(Integer.toString(1 + CLASSES.indexOf(truth.get(names.get(wrong)))));
    }
    settle();
    picture("label-page.jpg");
    browser.look(1100, 700, true);
    settle();
    picture("label-page-dark.jpg");
    browser.look(390, 760, false);
    settle();
    picture("label-page-phone.jpg");
    browser.look(1100, 700, false);
    browser.click("document.querySelector('#to-all')");
    browser.await("document.body.dataset.screen === 'all'");
    settle();
    picture("label-all.jpg");
    browser.click("document.querySelector('#to-finish')");
    browser.await("document.body.dataset.screen === 'finish'");
    settle();
    picture("label-finish.jpg");
    close(program);
  }

  private ChildProcess start(Path photos) throws IOException {
    return ChildProcess.start(
        Files.createTempFile(folder, "label", ".txt"), "label", photos, "--no-browser");
  }

  private void open(ChildProcess program, String screen) throws Exception {
    browser.open(program.lineWith("http://").replaceFirst(".*(http://\\S+).*", "$1"));
    browser.await("document.body.dataset.screen === '" + screen + "'");
  }

  private void close(ChildProcess program) throws InterruptedException {
    browser.open("about:blank#");
    program.terminate();
  }

  private void type(String element, String text) {
    browser.value(
        "(e => { e.value = '%s'; e.dispatchEvent(new Event('input')); })(document.querySelector('%s'))"
            .formatted(text, element));
  }

  /** Waits until all visible images are loaded and seen. */
  private void settle() {
    browser.await(
        "[...document.querySelectorAll('img')].filter(i => i.src && i.offsetParent)"
            + ".every(i => i.complete && i.naturalWidth)");
    Chromium.pause(Duration.ofSeconds(1)); // the page counts what was in the window
  }

  /**
   * Answers without mistakes until the next page has one proposal that is wrong, or at most two
   * after 40 % of the images.
   *
   * @return the number of an image with a wrong proposal, or -1
   */
  private int answerUntilPage(Path photos) {
    try (Clip clip = Clip.load(EmbeddedClip.folder());
        Labeling labeling = Labeling.of(photos, clip).open()) {
      for (int step = 0; step < 300; step++) {
        Page page = labeling.next();
        String proposed = String.valueOf(page.proposed());
        List<String> wrong =
            page.images().stream()
                .map(Path::toString)
                .filter(image -> !truth.get(image).equals(proposed))
                .toList();
        boolean late = labeling.status().labeled() > 0.4 * labeling.status().images();
        boolean large = page.images().size() >= 8 && CLASSES.contains(proposed);
        if (large && (wrong.size() == 1 || (late && wrong.size() < 3))) {
          names.clear();
          labeling.images().forEach(image -> names.add(image.toString()));
          return wrong.isEmpty() ? -1 : names.indexOf(wrong.get(0));
        }
        Map<Path, String> labels = new HashMap<>();
        page.images().forEach(image -> labels.put(image, truth.get(image.toString())));
        if (labels.isEmpty()) {
          break;
        }
        labeling.answer(page, labels);
      }
      return -1;
    }
  }

  /** Writes square crops of the photos, in a mixed order. */
  private Path crops(Path from) throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    Random random = new Random(3);
    List<String> order = new ArrayList<>();
    Map<String, BufferedImage> crops = new HashMap<>();
    for (String name : CLASSES) {
      List<BufferedImage> originals = new ArrayList<>();
      for (String file : PHOTOS.get(name)) {
        originals.add(ImageIO.read(find(from, file).toFile()));
      }
      for (int i = 0; i < PER_CLASS; i++) {
        BufferedImage photo = originals.get(i % originals.size());
        double part = 0.5 + 0.5 * random.nextDouble();
        int side = (int) (part * Math.min(photo.getWidth(), photo.getHeight()));
        int x = (int) ((0.3 + 0.4 * random.nextDouble()) * (photo.getWidth() - side));
        int y = (int) ((0.3 + 0.4 * random.nextDouble()) * (photo.getHeight() - side));
        BufferedImage crop = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = crop.createGraphics();
        graphics.setRenderingHint(
            RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(photo.getSubimage(x, y, side, side), 0, 0, SIDE, SIDE, null);
        crops.put(name + " " + i, crop);
        order.add(name + " " + i);
      }
    }
    Collections.shuffle(order, random);
    for (int i = 0; i < order.size(); i++) {
      String file = "DSC_%04d.jpg".formatted(1000 + i);
      truth.put(file, order.get(i).replaceFirst(" .*", ""));
      write(crops.get(order.get(i)), photos.resolve(file), 0.9f);
    }
    return photos;
  }

  private static Path find(Path root, String name) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(file -> file.endsWith(name)).findFirst().orElseThrow();
    }
  }

  // ---- the report of adapt and the page of serve, with the data of the tutorial

  private void reportAndServer() throws Exception {
    Path vehicles = folder.resolve("vehicles");
    Path sets = Path.of("embedded/src/main/resources/org/kgcoop/embedded/datasets/places.zip");
    try (ZipFile archive = new ZipFile(MarkdownPage.TOP.resolve(sets).toFile())) {
      for (ZipEntry entry : Collections.list(archive.entries())) {
        if (entry.getName().matches(".*/(airplane|bicycle|bus|car|scooter|truck)/.+")) {
          Path file = vehicles.resolve(entry.getName());
          Files.createDirectories(Folders.parent(file));
          Files.copy(archive.getInputStream(entry), file);
        }
      }
    }
    Path run = folder.resolve("runs/vehicles");
    Cli.Result result = Cli.run("adapt", vehicles.resolve("train"), "--out", run);
    assertThat(result.exitCode()).as(result.err()).isZero();
    browser.look(900, 900, false);
    browser.open(run.resolve("report.html").toUri().toString());
    picture("adapt-report.png");

    ChildProcess server =
        ChildProcess.start(folder.resolve("serve.txt"), "serve", run, "--port", 0);
    browser.look(900, 560, false);
    browser.open(server.lineWith("http://").replaceFirst(".*(http://[^/]+/).*", "$1"));
    browser.drop(vehicles.resolve("test/bus").toFile().listFiles()[0].toPath());
    browser.await("document.querySelector('#bars:not([hidden]) tbody tr')");
    settle();
    picture("serve-page.png");
    browser.open("about:blank#");
    server.terminate();
  }

  // ---- pictures

  /** Writes what the window shows: photos as JPEG, the others as PNG. */
  private void picture(String name) throws IOException {
    Path shot = folder.resolve("shot.png");
    Files.write(
        shot,
        Base64.getDecoder()
            .decode(
                browser.call("Page.captureScreenshot", "{'format': 'png'}").path("data").asText()));
    if (name.endsWith(".png")) {
      Files.copy(shot, DOCS.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      return;
    }
    BufferedImage png = ImageIO.read(shot.toFile());
    BufferedImage opaque =
        new BufferedImage(png.getWidth(), png.getHeight(), BufferedImage.TYPE_INT_RGB);
    opaque.createGraphics().drawImage(png, 0, 0, null);
    write(opaque, DOCS.resolve(name), 0.72f);
  }

  private static void write(BufferedImage image, Path file, float quality) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam options = writer.getDefaultWriteParam();
    options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    options.setCompressionQuality(quality);
    Files.deleteIfExists(file);
    try (ImageOutputStream out = ImageIO.createImageOutputStream(new File(file.toString()))) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), options);
    } finally {
      writer.dispose();
    }
  }
}
