package org.kgcoop.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.clip.biomed.BiomedFamily;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.files.Folders;

/**
 * A folder that contains what the examples of the documents name: images, weights, settings, runs.
 *
 * <p>The weights {@code ViT-B/16}, {@code ViT-B/32-256} and {@code ViT-L/14-DataComp} are folders
 * with the embedded CLIP, a small ViT. The real ones have 150 million parameters and more, and
 * kgcoop accepts a file in its download cache only with OpenAI's SHA-256. All runs belong to the
 * embedded CLIP, so that an example with {@code --clip ViT-B/16} and one without the option can use
 * the same run.
 */
final class ExampleFolder {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CLASSES = 4;
  private static final int SMALL_CLASSES = 6;
  private static final int SMALL_IMAGES = 8;

  /** A tiny ViT with OpenAI's entire vocabulary, because its files come without a tokenizer. */
  private static final ClipConfig OPENAI_VOCABULARY =
      new ClipConfig(
          64, 32, 3, 77, 49_408, 64, 1, 2, Activation.QUICK_GELU, new ClipConfig.Vit(64, 2, 8, 1));

  /** A tiny model in the files of BiomedCLIP. */
  private static final ClipConfig BIOMED =
      new ClipConfig(
          64,
          32,
          3,
          BiomedFamily.TEXT.sized(77, 1000, 64, 1, 1),
          BiomedFamily.VISION.sized(64, 1, 8, 1));

  /** Folders of images that examples name; each contains the same drawings. */
  private static final List<String> IMAGE_FOLDERS =
      List.of(
          "photos",
          "new-photos",
          "inbox",
          "food",
          "objects",
          "imagenet",
          "imagenet-sketch",
          "imagenetv2",
          "scans");

  /** Folders of test images that examples name. No file equals a training image. */
  private static final List<String> TEST_FOLDERS = List.of("pets-test", "new-camera");

  /** The commands that write the runs and features which examples name. */
  private static final List<String> RUNS =
      Stream.concat(
              Stream.of(
                      "train --data pets --calibrate --out runs/pets",
                      "train --data pets --method coop --out runs/coop",
                      "base2new --data objects --methods clip,coop,kgcoop --seeds 1 --out runs/table")
                  .map(command -> command + " --shots 2 --epochs 1 --augment test"),
              Stream.of(
                  "embed photos --out features.npy --clip ViT-B/16",
                  "adapt photos --tags-file tags.csv --out runs/tags"))
          .toList();

  /** Further names of runs, each with the run that is copied. */
  private static final Map<String, String> COPIES =
      Map.of(
          "kgcoop", "pets",
          "a", "pets",
          "pets-kgcoop", "pets",
          "photos", "pets",
          "second", "pets",
          "b", "coop",
          "pets-coop", "coop",
          "calibrated", "table");

  /** The published configuration of KgCoOp. */
  private static final String PUBLISHED =
      """
      DATALOADER:
        TRAIN_X:
          BATCH_SIZE: 128
        TEST:
          BATCH_SIZE: 100
        NUM_WORKERS: 8
      INPUT:
        SIZE: (224, 224)
        INTERPOLATION: "bicubic"
        PIXEL_MEAN: [0.48145466, 0.4578275, 0.40821073]
        PIXEL_STD: [0.26862954, 0.26130258, 0.27577711]
        TRANSFORMS: ["random_resized_crop", "random_flip", "normalize"]
      OPTIM:
        NAME: "sgd"
        LR: 0.002
        MAX_EPOCH: 100
        LR_SCHEDULER: "cosine"
        WARMUP_EPOCH: 1
        WARMUP_TYPE: "constant"
        WARMUP_CONS_LR: 1e-5
      TRAIN:
        PRINT_FREQ: 20
      MODEL:
        BACKBONE:
          NAME: "ViT-B/16"
      """;

  /** The groups of the page about groups of classes. */
  private static final String GROUPS =
      """
      class,group,place
      umbrella,canopy,garden
      parasol,canopy,garden
      bench,furniture,garden
      house,building,city
      castle,building,city
      car,vehicle,city
      truck,vehicle,city
      """;

  private final Path root;

  private ExampleFolder(Path root) {
    this.root = root;
  }

