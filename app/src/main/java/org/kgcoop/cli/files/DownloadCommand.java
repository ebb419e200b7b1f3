package org.kgcoop.cli.files;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.Console;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.NetworkOptions;
import org.kgcoop.clip.KnownWeights;
import org.kgcoop.clip.ReleasedWeights;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code download}, which downloads weights and data sets. */
@Command(
    name = "download",
    mixinStandardHelpOptions = true,
    header = "Download CLIP weights and public data sets by name.",
    description = {
      "",
      "Download the files that are missing. Run the command again to resume.",
      "",
      "Weights: RN50, RN101, RN50x4, RN50x16, RN50x64, ViT-B/32, ViT-B/16, ViT-L/14 and"
          + " ViT-L/14@336px go to ~/.cache/clip. Their SHA-256 is checked. Models of Hugging"
          + " Face have the name hf:OWNER/NAME[@REVISION]. The option --list prints short"
          + " names, such as ViT-B/32-256, with cost and accuracy. The option --clip accepts the"
          + " same names.",
      "",
      "Data sets go to --root, in CoOp's layout, with their published split files. Their sizes"
          + " and SHA-256 are checked. ./kgcoop datasets lists them. By downloading a data set you"
          + " accept its terms. StanfordCars, SUN397 and UCF101 have only an unofficial copy, for"
          + " which the command asks, or expects --unofficial. ImageNet needs an account: accept"
          + " its terms on Hugging Face and set HF_TOKEN, or get it by hand.",
      "",
      "Proxies: set http_proxy, https_proxy, all_proxy or no_proxy, or -Dhttps.proxyHost in"
          + " KGCOOP_OPTS. Set HF_ENDPOINT to use another host than https://huggingface.co.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop download ViT-B/32-256",
      "  ./kgcoop download eurosat dtd --root data",
      "  ./kgcoop download stanford_cars --unofficial --root data"
    })
public final class DownloadCommand implements Callable<Integer> {
  @Parameters(arity = "0..*", paramLabel = "NAME", description = "Weights or data sets.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--root",
      paramLabel = "DIR",
      defaultValue = "data",
      description = "Set the folder of all data sets (default: ${DEFAULT-VALUE}).")
  private Path root = Path.of("data");

  @Option(
      names = "--unofficial",
      description =
          "Accept unofficial copies without a question. Their owner does not own the images.")
  private boolean unofficial;

  @Option(names = "--list", description = "List the known weights, with their sizes and pages.")
  private boolean list;

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    if (list) {
      list();
      return 0;
    }
    if (names.isEmpty()) {
      throw KgCoopException.configuration("no NAME: expected weights or data sets, or --list");
    }
    // All names are checked first, so that a typo is reported before a long download.
    names.stream().filter(name -> !ReleasedWeights.isName(name)).forEach(DownloadCommand::find);
    List<Download> done = new ArrayList<>();
    for (String name : names) {
      if (ReleasedWeights.isName(name)) {
        Path path = network.weights(output).locate(name);
        output.print(name + ": " + path);
        done.add(new Download(name, path.toString(), null));
      } else {
        done.add(fetch(name, find(name)));
      }
    }
    output.json(Map.of("downloads", done));
    return 0;
  }

  private void list() {
    String row = "%-47s %11s %8s %6s  %-10s  %s";
    output.printf(row, "name", "image GFLOP", "accuracy", "GB", "license", "page");
    for (KnownWeights weights : KnownWeights.ALL) {
      output.printf(
          row,
          weights.shortName(),
          decimal(weights.gflop()),
          decimal(weights.accuracy()),
          "%.2f".formatted(weights.gigabytes()),
          weights.license(),
          weights.page());
    }
    output.print("");
    output.print(
        "image GFLOP: the arithmetic of one image. accuracy: zero-shot, in percent, mean of");
    output.print(
        "ten data sets. Both are from OpenCLIP's tables (commit 89fb801), which lack some.");
    output.print("Sizes are computed. Licenses can change: see the page of each model.");
    output.print("Only OpenAI's archives have a published SHA-256, which is checked.");
    output.json(Map.of("weights", KnownWeights.ALL.stream().map(Weights::of).toList()));
  }

  private static String decimal(OptionalDouble value) {
    return value.isPresent() ? "%.1f".formatted(value.getAsDouble()) : "-";
  }

  private static PublishedDataSet find(String name) {
    if (DataOptions.isEmbedded(name)) {
      throw KgCoopException.configuration(
          name + ": comes with the program, there is nothing to fetch");
    }
    return PublishedDataSets.find(name)
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    "%s: unknown; weights: %s, hf:OWNER/NAME, or see --list; data sets: %s"
                        .formatted(
                            name,
                            String.join(", ", ReleasedWeights.archives()),
                            PublishedDataSets.all().stream()
                                .map(PublishedDataSet::name)
                                .collect(Collectors.joining(", ")))));
  }

  private Download fetch(String name, PublishedDataSet set) {
    Path folder = root.resolve(set.directory());
    output.print(set.name() + ": " + folder);
    output.print("  terms: " + set.files().terms());
    List<ByHand> byHand = new ArrayList<>();
    for (PublishedDataSet.Part part : network.data(output, this::agrees).fetch(set, root)) {
      Path place = folder.resolve(part.path());
      byHand.add(new ByHand(place.toString(), part.origin().where()));
      output.printf("  by hand: %s, to be put at %s", part.origin(), place);
    }
    return new Download(name, folder.toString(), byHand);
  }

  /** Asks a person, if there is one at a terminal. */
  @SuppressWarnings("SystemConsoleNull") // the launcher's property excludes other consoles
  private boolean agrees(String question) {
    if (unofficial) {
      return true;
    }
    Console console = Boolean.getBoolean("kgcoop.terminal") ? System.console() : null;
    String answer = console == null ? null : console.readLine("%s [y/N] ", question);
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
  }

  /**
   * Weights of the list.
   *
   * @param gflop the arithmetic of one image; null if it is not known
   * @param accuracy the mean zero-shot accuracy in percent; null if it is not known
   */
  private record Weights(
      String name,
      String alias,
      String repository,
      double gigabytes,
      @Nullable Double gflop,
      @Nullable Double accuracy,
      String license,
      String page) {
    static Weights of(KnownWeights known) {
      return new Weights(
          known.name(),
          known.alias(),
          known.repository(),
          known.gigabytes(),
          number(known.gflop()),
          number(known.accuracy()),
          known.license(),
          known.page());
    }

    private static @Nullable Double number(OptionalDouble value) {
      return value.isPresent() ? value.getAsDouble() : null;
    }
  }

  /**
   * A finished download.
   *
   * @param byHand the files without a direct link; null for weights
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Download(String name, String path, @Nullable List<ByHand> byHand) {}

  private record ByHand(String path, String origin) {}
}
