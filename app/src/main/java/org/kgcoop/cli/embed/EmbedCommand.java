package org.kgcoop.cli.embed;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.api.Embedder;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.cli.options.OutputFile;
import org.kgcoop.cli.options.PhotoWarning;
import org.kgcoop.cli.options.UnreadableImages;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageFiles;
import org.kgcoop.export.FeatureFormats;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Folders;
import org.kgcoop.formats.FeatureFormat;
import org.kgcoop.formats.FeatureTable;
import org.kgcoop.progress.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code embed}, which writes the features of images or texts. */
@Command(
    name = "embed",
    header = "Write the features of images or texts to a file.",
    description = {
      "Write the features of images or texts as float32 vectors of length E:",
      "  npy          array (N, E) for numpy.load; paths in NAME.paths.json,",
      "               the SHA-256 of the weights in NAME.clip.json",
      "  safetensors  tensor \"features\" (N, E); paths in the metadata",
      "  csv          one line per image: path, E numbers",
      "  parquet      columns path and feature",
      "Images are sorted by path and rotated by their EXIF orientation. The feature cache"
          + " stores the features. Run the command again to resume."
    },
    footer = {
      "  ./kgcoop embed photos/ --out photos.npy --clip ViT-B/32-256",
      "  ./kgcoop embed --texts captions.txt --to csv --clip ViT-B/32-256"
    })
public final class EmbedCommand implements Callable<Integer> {
  private static final int TEXTS = 256;

  /** The name of the property that says whether features have unit length. */
  static final String LENGTH = "length";

  @Parameters(arity = "0..*", paramLabel = "IMAGE", description = "Images, or folders of images.")
  private List<Path> images = new ArrayList<>();

  @Option(
      names = "--texts",
      paramLabel = "FILE",
      description = "Embed the lines of a text file instead of images.")
  private @Nullable Path texts;

