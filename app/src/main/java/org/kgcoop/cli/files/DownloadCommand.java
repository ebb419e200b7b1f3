package org.kgcoop.cli.files;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.Console;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.NetworkOptions;
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
    header = "Download CLIP weights and public data sets by name.",
    description = {
      "Download the files that are missing. Run the command again to resume.",
      "Weights: RN50, RN101, RN50x4, RN50x16, RN50x64, ViT-B/32, ViT-B/16, ViT-L/14 and"
          + " ViT-L/14@336px go to ~/.cache/clip. Their SHA-256 is checked. Models of Hugging"
          + " Face have the name hf:OWNER/NAME[@REVISION], and some have a short name, such as"
          + " ViT-B/32-256. The option --clip accepts the same names.",
      "Data sets go to --root, in CoOp's layout, with their published split files. Their sizes"
          + " and SHA-256 are checked. By downloading a data set you accept its terms. StanfordCars, SUN397 and UCF101 have only an unofficial copy, for"
          + " which the command asks, or expects --unofficial. ImageNet needs an account: accept"
          + " its terms on Hugging Face and set HF_TOKEN, or get it by hand.",
      "--list prints the names of all weights and data sets. It prints which data sets are in"
          + " --root, and which of their files are missing.",
      "Proxies: set http_proxy, https_proxy, all_proxy or no_proxy, or -Dhttps.proxyHost in"
          + " KGCOOP_OPTS. Set HF_ENDPOINT to use another host than https://huggingface.co."
    },
    footer = {
      "  ./kgcoop download --list",
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
      description = "Set the folder of all data sets (default: ${DEFAULT-VALUE}).")
  private Path root = Path.of("data");

  @Option(
      names = "--unofficial",
      description = "Do not ask about unofficial copies. Their owner does not own the images.")
  private boolean unofficial;

  @Option(
      names = "--list",
      description =
          "List the known weights and data sets, or only those of NAME, with their sizes and the"
              + " files that are missing. Downloads nothing.")
  private boolean list;

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    if (names.isEmpty() && !list) {
      throw KgCoopException.configuration("no NAME: expected weights or data sets, or --list");
    }
    // All names are checked first, so that a typo is reported before a long download.
    List<PublishedDataSet> sets =
        names.stream().filter(n -> !ReleasedWeights.isName(n)).map(DownloadCommand::find).toList();
    if (list) {
      new DownloadList(root, output).print(names, names.isEmpty() ? PublishedDataSets.all() : sets);
      return 0;
    }
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

  private static PublishedDataSet find(String name) {
    if (DataOptions.isEmbedded(name)) {
      throw KgCoopException.configuration(name + ": comes with the program; nothing to fetch");
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
    output.print("  terms: " + set.terms());
    List<ByHand> byHand = new ArrayList<>();
    for (PublishedDataSet.Part part : network.data(output, this::agrees).fetch(set, root)) {
      Path place = folder.resolve(part.path());
      byHand.add(new ByHand(place.toString(), part.where()));
      output.printf("  by hand: %s, to be put at %s", part.where(), place);
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
   * A finished download.
   *
   * @param byHand the files without a direct link; null for weights
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Download(String name, String path, @Nullable List<ByHand> byHand) {}

  private record ByHand(String path, String origin) {}
}
