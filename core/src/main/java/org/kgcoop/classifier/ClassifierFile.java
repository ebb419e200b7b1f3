package org.kgcoop.classifier;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Version;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageSet;
import org.kgcoop.eval.Calibration;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
import org.kgcoop.files.Sha256;
import org.kgcoop.io.Fingerprints;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StateDicts;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.KeyCache;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Method;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.Tcp;
import org.kgcoop.model.CalibratedHead;
import org.kgcoop.model.Head;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.DType;

/**
 * File with a fitted method. Together with the CLIP weights, it is sufficient for predictions. It
 * is a safetensors file with the parameters under their published names. The class also reads and
 * writes the published form of a prompt, {@code prompt_learner/model.pth.tar-N}.
 *
 * <p>Programs may rely on {@link #read(Path)}, {@link #classNames} and {@link #clipFingerprint}.
 * The other members are internal and may change.
 *
 * @param learned the fitted method
 * @param template the data set's hand-crafted prompt
 * @param clip the CLIP model of the training
 * @param learnedFrom the training data
 * @param version the version of the program that wrote the file
 * @param calibration the temperature and the rejection threshold, or null for neither
 */
public record ClassifierFile(
    FittedMethod learned,
    String template,
    RecordedClip clip,
    TrainingDataRecord learnedFrom,
    String version,
    @Nullable Calibration calibration) {
  private static final int FORMAT = 1;
  private static final String WHAT = "classifier file";

  /** The value of {@code kind} in the metadata of a file with tags. */
  static final String TAGS = "tags";

  /** Name of the file in a folder, such as a run folder. */
  private static final String NAME = "classifier.safetensors";

  /** The methods whose published form is written. */
  private static final List<String> WRITTEN =
      List.of(CoOp.ID, ProGrad.ID, KgCoOp.ID, CoCoOp.ID, Tcp.ID);

  private static final Path IN_MEMORY = Path.of(NAME); // the path in error messages

  /** Creates a file without a calibration, which means a temperature of 1. */
  public ClassifierFile(
      Method method,
      List<String> classNames,
      String template,
      String clipFingerprint,
      TrainingDataRecord learnedFrom,
      String version,
      Map<String, StoredTensor> parameters) {
    this(
        new FittedMethod(method, classNames, parameters),
        template,
        RecordedClip.ofFingerprint(clipFingerprint),
        learnedFrom,
        version,
        null);
  }

  /** Returns the method with all settings. */
  public Method method() {
    return learned.method();
  }

  /** Returns the names of the learned classes, in the order of the logits. */
  public List<String> classNames() {
    return learned.classNames();
  }

  /** Returns the fingerprint of the CLIP model of the training. */
  public String clipFingerprint() {
    return clip.fingerprint();
  }

  /** Returns the learned tensors. */
  public Map<String, StoredTensor> parameters() {
    return learned.tensors();
  }

  /**
   * Returns a SHA-256 of the method, its settings, classes, template and learned tensors. It is the
   * same in each form of the file.
   */
  public String fingerprint() {
    return Sha256.of(
        String.join(
            "\n",
            method().settingValues().toJson().toString(),
            classNames().toString(),
            template,
            Fingerprints.asFloat32(parameters().values())));
  }

  /** Returns the path of the file in a folder. */
  public static Path in(Path folder) {
    return folder.resolve(NAME);
  }

  /**
   * Returns true if this is the file name that all runs use, which does not describe the content.
   */
  public static boolean isUsualName(String name) {
    return name.equals(NAME);
  }

  /** Returns true if a folder contains such a file. */
  public static boolean isIn(Path folder) {
    return Files.exists(in(folder));
  }

  /**
   * Returns the file for a path, which can be the file itself or a folder that contains it.
   *
   * @throws KgCoopException if the folder does not contain the file
   */
  public static Path at(Path path) {
    if (Files.isDirectory(path) && isIn(path)) {
      return in(path);
    }
    if (Files.isDirectory(path) && !WeightFiles.isModelFolder(path)) {
      throw KgCoopException.weights(
          "%s: no %s in this folder; expected that file, the folder of a run that has ended, in a table SET/METHOD/seedN, or a published file model.pth.tar-N"
              .formatted(path, NAME));
    }
    return path; // a folder may be the published form
  }

  /**
   * The metadata of the file, in the order of its keys. A value that the file does not have is 0 or
   * empty.
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  private record Metadata(
      int format,
      ObjectNode settings,
      List<String> classNames,
      @JsonInclude String template,
      @JsonInclude String clipFingerprint,
      String clip,
      String activation,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) int maxPatches,
      String precision,
      String arithmetic,
      @JsonInclude String dataFingerprint,
      @JsonInclude String dataSet,
      @JsonInclude String trainingImages,
      @JsonInclude String version,
      @Nullable ObjectNode calibration) {}

  /** Writes {@code NAME.safetensors}. */
  public void write(Path path) {
    Metadata metadata =
        new Metadata(
            FORMAT,
            method().settingValues().toJson(),
            classNames(),
            template,
            clip.fingerprint(),
            clip.name(),
            clip.activation(),
            clip.maxPatches(),
            clip.precision().key(),
            clip.precision().arithmetic(),
            learnedFrom.fingerprint(),
            learnedFrom.dataSet(),
            learnedFrom.images().text(),
            version,
            calibration == null ? null : calibration.toJson());
    SealedFile.write(path, parameters().values(), Json.tree(metadata));
  }

  /**
   * Writes the published form of a prompt: {@code prompt_learner/model.pth.tar-N}, and the file
   * {@code checkpoint} with its name. The file does not contain the fixed embeddings that the
   * published code stores next to the learned tensors, because its loader does not need them. It
   * also contains all settings, the class names and the name of the data set, in additional entries
   * that the published loader ignores.
   *
   * @param folder the folder that {@code prompt_learner} is created in
   * @param epoch N, the number of training epochs
   * @return the file
   * @throws KgCoopException of the kind CONFIGURATION, if the method has no such form
   */
  public Path writePublished(Path folder, int epoch) {
    PromptMethod unused = publishedPrompt();
    Path prompts = folder.resolve("prompt_learner");
    Folders.create(prompts, "a folder of the classifier", "try another folder");
    String name = "model.pth.tar-" + epoch;
    StateDicts.writePrompt(
        prompts.resolve(name),
        parameters(),
        epoch,
        new PublishedForm(method(), classNames(), parameters(), template, learnedFrom.dataSet())
            .texts());
    AtomicFile.write(
        prompts.resolve("checkpoint"),
        out -> out.write((name + "\n").getBytes(StandardCharsets.UTF_8)));
    return prompts.resolve(name);
  }

  /**
   * Reads {@code NAME.safetensors}.
   *
   * @throws KgCoopException if the file is of another kind, has a newer format, or is damaged
   */
  public static ClassifierFile read(Path path) {
    return of(path, SealedFile.open(WeightFiles.open(path), WHAT));
  }

  /**
   * Reads the bytes of a {@code NAME.safetensors} file.
   *
   * @throws KgCoopException as {@link #read(Path)}
   */
  public static ClassifierFile read(byte[] file) {
    return of(IN_MEMORY, SealedFile.open(Safetensors.read(IN_MEMORY, file), WHAT));
  }

  private static ClassifierFile of(Path path, SealedFile.Content content) {
    ObjectNode json = content.json();
    if (hasTags(json)) {
      throw KgCoopException.weights(
          path
              + ": a classifier of tags, which this command cannot use: an image can have several"
              + " tags; give it to predict or serve");
    }
    if (json.path("format").asInt() != FORMAT) {
      throw unknown(path, json, "format " + json.path("format") + ", expected " + FORMAT);
    }
    Metadata metadata = metadata(path, json);
    Method method =
        part(
            path,
            json,
            "",
            () -> MethodRegistry.parse(SettingValues.fromJson(json.path("settings"))));
    List<String> names = metadata.classNames();
    if (names == null || names.isEmpty() || names.stream().anyMatch(String::isBlank)) {
      throw unknown(path, json, "its class_names; expected at least one name, and none empty");
    }
    PublishedForm.checkTexts(path, names, metadata.template());
    ObjectNode calibration = metadata.calibration();
    return new ClassifierFile(
        new FittedMethod(method, names, checked(path, content.tensors())),
        metadata.template(),
        new RecordedClip(
            metadata.clipFingerprint(),
            metadata.clip(),
            metadata.activation(),
            metadata.maxPatches(),
            new FeaturePrecision(metadata.precision(), metadata.arithmetic())),
        new TrainingDataRecord(
            metadata.dataSet(),
            metadata.dataFingerprint(),
            part(path, json, "training_images: ", () -> new ImageSet(metadata.trainingImages()))),
        metadata.version(),
        calibration == null
            ? null
            : part(path, json, "calibration: ", () -> Calibration.ofJson(calibration)));
  }

  /** Returns true for the metadata of a {@code TagFile}. */
  static boolean hasTags(ObjectNode json) {
    return json.path("kind").asText().equals(TAGS);
  }

  private static Metadata metadata(Path path, ObjectNode json) {
    try {
      return Json.LENIENT.treeToValue(json, Metadata.class);
    } catch (JsonMappingException e) {
      String key = e.getPath().isEmpty() ? "metadata" : e.getPath().get(0).getFieldName();
      throw unknown(path, json, "its %s; expected another type".formatted(key));
    } catch (JsonProcessingException e) {
      throw unknown(path, json, Messages.firstLine(e.getOriginalMessage(), e));
    }
  }

  /** Reads a part of the text. Error messages name the file and its version. */
  private static <T> T part(Path path, ObjectNode json, String what, Supplier<T> reader) {
    try {
      return reader.get();
    } catch (KgCoopException | IllegalArgumentException e) {
      throw unknown(path, json, what + e.getMessage());
    }
  }

  /**
   * Converts the tensors to the types that methods use: finite float32 values, and int64 labels of
   * images.
   *
   * @throws KgCoopException if a tensor has another type, or if a value is not finite
   */
  private static Map<String, StoredTensor> checked(Path path, Map<String, StoredTensor> tensors) {
    Map<String, StoredTensor> checked = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> checked.put(name, checked(path, name, tensor)));
    return checked;
  }

  private static StoredTensor checked(Path path, String name, StoredTensor tensor) {
    boolean isLabels = name.equals(KeyCache.LABELS);
    if (isLabels ? tensor.dtype() != DType.INT64 : !tensor.dtype().isFloating()) {
      throw KgCoopException.weights(
          "%s: learned tensor '%s' is of type %s, expected %s; a damaged file, train again"
              .formatted(
                  path,
                  name,
                  tensor.dtype().safetensorsName(),
                  isLabels ? DType.INT64.safetensorsName() : "floating-point numbers"));
    }
    StoredTensor floats = tensor.inMemory().asFloat32();
    if (!isLabels && !floats.isFinite()) {
      throw KgCoopException.weights(
          "%s: learned tensor '%s' has a value that is no finite number: a training that failed, or a damaged file; train again"
              .formatted(path, name));
    }
    return floats;
  }

  private static KgCoopException unknown(Path path, ObjectNode json, String what) {
    return KgCoopException.weights(
        "%s: classifier file of kgcoop %s that this version, %s, cannot use: %s"
            .formatted(path, json.path("version").asText("?"), Version.KGCOOP, what));
  }

  /** Returns true for a file of the published form. Reading the file can still fail. */
  public static boolean isPublished(WeightFile file) {
    return PublishedForm.is(file);
  }

  /**
   * Reads a file like {@link #readAny(Path, List, TaskContext, ClassTokenPosition, Consumer)}, for
   * any data and without warnings.
   */
  public static ClassifierFile readAny(Path path, List<String> classNames) {
    return readAny(path, classNames, TaskContext.ANY, null, line -> {});
  }

  /**
   * Reads either form. The published form contains neither class names nor settings, unless kgcoop
   * wrote the file.
   *
   * @param classNames the class names for a file of the published form without names; ignored for
   *     other files
   * @param task the data set to classify, which provides the published values of settings that the
   *     file does not contain, such as hand-crafted texts
   * @param position the position of the class name, for a file of the published form that does not
   *     determine it; null if unknown, which means the end
   * @param warnings receives a warning if the position is assumed to be the end
   * @throws KgCoopException if the file cannot be read, or if it determines another position
   */
  public static ClassifierFile readAny(
      Path path,
      List<String> classNames,
      TaskContext task,
      @Nullable ClassTokenPosition position,
      Consumer<String> warnings) {
    WeightFile file = WeightFiles.open(path);
    if (!SealedFile.isSealed(file)) {
      PublishedForm form = PublishedForm.read(file, classNames, task, position, warnings);
      return new ClassifierFile(
          form.method(),
          form.classNames(),
          form.template(),
          "",
          new TrainingDataRecord(form.dataSet(), "", ImageSet.NONE),
          "published",
          checked(path, form.tensors()));
    }
    ClassifierFile read = of(path, SealedFile.open(file, WHAT));
    if (read.method() instanceof PromptMethod method) {
      PublishedForm.checkPosition(path, position, method.context().position());
    }
    return read;
  }

  /**
   * Returns the method as one whose prompt the published code of CoOp, ProGrad, KgCoOp, CoCoOp or
   * TCP can load.
   *
   * @throws KgCoopException of the kind CONFIGURATION, if it is another method
   */
  private PromptMethod publishedPrompt() {
    if (WRITTEN.contains(method().id()) && method() instanceof PromptMethod prompt) {
      return prompt;
    }
    throw KgCoopException.configuration(
        "%s has no form of the published prompt learners; expected a file of %s"
            .formatted(method().title(), String.join(", ", WRITTEN)));
  }

  /**
   * Returns the position of the class name in the texts of a method that has a published form.
   *
   * @throws KgCoopException of the kind CONFIGURATION, if the method has no published form
   */
  public ClassTokenPosition classPosition() {
    return publishedPrompt().context().position();
  }

  /** Returns the same parameters with another method or other settings. */
  public ClassifierFile with(Method otherMethod) {
    return with(new FittedMethod(otherMethod, classNames(), parameters()), calibration);
  }

  private ClassifierFile with(FittedMethod fitted, @Nullable Calibration found) {
    return new ClassifierFile(fitted, template, clip, learnedFrom, version, found);
  }

  /** Returns this file with features of float32. */
  public ClassifierFile inFloat32() {
    return new ClassifierFile(
        learned, template, clip.inFloat32(), learnedFrom, version, calibration);
  }

  /** Returns this file with another calibration, or with none. */
  public ClassifierFile withCalibration(@Nullable Calibration found) {
    return with(learned, found);
  }

  /**
   * Returns this file with other class names, for methods that support them. The temperature is
   * kept. The rejection threshold depends on the list of classes, so it is removed.
   */
  public ClassifierFile withClassNames(List<String> others) {
    return with(
        new FittedMethod(method(), others, parameters()),
        calibration == null || others.equals(classNames())
            ? calibration
            : calibration.withoutRejection());
  }

  /**
   * Returns this file for the classification of another data set, with the hand-crafted texts of
   * that data set. If it is the data set of the training, or if the file does not contain the name
   * of the data set, returns this file.
   */
  public ClassifierFile forTask(TaskContext task) {
    String own = learnedFrom.dataSet();
    return own.isEmpty() || own.equals(task.dataSet())
        ? this
        : with(
            method().forDataSetOf(PublishedDefaults.BASE_TO_NEW.method(explicitSettings(), task)));
  }

  /**
   * Returns the settings that differ from the published ones for the training data, which are the
   * settings that the user gave.
   */
  private SettingValues explicitSettings() {
    TaskContext own = new TaskContext(learnedFrom.dataSet(), template, 0, 0);
    SettingValues all = method().settingValues();
    SettingValues explicit = all;
    for (String key : all.keys()) {
      SettingValues fewer = explicit.without(key);
      if (!key.equals(Declaration.METHOD)
          && PublishedDefaults.BASE_TO_NEW.method(fewer, own).settingValues().equals(all)) {
        explicit = fewer;
      }
    }
    return explicit;
  }

  /**
   * Returns a classifier with these parameters, for the file's classes or for others. Its logits
   * are divided by the temperature.
   *
   * @throws KgCoopException if the parameters do not fit the CLIP model or the classes
   */
  public Head classifier(Clip model, List<String> classes) {
    clip.check(model);
    Head head = learned.classifier(model, classes);
    return calibration == null ? head : new CalibratedHead(head, calibration.temperature());
  }
}
