package org.kgcoop.cli.options;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.classifier.RecordedClip;
import org.kgcoop.cli.console.Output;
import org.kgcoop.clip.CheckedPrecision;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.clip.ReleasedClip;
import org.kgcoop.clip.ReleasedWeights;
import org.kgcoop.clip.untrained.InitialWeights;
import org.kgcoop.data.Templates;
import org.kgcoop.files.UserFolders;
import org.kgcoop.image.view.PatchGrid;
import org.kgcoop.io.WeightFile;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.tensor.Arithmetic;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Kernels;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options for the CLIP model, and for the precision, device and threads of the computation. */
public final class ClipOptions {
  public static final String EMBEDDED = "embedded";

  /** The value of {@code --precision} that chooses one. */
  private static final String AUTO = "auto";

  private static final RecordedClip NOT_RECORDED = RecordedClip.ofFingerprint("");

  @Option(
      names = "--clip",
      paramLabel = "MODEL", // differs from that of --data, because picocli completes by the label
      completionCandidates = Completions.Weights.class,
      description =
          "Choose the CLIP, by name, file or folder. It is a name such as ViT-B/32-256 or"
              + " hf:OWNER/NAME, a .pt, .safetensors or state dict file, or a Hugging Face or"
              + " OpenCLIP folder (default: that of the classifier's training; otherwise embedded,"
              + " a small model for icon drawings). The command download lists the names.")
  private @Nullable String clip;

  @Rare
  @Option(
      names = "--max-patches",
      paramLabel = "N",
      description =
          "Set the maximum number of patches of an image, 1 to 4096, for a model that keeps the"
              + " shape of an image (default: from the configuration next to the weights, mostly"
              + " 256). More patches show finer detail and take more time.")
  private @Nullable Integer maxPatches;

