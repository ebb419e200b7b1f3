package org.kgcoop.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.download.DataDownload;
import org.kgcoop.download.ReleasedWeights;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches weights and data. */
@Command(
    name = "download",
    mixinStandardHelpOptions = true,
    header = "Fetch CLIP weights and public data sets by name.",
    description = {
      "",
      "Fetch by name what is not there yet. Run again, it goes on where it was cut off.",
      "",
      "Weights: RN50, RN101, RN50x4, RN50x16, RN50x64, ViT-B/32, ViT-B/16, ViT-L/14,"
          + " ViT-L/14@336px into ~/.cache/clip, checked by SHA-256; hf:OWNER/NAME[@REVISION] of"
          + " Hugging Face. --clip takes the same names.",
      "Data sets, into the layout of CoOp below --root: caltech-101, dtd, eurosat, fgvc_aircraft,"
          + " food-101, oxford_flowers, oxford_pets. By downloading them you accept their terms.",
      "",
      "Proxies: http_proxy, https_proxy, all_proxy, no_proxy, or -Dhttps.proxyHost and its like in"
          + " KGCOOP_OPTS.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop download ViT-B/16",
      "  ./kgcoop download eurosat dtd --root data"
    })
final class DownloadCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "NAME", description = "Weights or data sets.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--root",
      paramLabel = "DIR",
      defaultValue = "data",
      description = "The folder of all data sets (default: ${DEFAULT-VALUE}).")
  private Path root = Path.of("data");

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    // All names first, so that a mistyped one is not found after an hour.
    for (String name : names) {
      if (!ReleasedWeights.isName(name)
          && !DataDownload.names().contains(name)
          && !DataDownload.isByHand(name)) {
        throw KgCoopException.configuration(
            name
                + ": unknown; weights: "
                + String.join(", ", ReleasedWeights.names())
                + ", hf:OWNER/NAME; data sets: "
                + String.join(", ", DataDownload.names()));
      }
    }
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (String name : names) {
      Path path;
      String byHand = "";
      if (ReleasedWeights.isName(name)) {
        path = network.weights(output).locate(name);
      } else {
        byHand = network.data(output).fetch(name, root);
        path = root.resolve(name);
      }
      list.addObject().put("name", name).put("path", path.toString()).put("by_hand", byHand);
      if (!output.isJson()) {
        output.line(name + ": " + path);
        String terms = DataDownload.terms(name);
        if (!terms.isEmpty()) {
          output.line("  terms: " + terms);
        }
        if (!byHand.isEmpty()) {
          output.line("  " + byHand);
        }
      }
    }
    if (output.isJson()) {
      output.json(JsonNodeFactory.instance.objectNode().set("downloads", list));
    }
    return 0;
  }
}
