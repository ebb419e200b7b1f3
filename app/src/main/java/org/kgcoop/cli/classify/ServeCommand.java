package org.kgcoop.cli.classify;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.classifier.RecordedClip;
import org.kgcoop.classifier.TagFile;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.ListenOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.files.Folders;
import org.kgcoop.image.Images;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.http.HttpServer;
import org.kgcoop.serve.http.ReverseProxy;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.model.ModelRegistry;
import org.kgcoop.serve.model.ServedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** The command {@code serve}, which classifies images over HTTP. */
@Command(
    name = "serve",
    header = "Classify images over HTTP.",
    description = {
      "Start an HTTP server that classifies images, with trained classifiers or with any class"
          + " names. Without a CLASSIFIER, it serves the embedded prompt for embedded:places."
          + " The address / shows a page for browsers.",
      "By default, only this machine can reach the server. Ctrl-C or SIGTERM finishes open"
          + " requests and stops the server."
    },
    footer = {
      "  ./kgcoop serve runs/pets",
      "  curl --data-binary @photo.jpg 'localhost:8080/v1/classify?top=3'",
      "  curl -F image=@photo.jpg -F classes=cat,dog localhost:8080/v1/zero-shot"
    })
public final class ServeCommand implements Callable<Integer> {
  private static final int PORT = 8080;
  private static final int MEGABYTE = 1 << 20;
  private static final int MAX_MEGABYTES = 1024;

  @Parameters(
      arity = "0..*",
      paramLabel = "CLASSIFIER",
      description =
          "Run folders or classifier files, optionally as NAME=PATH. The default name is the"
              + " name of the folder. The first classifier is the default.")
  private List<String> learned = new ArrayList<>();

