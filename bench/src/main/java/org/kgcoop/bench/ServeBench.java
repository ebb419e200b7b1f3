package org.kgcoop.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.kgcoop.api.Classifier;
import org.kgcoop.bench.ServeLoad.Local;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.Templates;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures a server under load, in a separate process, against the same work without HTTP. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    header = "Measure kgcoop serve under load, against decoding and encoding without HTTP.")
final class ServeBench implements Callable<Integer> {

  /** The measurements. */
  enum What {
    LATENCY,
    THROUGHPUT,
    HOSTILE,
    OVERLOAD,
    STOP
  }

  @Option(
      names = "--case",
      defaultValue = "latency",
      description = {
        "Measurement. latency: one client, against classification in this process.",
        "throughput: many clients, against decoding and encoding in batches in this process.",
        "hostile: one request in ten is invalid; checks every response and the memory.",
        "overload: four times as many requests as the server can answer.",
        "stop: SIGTERM under load. Default: ${DEFAULT-VALUE}."
      })
  private What what;

  @Option(
      names = "--model",
      defaultValue = "embedded",
      description = "Model: embedded, or vit-b-16 with random weights (default: ${DEFAULT-VALUE}).")
  private String model;

  @Option(
      names = "--precision",
      defaultValue = "float32",
      description = "Precision: float32 or bf16 (default: ${DEFAULT-VALUE}).")
  private String precision;

  @Option(
      names = "--clients",
      defaultValue = "16",
      description = "Number of clients (default: ${DEFAULT-VALUE}).")
  private int clients;

  @Option(
      names = "--requests",
      defaultValue = "10000",
      description = "Number of requests of latency and hostile (default: ${DEFAULT-VALUE}).")
  private int requests;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      description = "Duration of throughput and overload, in seconds (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @SuppressWarnings("NullAway.Init") // picocli sets defaults
  ServeBench() {}

  @Override
  public Integer call() throws IOException {
    boolean embedded = model.equals("embedded");
    Path folder = embedded ? EmbeddedClip.folder() : BenchModel.folder();
    DType type = precision.equals("bf16") ? DType.BFLOAT16 : DType.FLOAT32;
    List<String> options = new ArrayList<>(List.of("--precision", precision));
    if (!embedded) {
      options.addAll(List.of("--clip", folder.toString()));
    }
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("case", what.name().toLowerCase(Locale.ROOT)).put("model", model);
    // serve has these defaults: the embedded prompt, and zero-shot for other CLIP models.
    DataSet data =
        EmbeddedDataSets.open(
            embedded ? "places" : "objects", DataSetOptions.defaults(warning -> {}));
    List<byte[]> files = new ArrayList<>();
    if (embedded) {
      for (Item item : data.test().subList(0, Math.min(200, data.test().size()))) {
        files.add(Images.bytes(item.file()));
      }
    } else {
      files.add(PreprocessBench.jpeg());
    }
    try (Clip clip = Clip.load(folder, new Clip.Options(type, Device.CPU, null, null));
        Classifier classifier =
            embedded
                ? Classifier.of(EmbeddedPrompt.read().orElseThrow(), clip, data.classNames())
                : Classifier.zeroShot(clip, data.classNames(), Templates.DEFAULT)) {
      Images images = new Images(warning -> {});
      Local local = new Local(clip, classifier, new ViewEncoder(clip, images), images, files);
      switch (what) {
        case LATENCY -> ServeLoad.latency(local, options, requests, result);
        case THROUGHPUT -> ServeLoad.throughput(local, options, clients, seconds, result);
        case HOSTILE -> new HostileCase(local, clients, requests).run(options, result);
        case OVERLOAD -> ServeLoad.overload(local, options, clients, seconds, result);
        case STOP -> ServeLoad.stop(local, options, clients, result);
      }
    }
    print(result);
    return 0;
  }

  @SuppressWarnings("SystemOut") // the output of the command
  private void print(ObjectNode result) {
    if (json) {
      System.out.println(result);
    } else {
      result
          .properties()
          .forEach(each -> System.out.println(each.getKey() + ": " + each.getValue()));
    }
  }
}