  @Rare
  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      description =
          "Set the precision: float32, bf16, int8 or auto. The value bf16 can be faster, but changes"
              + " results slightly. int8 is for the image encoder, and is faster still. auto is"
              + " bf16 if this processor computes it, and otherwise float32. kgcoop checks int8"
              + " and auto once per model (default: that of the classifier, or float32).")
  private @Nullable String precision;

  @Rare
  @Option(
      names = "--device",
      paramLabel = "NAME",
      description = "Choose the device: cpu, or cuda:N with CUDA (default: ${DEFAULT-VALUE}).")
  private String device = "cpu";

  @Rare
  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Set the number of threads (default: one per core). It changes no result, except what"
              + " adapt has time for.")
  private @Nullable Integer threads;

  private boolean isRecorded; // the weights of a classifier's training

  @Mixin private NetworkOptions network = new NetworkOptions();

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** Returns the file or folder of the weights. */
  public Path path() {
    if (clip == null || clip.equals(EMBEDDED)) {
      return EmbeddedClip.folder();
    }
    Path path = Path.of(clip);
    if (Files.exists(path)) {
      return path;
    }
    if (ReleasedWeights.isName(clip)) {
      return network.weights(Output.of(spec)).locate(clip);
    }
    List<String> names = new ArrayList<>(ReleasedWeights.names());
    names.add(EMBEDDED);
    String archives = String.join(", ", ReleasedWeights.archives());
    throw KgCoopException.weights(
        "--clip %s: no such file or folder%s; names that need none are %s, %s, hf:OWNER/NAME and those of ./kgcoop download --list"
            .formatted(clip, Nearest.hint(clip, names), archives, EMBEDDED),
        new NoSuchFileException(clip));
  }

  /** Returns true if the CLIP model is the embedded one. */
  public boolean isEmbedded() {
    return !isRecorded && (clip == null || clip.equals(EMBEDDED));
  }

  /** Returns the given templates, or the default. */
  public List<String> templates(List<String> given) {
    return given.isEmpty() ? List.of(template()) : given;
  }

  /** Returns the template that suits the training data of the CLIP model, as the default. */
  public String template() {
    return isEmbedded() ? EmbeddedClip.TEMPLATE : Templates.DEFAULT;
  }

  /** Sets the number of threads to one, for an option that requires it. */
  void useOneThread(String option) {
    if (threads != null && threads > 1) {
      throw KgCoopException.configuration(
          option + " goes with one thread a run: leave out --threads " + threads);
    }
    threads = 1;
    Engine.setThreads(1);
  }

  /**
   * Returns untrained weights of the same size if OpenAI's weights of that name are not on this
   * machine. A plan does not download them.
   *
   * @return empty if the weights are there or have another name
   */
  public Optional<Clip> untrained() {
    return ReleasedClip.ALL.stream()
        .filter(released -> released.name().equals(clip) && !Files.exists(Path.of(clip)))
        .filter(released -> !network.weights(Output.of(spec)).isPresent(released))
        .findFirst()
        .map(found -> InitialWeights.forSpeed(Path.of(found.name()), found.config()))
        .map(weights -> Clip.forSpeed(weights, options(NOT_RECORDED)));
  }

  /** Returns a line about weights that are not on this machine. */
  public String missing() {
    return "missing: the weights of %s: ./kgcoop download %s; the times are those of untrained weights of their size"
        .formatted(clip, clip);
  }

  /**
   * Loads the model for a classifier. Without {@code --clip}, the weights are those of its
   * training. Without {@code --precision}, the model has the precision of the features that the
   * classifier was fitted to, if this processor computes it.
   *
   * @param classifier the run folder, or the classifier file; null for a zero-shot classifier
   * @param trained the model of its training; null for a zero-shot classifier
   */
  public Clip load(@Nullable Path classifier, @Nullable RecordedClip trained) {
    if (classifier == null || trained == null) {
      return load();
    }
    Optional<Path> recorded =
        clip == null ? trained.find(classifier, "--clip PATH") : Optional.empty();
    isRecorded = recorded.isPresent();
    return opened(recorded.orElseGet(this::path), trained);
  }

  /** Loads the model. */
  public Clip load() {
    return opened(path(), NOT_RECORDED);
  }

  private Clip opened(Path path, RecordedClip recorded) {
    Output output = Output.of(spec);
    Clip.Options options = options(recorded);
    WeightFile file = WeightFiles.open(path);
    Clip loaded =
        isAutomatic()
            ? CheckedPrecision.automatic(file, options, output::info)
            : CheckedPrecision.load(file, options, output::info, output::warn);
    try {
      checkSettings(loaded, file).ifPresent(output::warn);
    } catch (KgCoopException e) {
      loaded.close();
      throw e;
    }
    recorded.precision().warning(loaded).ifPresent(output::warn);
    boolean isByName = clip != null && ReleasedWeights.isName(clip) && !Files.exists(Path.of(clip));
    return isByName ? loaded.named(String.valueOf(clip)) : loaded;
  }

  /**
   * Checks the settings that no file next to the weights specifies. OpenAI's archives and the
   * embedded CLIP need no such file.
   *
   * @return a line with the assumed settings, if there are some
   * @throws KgCoopException if they may be wrong
   */
  private static Optional<String> checkSettings(Clip clip, WeightFile file) {
    if (clip.source().equals(EMBEDDED) || file.format() == WeightFile.Format.TORCHSCRIPT) {
      return Optional.empty();
    }
    clip.missingSettings()
        .ifPresent(
            missing -> {
              throw KgCoopException.weights(missing);
            });
    return clip.assumed().isEmpty()
        ? Optional.empty()
        : Optional.of(file.path() + ": assumed " + String.join("; ", clip.assumed()));
  }

  private boolean isAutomatic() {
    return AUTO.equalsIgnoreCase(precision);
  }

  /** Returns the options of the model, and sets the number of threads. */
  private Clip.Options options(RecordedClip recorded) {
    if (maxPatches != null && maxPatches < 1) {
      throw KgCoopException.configuration(
          "--max-patches: expected 1 to %s, got %s".formatted(PatchGrid.MAX_PATCHES, maxPatches));
    }
    Clip.Options given =
        new Clip.Options(
            isAutomatic() ? DType.FLOAT32 : type(recorded.precision().key()),
            new Device(device),
            /* tokenizer= */ null,
            /* activation= */ null,
            maxPatches == null ? 0 : maxPatches);
    Clip.Options options = isRecorded ? recorded.options(given) : given;
    if (threads != null) {
      if (threads < 1) {
        throw KgCoopException.configuration("--threads: expected at least 1, got " + threads);
      }
      Engine.setThreads(threads);
    }
    Output output = Output.of(spec);
    UserFolders.ofThisProcess().warning().ifPresent(output::warn);
    output.debug(() -> "kernels: " + Kernels.inUse());
    Arithmetic.warning(options.precision()).ifPresent(output::warn);
    return options;
  }

  private DType type(String recorded) {
    if (precision != null) {
      try {
        return DType.ofName("--precision", precision, DType.FLOAT32, DType.BFLOAT16, DType.INT8);
      } catch (KgCoopException e) {
        throw KgCoopException.configuration(e.getMessage() + ", " + AUTO);
      }
    }
    if (recorded.startsWith(DType.INT8.name())) {
      return DType.INT8;
    }
    boolean isBf16 = recorded.equals(DType.BFLOAT16.name()) && Arithmetic.hasBf16();
    return isBf16 ? DType.BFLOAT16 : DType.FLOAT32;
  }
}