  /**
   * Writes the folder.
   *
   * @param settings the content of {@code kgcoop.yaml}
   * @param scratch a folder for the child process that trains the runs
   */
  static void write(Path root, String settings, Path scratch)
      throws IOException, InterruptedException {
    Path files = Files.createDirectories(scratch.resolve("files"));
    ExampleFolder folder = new ExampleFolder(files);
    folder.images();
    for (String weights : List.of("ViT-B/16", "ViT-B/32-256", "ViT-L/14-DataComp")) {
      ExampleRunner.copy(EmbeddedClip.folder(), files.resolve(weights));
    }
    ExampleRunner.copy(EmbeddedClip.folder(), files.resolve("weights/own"));
    Files.copy(files.resolve("ViT-B/16/model.safetensors"), files.resolve("ViT-B-16.pt"));
    for (String beside : List.of("merges.txt", "preprocessor_config.json")) {
      Files.copy(files.resolve("ViT-B/16").resolve(beside), files.resolve(beside));
    }
    RandomClip.write(scratch.resolve("random"), OPENAI_VOCABULARY, 1);
    RandomClip.write(files.resolve("BiomedCLIP-PubMedBERT_256-vit_base_patch16_224"), BIOMED, 1);
    for (String cached : List.of("ViT-B-16.pt", "ViT-B-32.pt")) {
      ExampleRunner.copy(
          scratch.resolve("random/model.safetensors"),
          files.resolve("home/.cache/clip").resolve(cached));
    }
    for (String data : List.of("data", "home/data")) {
      folder.published(data + "/oxford_pets", "images", "OxfordPets");
      folder.published(data + "/eurosat", "2750", "EuroSAT");
      folder.published(data + "/caltech-101", "101_ObjectCategories", "Caltech101");
    }
    folder.text("kgcoop.yaml", settings);
    folder.text("configs/trainers/KgCoOp/vit_b16_ep100_ctxv1.yaml", PUBLISHED);
    folder.text("groups.csv", GROUPS);
    folder.text("captions.txt", "a red umbrella\na house in the snow\n");
    for (int seed = 1; seed <= 2; seed++) {
      folder.text(
          "output/base2new/test_new/oxford_pets/seed" + seed + "/log.txt",
          "=> result\n* total: 10\n* accuracy: 9" + seed + ".0%\n");
    }
    folder.runs(scratch.resolve("runs"), root);
  }

  /**
   * Writes the embedded data sets with at most six classes, and eight images per class and part.
   * Domain shifts keep the classes of their source, {@code objects}.
   *
   * @param classes the folder for the class path of the program
   */
  static void writeSmallDataSets(Path classes) throws IOException {
    Path to = Files.createDirectories(classes.resolve("org/kgcoop/embedded/datasets"));
    Path from = Path.of("../embedded/src/main/resources/org/kgcoop/embedded/datasets");
    Set<String> objects = new HashSet<>();
    writeSmall(from.resolve("objects.zip"), to.resolve("objects.zip"), objects);
    for (Path file : files(from)) {
      String name = file.getFileName().toString();
      Path copy = to.resolve(name);
      if (!name.endsWith(".zip")) {
        Files.copy(file, copy);
      } else if (!Files.exists(copy)) {
        writeSmall(file, copy, name.startsWith("objects-") ? objects : new HashSet<>());
      }
    }
  }

