package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.classify.Embedder;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.files.ContactSheet;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.clip.Clip;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds the images that a text describes. */
@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    header = "Find the images that a text describes.",
    description = {
      "",
      "Find the images whose features have the largest cosine similarity with the text. The"
          + " feature cache stores the image features, so the next search encodes only new"
          + " images.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop search photos/ 'a red umbrella' --top 10 --contact-sheet found.png \\",
      "      --clip ViT-B-16.pt"
    })
public final class SearchCommand implements Callable<Integer> {
  @Parameters(
      arity = "2..*",
      paramLabel = "IMAGE... TEXT",
      hideParamSyntax = true,
      description = "Images or folders of images, and then the text.")
  private List<String> words = new ArrayList<>();

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "10",
      description = "Set the number of images to find (default: ${DEFAULT-VALUE}).")
  private int top = 10;

  @Option(
      names = "--contact-sheet",
      paramLabel = "FILE.png",
      description = "Write an image file that shows the results.")
  private @Nullable Path contactSheet;

  @Option(names = "--overwrite", description = "Replace the file at --contact-sheet.")
  private boolean overwrite;

  @Mixin private UnreadableImages skipped = new UnreadableImages();
  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private Output output = new Output();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    TopMatches nearest = new TopMatches(top);
    if (contactSheet != null) {
      OutputFile.check("--contact-sheet", contactSheet, "found.png", overwrite);
    }
    String text = words.get(words.size() - 1).strip();
    if (text.isEmpty()) {
      throw KgCoopException.configuration("the text is empty; expected words, such as 'a dog'");
    }
    List<Path> places = words.subList(0, words.size() - 1).stream().map(Path::of).toList();
    List<Path> files =
        ImageFiles.expand(places, output::warn).stream().distinct().sorted().toList();
    try (Clip clip = clipOptions.load()) {
      float[] wanted = Embedder.unit(clip).embedText(text);
      new CachedFeatures(cache.open(clip, output), false, Invocation.of(spec)::interrupted)
          .each(
              files,
              output.progress(),
              problem -> skipped.add(problem.file(), problem.reason(), output),
              (path, feature) -> nearest.offer(Path.of(path), wanted, feature));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // nothing is written here
    }
    List<TopMatches.Found> found = nearest.found();
    print(text, files.size(), found);
    if (contactSheet != null) {
      ContactSheet.write(
          text,
          found.stream().map(each -> new ContactSheet.Shown(each.file(), caption(each))).toList(),
          contactSheet);
    }
    return skipped.end(files.size(), output);
  }

  private static String caption(TopMatches.Found found) {
    return String.format(Locale.ROOT, "%.3f  %s", found.cosine(), found.file().getFileName());
  }

  private void print(String text, int images, List<TopMatches.Found> found) {
    if (!output.isJson()) {
      for (TopMatches.Found each : found) {
        String path = Messages.line(each.file().toString());
        output.text(String.format(Locale.ROOT, "%s\t%.4f", path, each.cosine()));
      }
      return;
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("text", text).put("images", images);
    ArrayNode all = json.putArray("found");
    for (TopMatches.Found each : found) {
      all.addObject().put("image", each.file().toString()).put("cosine", each.cosine());
    }
    json.set("skipped", skipped.toJson());
    output.json(json);
  }
}
