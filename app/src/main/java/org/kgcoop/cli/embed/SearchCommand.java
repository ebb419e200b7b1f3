package org.kgcoop.cli.embed;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.api.Embedder;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.files.ContactSheet;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.cli.options.OutputFile;
import org.kgcoop.cli.options.PhotoWarning;
import org.kgcoop.cli.options.UnreadableImages;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageFiles;
import org.kgcoop.data.StampedImage;
import org.kgcoop.export.NpyFile;
import org.kgcoop.files.Folders;
import org.kgcoop.tensor.Vectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code search}, which finds images by a text or by a similar image. */
@Command(
    name = "search",
    header = "Find the images that a text describes, or that resemble an image.",
    description = {
      "Find the images whose features have the largest cosine similarity with a text, an image, or"
          + " both together. Several queries are averaged at unit length. The feature cache stores"
          + " the image features, so the next search encodes only new images. The .npy file that"
          + " embed wrote is searched without the images.",
      "If an image cannot be read, kgcoop searches the others. The exit code is 3, or 6 with"
          + " --skip-bad."
    },
    footer = {
      "  ./kgcoop search photos/ 'a red umbrella' --top 10 --contact-sheet found.png \\",
      "      --clip ViT-B/32-256",
      "  ./kgcoop search photos/ --image cat.jpg --clip ViT-B/32-256",
      "  ./kgcoop search photos/ 'in the snow' --image cat.jpg --clip ViT-B/32-256",
      "  ./kgcoop search features.npy 'a red umbrella' --clip ViT-B/32-256"
    })