  @Option(
      names = "--to",
      paramLabel = "FORM",
      description =
          "Choose npy, safetensors, csv or parquet (default: from the ending of"
              + " --out, or npy).")
  private @Nullable String form;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "Set the file (default: features.FORMAT in the working directory).")
  private @Nullable Path out;

  @Mixin private OutputFile written = new OutputFile();

  @Option(names = "--raw", description = "Do not scale the features to unit length.")
  private boolean raw;

  @Mixin private UnreadableImages skipped = new UnreadableImages();
  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private Output output = new Output();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (images.isEmpty() == (texts == null)) {
      throw KgCoopException.configuration("expected images, or --texts FILE, and not both");
    }
    FeatureFormat format = format();
    Path file = out == null ? Path.of("features." + format.id()) : out;
    List<Path> files = format.files(file, table(List.of(), 0, Map.of(), row -> {}));
    if (files.size() > 1 && AtomicFile.isPipeOrDevice(file)) {
      throw KgCoopException.configuration(
          "--out %s: a pipe or a device, but %s writes other files next to it; give a file, or --to csv"
              .formatted(file, format.id()));
    }
    files.forEach(each -> written.check("--out", each, "features." + format.id()));
    return texts == null ? embedImages(format, file) : embedTexts(texts, format, file);
  }

  private FeatureFormat format() {
    List<String> known = FeatureFormats.ids();
    String name = out == null ? "" : Folders.name(out).toLowerCase(Locale.ROOT);
    String ending = name.substring(name.lastIndexOf('.') + 1);
    if (form == null && name.contains(".") && !known.contains(ending)) {
      throw KgCoopException.configuration(
          "--out %s: expected a name that ends in .%s, or --to"
              .formatted(out, String.join(", .", known)));
    }
    String id = form != null ? form : known.contains(ending) ? ending : known.get(0);
    return FeatureFormats.of(id)
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    "--to %s%s: expected one of %s"
                        .formatted(id, Nearest.hint(id, known), String.join(", ", known))));
  }

  private FeatureTable table(
      List<String> names, int width, Map<String, String> about, FeatureTable.Rows rows) {
    return new FeatureTable(texts == null ? "path" : "text", names, width, about, rows);
  }

  private Map<String, String> about(Clip clip) {
    Map<String, String> about = model(clip);
    about.put(LENGTH, raw ? "raw" : "unit");
    return about;
  }

  /** Returns the properties of features that a model determines, by name. */
  static Map<String, String> model(Clip clip) {
    Map<String, String> model = new LinkedHashMap<>();
    model.put("clip", clip.fingerprint());
    if (clip.maxPatches() > 0) {
      model.put("max_patches", Integer.toString(clip.maxPatches()));
    }
    return model;
  }

  // ---- images

  private int embedImages(FeatureFormat format, Path file) {
    List<Path> files = ImageFiles.all(images).stream().distinct().sorted().toList();
    try (Clip clip = clipOptions.load()) {
      PhotoWarning.check(clipOptions, clip, files, output);
      ImageFeatures features =
          new ImageFeatures(cache.open(clip, output), raw, output, Invocation.of(spec));
      int[] rows = {0};
      FeatureTable table =
          table(
              files.stream().map(Path::toString).toList(),
              clip.config().embedDim(),
              about(clip),
              row -> {
                features.each(
                    files,
                    (image, reason) -> skipped.add(image, reason, output),
                    (path, feature) -> {
                      row.take(path, feature);
                      rows[0]++;
                    });
                if (rows[0] == 0) {
                  throw KgCoopException.data("no image of %s can be read".formatted(files.size()));
                }
              });
      format.write(file, table);
      print(format.files(file, table), rows[0], table);
    }
    return skipped.end(files.size(), output);
  }

  // ---- texts

  private int embedTexts(Path source, FeatureFormat format, Path file) {
    List<String> lines = Folders.text(source).lines().map(String::strip).toList();
    List<String> all = lines.stream().filter(line -> !line.isEmpty()).toList();
    if (all.isEmpty()) {
      throw KgCoopException.data(source + ": no text in it; expected one a line");
    }
    try (Clip clip = clipOptions.load()) {
      check(source, lines, clip);
      Embedder embedder = raw ? Embedder.raw(clip) : Embedder.unit(clip);
      FeatureTable table =
          table(
              all,
              embedder.width(),
              about(clip),
              row -> {
                try (Progress.Task task = output.progress().start("texts", all.size())) {
                  for (int from = 0; from < all.size(); from += TEXTS) {
                    if (Invocation.of(spec).interrupted()) {
                      throw new KgCoopException(
                          KgCoopException.Category.INTERRUPTED,
                          "interrupted after %s of %s texts; nothing is written"
                              .formatted(from, all.size()));
                    }
                    List<String> group = all.subList(from, Math.min(from + TEXTS, all.size()));
                    List<float[]> features = embedder.embedTexts(group);
                    for (int i = 0; i < group.size(); i++) {
                      row.take(group.get(i), features.get(i));
                    }
                    task.done(from + group.size());
                  }
                }
              });
      format.write(file, table);
      print(format.files(file, table), all.size(), table);
    }
    return 0;
  }

  /** Rejects a text that is too long for the model. */
  private static void check(Path source, List<String> lines, Clip clip) {
    for (int i = 0; i < lines.size(); i++) {
      try {
        List<Integer> unused =
            clip.tokenizer().encodeMarked(lines.get(i), clip.config().contextLength());
      } catch (KgCoopException e) {
        throw KgCoopException.data("%s, line %s: %s".formatted(source, i + 1, e.getMessage()), e);
      }
    }
  }

  private void print(List<Path> files, int rows, FeatureTable table) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", files.get(0).toString());
    if (files.size() > 1) {
      result.put(table.column() + "s", files.get(1).toString());
      result.put("clip", files.get(2).toString());
    }
    result.put("rows", rows);
    result.put("width", table.width());
    result.put("skipped", skipped.skipped());
    output.json(result);
    output.printf(
        "written: %s (%,d x %d numbers of float32, %,d bytes)",
        files.get(0), rows, table.width(), files.get(0).toFile().length());
    files.stream().skip(1).forEach(each -> output.print("written: " + each));
  }
}