  /**
   * Copies an archive with entries such as {@code train/airplane/1.png}.
   *
   * @param classes the classes to keep; an empty set gets the first ones
   */
  private static void writeSmall(Path archive, Path copy, Set<String> classes) throws IOException {
    boolean open = classes.isEmpty();
    Map<String, Integer> images = new HashMap<>();
    try (ZipFile from = new ZipFile(archive.toFile());
        ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(copy))) {
      for (ZipEntry entry : Collections.list(from.entries())) {
        String[] parts = entry.getName().split("/", -1);
        if (parts.length == 3) {
          String folder = parts[0] + "/" + parts[1];
          boolean kept = classes.contains(parts[1]) || (open && classes.size() < SMALL_CLASSES);
          if (!kept || images.merge(folder, 1, Integer::sum) > SMALL_IMAGES) {
            continue;
          }
          classes.add(parts[1]);
        }
        to.putNextEntry(new ZipEntry(entry.getName()));
        from.getInputStream(entry).transferTo(to);
      }
    }
  }

  /** Trains the runs and copies everything to the destination. */
  private void runs(Path scratch, Path to) throws IOException, InterruptedException {
    try (Examples examples =
        Examples.start(
            scratch, root, RUNS.stream().map(Example::prepared).toList(), Map.of(), List.of())) {
      for (int i = 0; i < RUNS.size(); i++) {
        Examples.Result result = examples.result(i);
        if (result.exitCode() != 0) {
          throw new IllegalStateException(RUNS.get(i) + ": " + result.err());
        }
      }
      ExampleRunner.copy(examples.folder(), to);
    }
    Path runs = to.resolve("runs");
    COPIES.forEach((name, of) -> ExampleRunner.copy(runs.resolve(of), runs.resolve(name)));
    ExampleRunner.copy(runs.resolve("pets"), to.resolve("photos.labels")); // as label writes it
    Cli.Result exported =
        Cli.run(
            "export", runs.resolve("coop"), "--to", "published", "--out", to.resolve("exported"));
    if (exported.exitCode() != 0) {
      throw new IllegalStateException(exported.err());
    }
    Path learner = Files.createDirectories(to.resolve("prompt_learner"));
    for (Path file : files(to.resolve("exported/prompt_learner"))) {
      if (file.getFileName().toString().startsWith("model.pth.tar-")) {
        Files.copy(file, learner.resolve("model.pth.tar-50"));
      }
    }
  }

  private void images() throws IOException {
    Path pets = root.resolve("pets");
    SampleDrawings.copyTo(pets, CLASSES);
    IMAGE_FOLDERS.forEach(copy -> ExampleRunner.copy(pets, root.resolve(copy)));
    for (Path folder : files(pets)) {
      for (Path image : files(folder)) {
        for (String test : TEST_FOLDERS) {
          Path copy = root.resolve(test).resolve(pets.relativize(image) + ".jpg");
          Files.createDirectories(Folders.parent(copy));
          jpeg(image, copy);
        }
      }
    }
    tags(pets);
    SampleDrawings.copyTo(root.resolve("more"), CLASSES + 1);
    for (Path folder : files(root.resolve("more"))) {
      if (!Files.exists(pets.resolve(folder.getFileName()))) {
        ExampleRunner.copy(folder, root.resolve("other-photos"));
      }
    }
    Path image = files(files(pets).get(0)).get(0);
    text("judged.txt", pets.relativize(image) + "\n");
    Files.createDirectories(root.resolve("docs"));
    for (String name : List.of("docs/drawing.png", "CLIP.png")) {
      Files.copy(image, root.resolve(name));
    }
    for (String name : List.of("new.jpg", "photo.jpg", "holiday.jpg", "cat.jpg")) {
      jpeg(image, root.resolve(name));
    }
  }

  /** Writes the class of each image as a tag, and another tag for half of them. */
  private void tags(Path pets) throws IOException {
    StringBuilder rows = new StringBuilder("image,tag\n");
    for (Path folder : files(pets)) {
      for (Path image : files(folder)) {
        String name = Folders.relative(pets, image);
        rows.append(name).append(',').append(folder.getFileName()).append('\n');
        if (name.hashCode() % 2 == 0) {
          rows.append(name).append(",even\n");
        }
      }
    }
    text("tags.csv", rows.toString());
  }

  private static void jpeg(Path from, Path to) throws IOException {
    BufferedImage image = ImageIO.read(from.toFile());
    BufferedImage opaque =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    opaque.createGraphics().drawImage(image, 0, 0, Color.WHITE, null);
    if (!ImageIO.write(opaque, "jpg", to.toFile())) {
      throw new IllegalStateException("no JPEG writer");
    }
  }

  /** Writes a published data set of a few images and classes, with its split file. */
  private void published(String folder, String images, String name) throws IOException {
    Path pets = root.resolve("pets");
    ExampleRunner.copy(pets, root.resolve(folder).resolve(images));
    ObjectNode split = JSON.createObjectNode();
    List<Path> classes = files(pets);
    for (int label = 0; label < classes.size(); label++) {
      List<Path> drawings = files(classes.get(label));
      for (int i = 0; i < drawings.size(); i++) {
        ArrayNode part = split.withArray(i < 4 ? "train" : i < 6 ? "val" : "test");
        part.addArray()
            .add(pets.relativize(drawings.get(i)).toString())
            .add(label)
            .add(classes.get(label).getFileName().toString());
      }
    }
    text(folder + "/split_zhou_" + name + ".json", split.toString());
  }

  private void text(String name, String content) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(Folders.parent(file));
    Files.writeString(file, content);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
