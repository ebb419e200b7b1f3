package org.kgcoop.cli.files;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.NetworkOptions;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.download.ReleasedWeights;
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
          + " names, such as siglip2-base-patch16-224. The option --clip accepts the same"
          + " names.",
      "",
      "Data sets: Caltech101, OxfordPets, OxfordFlowers, Food101, FGVCAircraft,"
          + " DescribableTextures and EuroSAT go to --root, in CoOp's layout. Their SHA-256 is"
          + " checked. For files without a link, kgcoop prints the address and the folder. By"
          + " downloading a data set you accept its terms.",
      "",
      "Proxies: set http_proxy, https_proxy, all_proxy or no_proxy, or -Dhttps.proxyHost in"
          + " KGCOOP_OPTS. Set HF_ENDPOINT to use another host than https://huggingface.co.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop download ViT-B/16",
      "  ./kgcoop download eurosat dtd --root data"
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
    ArrayNode done = JsonNodeFactory.instance.arrayNode();
    for (String name : names) {
      ObjectNode json = done.addObject().put("name", name);
      if (ReleasedWeights.isName(name)) {
        print(name, network.weights(output).locate(name), json);
      } else {
        fetch(find(name), json);
      }
    }
    if (output.isJson()) {
      output.json(JsonNodeFactory.instance.objectNode().set("downloads", done));
    }
    return 0;
  }

  private void list() {
    ArrayNode known = JsonNodeFactory.instance.arrayNode();
    List<ReleasedWeights.Known> all = new ArrayList<>(ReleasedWeights.ARCHIVES);
    all.addAll(ReleasedWeights.KNOWN);
    for (ReleasedWeights.Known weights : all) {
      known
          .addObject()
          .put("name", weights.name())
          .put("repository", weights.repository())
          .put("gigabytes", weights.gigabytes())
          .put("licence", weights.licence())
          .put("page", weights.page());
      print(
          String.format(
              Locale.ROOT,
              "%-36s about %4.1f GB  %-10s  %s",
              weights.name(),
              weights.gigabytes(),
              weights.licence(),
              weights.page()));
    }
    print("Sizes refer to float32 weights. Licenses can change; see the page of each model.");
    if (output.isJson()) {
      output.json(JsonNodeFactory.instance.objectNode().set("weights", known));
    }
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
                            String.join(", ", withLinks()))));
  }

  /** Returns the data sets that can be downloaded at least in part. */
  private static List<String> withLinks() {
    return PublishedDataSets.all().stream()
        .filter(set -> PublishedDataSet.anyDirect(set.files().images()))
        .map(PublishedDataSet::name)
        .toList();
  }

  private void fetch(PublishedDataSet set, ObjectNode json) {
    Path folder = root.resolve(set.directory());
    List<PublishedDataSet.Part> byHand = new ArrayList<>(network.data(output).fetch(set, root));
    print(set.name(), folder, json);
    print("  terms: " + set.files().terms());
    if (set.files().split() != null && !set.hasSplit(folder)) {
      byHand.add(set.files().split());
    }
    ArrayNode byHandJson = json.putArray("by_hand");
    for (PublishedDataSet.Part part : byHand) {
      Path place = folder.resolve(part.path());
      byHandJson.addObject().put("path", place.toString()).put("origin", part.origin().where());
      print("  by hand: %s, to be put at %s".formatted(part.origin(), place));
    }
  }

  private void print(String name, Path path, ObjectNode json) {
    json.put("path", path.toString());
    print(name + ": " + path);
  }

  private void print(String line) {
    if (!output.isJson()) {
      output.print(line);
    }
  }
}