public final class SearchCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "IMAGE... [TEXT]",
      hideParamSyntax = true,
      description =
          "Images, folders of images or the .npy file of embed, and then the text. With --image,"
              + " the last word is a text if it follows an image or folder and no file has that"
              + " path.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description =
          "Find images that resemble this one, except itself. Give it several times for the mean"
              + " of several.")
  private List<Path> examples = new ArrayList<>();

  @Option(
      names = "--top",
      paramLabel = "K",
      description = "Set the number of images to find (default: ${DEFAULT-VALUE}).")
  private int top = 10;

  @Option(
      names = "--contact-sheet",
      paramLabel = "FILE.png",
      description = "Write an image file that shows the results.")
  private @Nullable Path contactSheet;

  @Mixin private OutputFile written = new OutputFile();

  @Mixin private UnreadableImages skipped = new UnreadableImages();
  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private Output output = new Output();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (top < 1) {
      throw KgCoopException.configuration("--top: expected at least 1, got " + top);
    }
    if (contactSheet != null) {
      written.check("--contact-sheet", contactSheet, "found.png");
    }
    String text = text();
    int count = words.size() - (text.isEmpty() ? 0 : 1);
    List<Path> places = words.subList(0, count).stream().map(Path::of).toList();
    List<NpyFile> stored =
        places.stream().filter(SearchCommand::isStored).map(NpyFile::open).toList();
    List<StampedImage> files =
        ImageFiles.stamped(places.stream().filter(place -> !isStored(place)).toList());
    if (places.size() > 1) { // otherwise no file occurs twice
      Map<Path, StampedImage> distinct = new LinkedHashMap<>();
      files.forEach(each -> distinct.put(each.file(), each));
      files = List.copyOf(distinct.values());
    }
    int images = files.size() + stored.stream().mapToInt(each -> each.paths().size()).sum();
    List<TopMatches.Found> found;
    try (Clip clip = clipOptions.load()) {
      stored.forEach(each -> check(each, clip));
      List<Path> paths = files.stream().map(StampedImage::file).toList();
      PhotoWarning.check(clipOptions, clip, paths, output);
      float[] wanted = wanted(Embedder.unit(clip), text);
      Set<Path> known = examples.stream().map(Folders::real).collect(Collectors.toSet());
      Predicate<Path> isOther = file -> known.isEmpty() || !known.contains(Folders.real(file));
      TopMatches nearest = new TopMatches(top, wanted, isOther);
      for (NpyFile each : stored) {
        each.eachInAnyOrder(
            (feature, row) -> nearest.offer(() -> Path.of(each.paths().get(row)), unit(feature)));
      }
      if (!files.isEmpty()) {
        new ImageFeatures(cache.open(clip, output), false, output, Invocation.of(spec))
            .inAnyOrder(
                files,
                (file, reason) -> skipped.passOver(file, reason, output),
                (file, feature) -> nearest.offer(() -> file, feature));
      }
      found = nearest.found();
    }
    print(text, images, found);
    if (contactSheet != null) {
      List<ContactSheet.Picture> shown = found.stream().map(SearchCommand::picture).toList();
      ContactSheet.write(title(text), shown, contactSheet).ifPresent(output::warn);
    }
    return skipped.end(images, output);
  }

  private static boolean isStored(Path place) {
    return NpyFile.isNpy(Folders.name(place)) && Files.exists(place) && !Files.isDirectory(place);
  }

  /** Checks that the model of the query computed the features of a file. */
  private void check(NpyFile stored, Clip clip) {
    Map<String, String> model = stored.about();
    model.remove(EmbedCommand.LENGTH);
    boolean isKnown = !model.isEmpty();
    if (stored.width() != clip.config().embedDim()
        || (isKnown && !model.equals(EmbedCommand.model(clip)))) {
      throw KgCoopException.data(
          "%s: features of another CLIP; give the --clip and the --max-patches of embed"
              .formatted(stored.file()));
    }
    if (!isKnown) {
      output.warn(
          "%s is missing, so kgcoop cannot check that --clip is that of embed; run embed again"
              .formatted(stored.modelFile()));
    }
  }

  /** Scales the features of {@code embed --raw} to unit length, in place. Others are unchanged. */
  private static float[] unit(float[] feature) {
    double square = Vectors.dot(feature, feature);
    if (Math.abs(square - 1) > 1e-5 && square > 0) {
      float scale = (float) (1 / Math.sqrt(square));
      for (int i = 0; i < feature.length; i++) {
        feature[i] *= scale;
      }
    }
    return feature;
  }

  /** Returns the text of the query, or an empty text for a query with only images. */
  private String text() {
    String last = words.get(words.size() - 1);
    if (!examples.isEmpty() && (words.size() == 1 || Files.exists(Path.of(last)))) {
      return "";
    }
    if (words.size() == 1) {
      throw KgCoopException.configuration(
          "search: expected IMAGE... TEXT: at least 2 words, or --image; got 1");
    }
    if (examples.isEmpty() && Files.exists(Path.of(last))) {
      throw KgCoopException.configuration(
          ("%s is a %s, so there is no text; write the text last, such as search photos/ 'a dog'. A"
                  + " text that is also a path needs another word, such as 'a %s'")
              .formatted(
                  last,
                  Files.isDirectory(Path.of(last)) ? "folder" : "file",
                  Folders.name(Path.of(last))));
    }
    if (last.isBlank()) {
      throw KgCoopException.configuration("the text is empty; expected words, such as 'a dog'");
    }
    return last.strip();
  }

  /** Returns the mean of the unit features of the query, with unit length. */
  private float[] wanted(Embedder embedder, String text) {
    List<float[]> features = new ArrayList<>(embedder.embedAll(examples));
    if (!text.isEmpty()) {
      features.add(embedder.embedText(text));
    }
    return features.size() == 1 ? features.get(0) : unitMean(features);
  }

  private static float[] unitMean(List<float[]> features) {
    double[] sum = new double[features.get(0).length];
    for (float[] feature : features) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += feature[i];
      }
    }
    double length = Math.sqrt(Arrays.stream(sum).map(value -> value * value).sum());
    float[] mean = new float[sum.length];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) (sum[i] / length);
    }
    return mean;
  }

  /** Describes the query. */
  private String title(String text) {
    List<String> parts = new ArrayList<>(examples.stream().map(Path::toString).toList());
    if (!text.isEmpty()) {
      parts.add(text);
    }
    return String.join(" + ", parts);
  }

  private static ContactSheet.Picture picture(TopMatches.Found found) {
    Path file = found.file();
    String caption = String.format(Locale.ROOT, "%.3f  %s", found.cosine(), file.getFileName());
    return new ContactSheet.Picture(file, caption);
  }

  private void print(String text, int images, List<TopMatches.Found> found) {
    for (TopMatches.Found each : found) {
      String path = Messages.line(each.file().toString());
      output.text(String.format(Locale.ROOT, "%s\t%.4f", path, each.cosine()));
    }
    output.json(
        new Result(
            text,
            examples.stream().map(Path::toString).toList(),
            images,
            found.stream().map(each -> new Image(each.file().toString(), each.cosine())).toList(),
            skipped.skipped()));
  }

  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  private record Result(
      String text,
      List<String> like,
      int images,
      @JsonInclude List<Image> found,
      @JsonInclude List<UnreadableImages.Skipped> skipped) {}

  private record Image(String image, double cosine) {}
}