  @Mixin private GroupsOption groups = new GroupsOption();
  @Mixin private ListenOptions listen = new ListenOptions();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Require the token in this file. Requests send it as Authorization: Bearer TOKEN. Only"
              + " /health and the page at /, which asks for it, work without it.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--open-to-everybody",
      description = "Allow other machines without a token. Requires --host.")
  private boolean openToEverybody;

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      description =
          "Set the address of the server behind a proxy. Browsers use it. Example:"
              + " https://example.org/pets. The proxy may remove the path or leave it.")
  private @Nullable String publicUrl;

  @Option(
      names = "--proxy",
      paramLabel = "ADDRESS",
      description =
          "Trust the X-Forwarded-For header of this proxy. It matters for --rate and the"
              + " request log. Repeat the option for further proxies.")
  private List<String> proxies = new ArrayList<>();

  @Option(
      names = "--queue",
      paramLabel = "N",
      description =
          "Limit the number of waiting images. At most half of them may have more than a million"
              + " pixels. Other requests get status 503 (default: 64).")
  private int queue = 64;

  @Option(
      names = "--time-limit",
      paramLabel = "SECONDS",
      description =
          "Limit the time of an answer, in seconds (default: 30). It starts when the"
              + " request is complete. Later requests get status 503.")
  private int seconds = 30;

  @Option(
      names = "--max-megabytes",
      paramLabel = "N",
      description = "Limit a request, in megabytes (default: 32).")
  private int megabytes = 32;

  @Option(
      names = "--max-pixels",
      paramLabel = "N",
      description = "Limit an image, in pixels (default and maximum: 64000000).")
  private long maxPixels = Images.DEFAULT_MAX_PIXELS;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description =
          "Limit the requests per second and address, except /health and the files of the page."
              + " Bursts may have twice as many. Others get status 429 (default: no limit).")
  private int rate;

  @Option(
      names = "--request-log",
      paramLabel = "FILE",
      description =
          "Write one line per request to a file. The value - is standard error (default:"
              + " standard error, if it is not a terminal and without --quiet).")
  private @Nullable Path requestLog;

  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private Output output = new Output();
  @ParentCommand private Invocation invocation;

  @Override
  public Integer call() {
    ServerSettings settings = settings();
    Map<String, Path> paths = paths();
    try (Clip clip = clip(paths.values());
        ModelRegistry models = new ModelRegistry(load(clip, paths), groups::of);
        ClassifierServer server =
            new ClassifierServer(
                clip, models, clipOptions.template(), settings, output::error, requestLog())) {
      announce(
          models.all().stream().map(ServedModel::name).toList(),
          listen.urlHosts().stream().map(host -> "http://" + host + ":" + server.port()).toList());
      boolean unused = invocation.await(() -> false);
      output.info("shutting down; finishing open requests");
    }
    return KgCoopException.Category.INTERRUPTED.exitCode();
  }

  private ServerSettings settings() {
    if (megabytes < 1 || megabytes > MAX_MEGABYTES) {
      throw KgCoopException.configuration(
          "--max-megabytes " + megabytes + ": expected 1 to " + MAX_MEGABYTES);
    }
    ServerSettings settings =
        new ServerSettings(
            listen.host(),
            listen.port(PORT),
            tokenFile == null ? null : Folders.text(tokenFile).strip(),
            new ServerSettings.Limits(
                queue, Duration.ofSeconds(seconds), megabytes * MEGABYTE, rate, maxPixels),
            ReverseProxy.of(publicUrl, proxies));
    if (!settings.isLoopback() && tokenFile == null && !openToEverybody) {
      throw KgCoopException.configuration(
          "--host %s: other machines would reach it: expected --token-file FILE, or --open-to-everybody"
              .formatted(listen.host()));
    }
    return settings;
  }

  private @Nullable Consumer<String> requestLog() {
    if (requestLog != null && !requestLog.toString().equals("-")) {
      return HttpServer.logFile(requestLog, output::error);
    }
    boolean isSilent = Boolean.getBoolean("kgcoop.terminal") || output.isQuiet();
    return requestLog == null && isSilent ? null : output::record;
  }

  private Map<String, Path> paths() {
    Map<String, Path> paths = new LinkedHashMap<>();
    for (String text : learned) {
      int equals = text.indexOf('=');
      boolean named = equals > 0 && !Files.exists(Path.of(text));
      Path path = Path.of(named ? text.substring(equals + 1) : text);
      String name = named ? text.substring(0, equals) : nameOf(path);
      if (paths.put(name, path) != null) {
        throw KgCoopException.configuration(
            "two classifiers are called '" + name + "': name them, as in NAME=" + path);
      }
    }
    return paths;
  }

  /**
   * Returns the name of a classifier: the name of its folder, or of its file if the user renamed
   * it.
   */
  private static String nameOf(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    boolean isUsual = !Files.isDirectory(path) && ClassifierFile.isUsualName(Folders.name(path));
    Path named = isUsual ? Folders.parent(absolute) : absolute;
    return Folders.name(named).replaceFirst("\\.safetensors$", "");
  }

  /** Loads the embedded prompt. Another CLIP model gets a zero-shot classifier instead. */
  private Map<String, Classifier> loadDefault(Clip clip) {
    if (EmbeddedPrompt.isFor(clip)) {
      ClassifierFile prompt = EmbeddedPrompt.read().orElseThrow();
      return Map.of(EmbeddedPrompt.MODEL, Classifier.of(prompt, clip, prompt.classNames()));
    }
    output.info(
        "the embedded prompt belongs to another CLIP; serving the class names of embedded:objects without training");
    List<String> names =
        EmbeddedDataSets.open("objects", DataSetOptions.defaults(output::warn)).classNames();
    return Map.of("objects", Classifier.zeroShot(clip, names, clipOptions.template()));
  }

  /**
   * Loads the CLIP model of the classifiers. They share one model, so the weights are those of the
   * first one. If their features have several precisions, they are float32.
   */
  private Clip clip(Collection<Path> paths) {
    List<RecordedClip> recorded;
    try {
      recorded = paths.stream().map(ServeCommand::recorded).toList();
    } catch (KgCoopException e) {
      return clipOptions.load(); // reported later, with the name of the classifier
    }
    if (recorded.isEmpty()) {
      return clipOptions.load();
    }
    RecordedClip first = recorded.get(0);
    long precisions = recorded.stream().map(clip -> clip.precision().key()).distinct().count();
    return clipOptions.load(paths.iterator().next(), precisions == 1 ? first : first.inFloat32());
  }

  private static RecordedClip recorded(Path path) {
    return TagFile.is(path)
        ? TagFile.read(path).clip()
        : ClassifierFile.read(ClassifierFile.at(path)).clip();
  }

  /** Loads all classifiers, or none if one of them is invalid. */
  private Map<String, Classifier> load(Clip clip, Map<String, Path> paths) {
    if (paths.isEmpty()) {
      return loadDefault(clip);
    }
    Map<String, Classifier> models = new LinkedHashMap<>();
    try {
      paths.forEach(
          (name, path) -> {
            Classifier classifier = classifier(name, path, clip);
            models.put(name, classifier);
            groups.check(classifier);
          });
    } catch (RuntimeException e) {
      models.values().forEach(Classifier::close);
      throw e;
    }
    return models;
  }

  private static Classifier classifier(String name, Path path, Clip clip) {
    try {
      return Classifier.load(path, clip);
    } catch (KgCoopException e) {
      boolean isNamed = name.equals(path.toString()); // the message begins with the path
      throw isNamed ? e : new KgCoopException(e.category(), name + ": " + e.getMessage(), e);
    }
  }

  private void announce(List<String> models, List<String> addresses) {
    record Served(String address, List<String> addresses, List<String> models) {}
    output.json(new Served(addresses.get(0), addresses, models));
    output.printf(
        "serving %s on %s/ for browsers; /openapi.yaml there is for programs",
        String.join(", ", models), String.join("/, ", addresses));
    output.out().flush();
  }
}
