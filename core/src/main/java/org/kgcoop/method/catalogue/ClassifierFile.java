package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Version;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageSet;
import org.kgcoop.eval.Calibration;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StateDicts;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.KeyCache;
import org.kgcoop.method.Method;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.model.CalibratedHead;
import org.kgcoop.model.Head;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.tensor.DType;

/**
 * A file of all that a method has learned: with the CLIP weights it is enough to predict. Its form
 * is a safetensors file with the parameters under their published names; the published {@code
 * prompt_learner/model.pth.tar-N} of a prompt is read and written too.
 *
 * @param method with all its settings
 * @param classNames it was trained on, in the order of the logits
 * @param template the data set's hand-crafted prompt
 * @param clipFingerprint of the CLIP it was trained with; empty where the file does not say
 * @param learnedFrom the data that it was trained on
 * @param version of the program that wrote it
 * @param parameters the learned tensors
 * @param calibration the temperature and the rejection threshold, or null for neither
 */
public record ClassifierFile(
    Method method,
    List<String> classNames,
    String template,
    String clipFingerprint,
    TrainingDataRecord learnedFrom,
    String version,
    Map<String, StoredTensor> parameters,
    @Nullable Calibration calibration) {
  private static final int FORMAT = 1;
  private static final String WHAT = "classifier file";

  /** The name of the file in a folder, of a run say. */
  private static final String NAME = "classifier.safetensors";

  private static final Path IN_MEMORY = Path.of(NAME); // what errors call it

  public ClassifierFile {
    classNames = List.copyOf(classNames);
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /** A file without a calibration: the temperature is 1. */
  public ClassifierFile(
      Method method,
      List<String> classNames,
      String template,
      String clipFingerprint,
      TrainingDataRecord learnedFrom,
      String version,
      Map<String, StoredTensor> parameters) {
    this(method, classNames, template, clipFingerprint, learnedFrom, version, parameters, null);
  }

  /** Returns the place of the file in a folder. */
  public static Path in(Path folder) {
    return folder.resolve(NAME);
  }

  /** True if a file has the name that all runs give it, which tells nothing of its content. */
  public static boolean isUsualName(String name) {
    return name.equals(NAME);
  }

  /** True if a folder holds such a file. */
  public static boolean isIn(Path folder) {
    return Files.exists(in(folder));
  }

  /**
   * The file that a path means: itself, or the one in that folder.
   *
   * @throws KgCoopException where the folder has none
   */
  public static Path at(Path path) {
    if (!Files.isDirectory(path)) {
      return path;
    }
    if (!isIn(path)) {
      if (WeightFiles.isModelFolder(path)) {
        return path; // the published form, perhaps
      }
      throw KgCoopException.weights(
          path
              + ": no "
              + NAME
              + " in this folder; expected that file, the folder of a run that has ended, in a"
              + " table SET/METHOD/seedN, or a published file model.pth.tar-N");
    }
    return in(path);
  }

  /** Writes {@code NAME.safetensors}. */
  public void write(Path path) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("format", FORMAT);
    json.set("settings", method.toJson());
    ArrayNode names = json.putArray("class_names");
    classNames.forEach(names::add);
    json.put("template", template);
    json.put("clip_fingerprint", clipFingerprint);
    json.put("data_fingerprint", learnedFrom.fingerprint());
    json.put("data_set", learnedFrom.dataSet());
    json.put("training_images", learnedFrom.images().text());
    json.put("version", version);
    if (calibration != null) {
      CalibrationJson.write(calibration, json);
    }
    SealedFile.write(path, parameters.values(), json);
  }

  /**
   * Writes the published form: {@code prompt_learner/model.pth.tar-N}, of some methods in a folder
   * of another name, and the file {@code checkpoint} that names it. The fixed embeddings and
   * encoders that the published code stores beside the learned tensors are left out: its loaders do
   * without them. Beside the epoch, where they are not asked for, stand all settings, which the
   * published code takes from its configuration, and the names of classes and data set. Of
   * CLIP-LoRA it is {@code lora_weights.pt} in that folder.
   *
   * @param folder where that of the method is made
   * @param epoch N, how many epochs it was trained for
   * @return the file
   */
  public Path writePublished(Path folder, int epoch) {
    if (method instanceof ClipLora lora) {
      return LoraFile.write(folder, lora, parameters, told().ofData());
    }
    Path prompts = folder.resolve(PublishedEncoder.folder(method).orElse("prompt_learner"));
    try {
      Files.createDirectories(prompts);
    } catch (IOException e) {
      throw KgCoopException.io(
          prompts + ": cannot be made: " + Messages.reason(e) + "; try another folder", e);
    }
    String name = "model.pth.tar-" + epoch;
    StateDicts.writePrompt(
        prompts.resolve(name),
        PublishedForm.named(method, parameters),
        epoch,
        PublishedForm.beside(method, told()));
    AtomicFile.write(
        prompts.resolve("checkpoint"),
        out -> out.write((name + "\n").getBytes(StandardCharsets.UTF_8)));
    return prompts.resolve(name);
  }

  private PublishedForm.Told told() {
    return new PublishedForm.Told(classNames, template, learnedFrom.dataSet());
  }

  /**
   * Reads {@code NAME.safetensors}.
   *
   * @throws KgCoopException where it is of another kind, of a newer format, or damaged
   */
  public static ClassifierFile read(Path path) {
    return of(path, SealedFile.open(WeightFiles.open(path), WHAT));
  }

  /**
   * Reads the bytes of a {@code NAME.safetensors}.
   *
   * @throws KgCoopException as {@link #read(Path)}
   */
  public static ClassifierFile read(byte[] file) {
    return of(IN_MEMORY, SealedFile.open(Safetensors.read(IN_MEMORY, file), WHAT));
  }

  private static ClassifierFile of(Path path, SealedFile.Content content) {
    ObjectNode json = content.json();
    if (json.path("format").asInt() != FORMAT) {
      throw unknown(path, json, "format " + json.path("format") + ", expected " + FORMAT);
    }
    Method method = method(path, json);
    List<String> names = new ArrayList<>();
    json.path("class_names").forEach(n -> names.add(n.asText()));
    if (names.isEmpty() || names.stream().anyMatch(String::isBlank)) {
      throw unknown(path, json, "its class_names; expected at least one name, and none empty");
    }
    return new ClassifierFile(
        method,
        names,
        json.path("template").asText(),
        json.path("clip_fingerprint").asText(),
        learnedFrom(path, json),
        json.path("version").asText(),
        checked(path, content.tensors()),
        calibration(path, json));
  }

  private static @Nullable Calibration calibration(Path path, ObjectNode json) {
    try {
      return CalibrationJson.read(json);
    } catch (IllegalArgumentException e) {
      throw unknown(path, json, "calibration: " + e.getMessage());
    }
  }

  /**
   * The tensors as methods compute with them: finite float32, and the labels of images, int64.
   *
   * @throws KgCoopException where one is of another type, or has a value that is no finite number
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
    StoredTensor floats = tensor.asFloat32();
    if (!isLabels && !floats.isFinite()) {
      throw KgCoopException.weights(
          "%s: learned tensor '%s' has a value that is no finite number: a training that failed, or"
                  .formatted(path, name)
              + " a damaged file; train again");
    }
    return floats;
  }

  private static TrainingDataRecord learnedFrom(Path path, ObjectNode json) {
    try {
      return new TrainingDataRecord(
          json.path("data_set").asText(),
          json.path("data_fingerprint").asText(),
          new ImageSet(json.path("training_images").asText()));
    } catch (IllegalArgumentException e) {
      throw unknown(path, json, "training_images: " + e.getMessage());
    }
  }

  private static Method method(Path path, ObjectNode json) {
    try {
      return MethodCatalogue.parse(json.path("settings"));
    } catch (KgCoopException e) {
      throw unknown(path, json, String.valueOf(e.getMessage()));
    }
  }

  private static KgCoopException unknown(Path path, ObjectNode json, String what) {
    return KgCoopException.weights(
        "%s: classifier file of kgcoop %s that this version, %s, cannot use: %s"
            .formatted(path, json.path("version").asText("?"), Version.KGCOOP, what));
  }

  /** True for a file of the published form, which may still be refused. */
  public static boolean isPublished(WeightFile file) {
    return PublishedForm.is(file);
  }

  /**
   * Reads like {@link #readAny(Path, List, TaskContext, ClassTokenPosition, Consumer)}, of any data
   * and without warnings.
   */
  public static ClassifierFile readAny(Path path, List<String> classNames) {
    return readAny(path, classNames, TaskContext.ANY, null, line -> {});
  }

  /**
   * Reads either form. The published one says neither its classes nor its settings, unless this
   * program has written it.
   *
   * @param classNames for the published form that does not name them; else those of the file hold
   * @param asked the data that it will be asked about: settings of the published form that the file
   *     does not show, such as hand-crafted texts, are as published for these
   * @param position where the class name stands, for a file of the published form that does not
   *     show it; null where nobody knows, which means the end
   * @param warnings gets a line where the end is only supposed
   * @throws KgCoopException where the file cannot be read, or shows another position
   */
  public static ClassifierFile readAny(
      Path path,
      List<String> classNames,
      TaskContext asked,
      @Nullable ClassTokenPosition position,
      Consumer<String> warnings) {
    WeightFile file = WeightFiles.open(path);
    if (!SealedFile.isSealed(file)) {
      return published(
          path,
          PublishedForm.of(file, !classNames.isEmpty(), asked, position, warnings),
          classNames);
    }
    ClassifierFile read = of(path, SealedFile.open(file, WHAT));
    if (read.method() instanceof PromptMethod method) {
      PublishedForm.checkPosition(path, position, method.context().position());
    }
    return read;
  }

  private static ClassifierFile published(Path path, PublishedForm form, List<String> classNames) {
    PublishedForm.Told told = form.told();
    return new ClassifierFile(
        form.method(),
        told.classNames().isEmpty() ? classNames : told.classNames(),
        told.template(),
        "",
        new TrainingDataRecord(told.dataSet(), "", ImageSet.NONE),
        "published",
        checked(path, form.tensors()));
  }

  /**
   * The method as one that tunes a prompt.
   *
   * @throws KgCoopException of the kind CONFIGURATION where it is none
   */
  PromptMethod prompt() {
    if (method instanceof PromptMethod prompt) {
      return prompt;
    }
    throw KgCoopException.configuration(
        method.title()
            + " has no form of the published prompt learners; expected a file of one that has, such"
            + " as kgcoop");
  }

  /**
   * The class name's place in the texts of a method that has a published form.
   *
   * @throws KgCoopException of the kind CONFIGURATION where it has none
   */
  public ClassTokenPosition classPosition() {
    return PublishedEncoder.folder(method).isPresent()
        ? ClassTokenPosition.END
        : prompt().context().position();
  }

  /** The same parameters under settings that the file does not say, or says otherwise. */
  public ClassifierFile with(Method otherMethod) {
    return new ClassifierFile(
        otherMethod,
        classNames,
        template,
        clipFingerprint,
        learnedFrom,
        version,
        parameters,
        calibration);
  }

  /** The same with a temperature and a rejection threshold, or with neither. */
  public ClassifierFile withCalibration(@Nullable Calibration found) {
    return new ClassifierFile(
        method, classNames, template, clipFingerprint, learnedFrom, version, parameters, found);
  }

  /** The beginning of a fingerprint; a file may hold one that is shorter than any of ours. */
  private static String brief(String fingerprint) {
    return fingerprint.substring(0, Math.min(12, fingerprint.length()));
  }

  /**
   * The same answering for other classes, where the method is not bound to its own. It keeps the
   * temperature. It has no rejection threshold, which depends on the list of classes.
   */
  public ClassifierFile withClassNames(List<String> others) {
    return new ClassifierFile(
        method,
        others,
        template,
        clipFingerprint,
        learnedFrom,
        version,
        parameters,
        calibration == null || others.equals(classNames)
            ? calibration
            : calibration.withoutRejection());
  }

  /**
   * The same as it answers about other data than it has learned from, which have hand-crafted texts
   * of their own; itself about its own data, or where the file does not say which these are.
   */
  public ClassifierFile on(TaskContext asked) {
    String own = learnedFrom.dataSet();
    return own.isEmpty() || own.equals(asked.dataSet())
        ? this
        : with(method.on(PublishedDefaults.BASE_TO_NEW.method(stated(), asked)));
  }

  /**
   * The settings that somebody has stated: those without which the published ones for the data it
   * has learned from would be others.
   */
  private ObjectNode stated() {
    TaskContext own = new TaskContext(learnedFrom.dataSet(), template, 0, 0);
    ObjectNode all = method.toJson();
    ObjectNode stated = all.deepCopy();
    for (Map.Entry<String, JsonNode> setting : all.properties()) {
      ObjectNode fewer = stated.deepCopy();
      fewer.remove(setting.getKey());
      if (!setting.getKey().equals("method")
          && PublishedDefaults.BASE_TO_NEW.method(fewer, own).toJson().equals(all)) {
        stated = fewer;
      }
    }
    return stated;
  }

  /** All that the method has learned. */
  public FittedMethod learned() {
    return new FittedMethod(method, classNames, parameters);
  }

  /**
   * A classifier by these parameters, for the file's classes or others. Its logits are divided by
   * the temperature.
   *
   * @throws KgCoopException where they do not fit the CLIP or the classes
   */
  public Head classifier(Clip clip, List<String> classes) {
    if (!clipFingerprint.isEmpty() && !clipFingerprint.equals(clip.fingerprint())) {
      throw KgCoopException.weights(
          "the classifier was trained with another CLIP (fingerprint "
              + brief(clipFingerprint)
              + ", this one is "
              + brief(clip.fingerprint())
              + "): give the weights that it was trained with");
    }
    Head head = learned().classifier(clip, classes);
    return calibration == null ? head : new CalibratedHead(head, calibration.temperature());
  }
}
