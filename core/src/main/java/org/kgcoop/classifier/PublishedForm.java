package org.kgcoop.classifier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.Templates;
import org.kgcoop.data.UnicodeText;
import org.kgcoop.files.Json;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Lasp;
import org.kgcoop.method.Method;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.Tcp;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;

/**
 * Content of a file of the published code, for any of its methods.
 *
 * @param method the method that the tensors determine, with published values for all other
 *     settings; for a file that kgcoop wrote, the method with the settings in the file
 * @param classNames the names of the learned classes
 * @param tensors the learned tensors
 * @param template the data set's hand-crafted prompt
 * @param dataSet the name of the data set; empty if unknown
 */
record PublishedForm(
    Method method,
    List<String> classNames,
    Map<String, StoredTensor> tensors,
    String template,
    String dataSet) {
  /** Names of the entries that only kgcoop writes. */
  private static final String SETTINGS = "settings";

  private static final String CLASS_NAMES = "class_names";
  private static final String DATA_SET = "data_set";
  private static final String TEMPLATE = "template";

  /** Prefix of LASP's tensor names, because its trainer writes the entire model. */
  private static final String LEARNER = "prompt_learner.";

  private static final String TOKENS = "context_tokens";
  private static final String CONTEXT = "ctx";
  private static final String CORRECTION = "w"; // a tensor of LASP
  private static final String IMAGE_NORM = "image_encoder.transformer.resblocks.0.ln_1.weight";

  /** Returns what the published form does not contain, as additional texts by name. */
  Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put(SETTINGS, method.settingValues().toJson().toString());
    texts.put(TEMPLATE, template);
    texts.put(CLASS_NAMES, Json.STRICT.valueToTree(classNames).toString());
    texts.put(DATA_SET, dataSet);
    return texts;
  }

  /** Checks that texts of a file are Unicode texts. */
  static void checkTexts(Path path, List<String> names, String template) {
    try {
      UnicodeText.checkNames(names);
      UnicodeText.check("template", template);
    } catch (KgCoopException e) {
      throw KgCoopException.weights(path + ": " + e.getMessage(), e);
    }
  }

  /** Returns the class names of a file that kgcoop wrote; empty for other files. */
  private static List<String> names(WeightFile file) {
    try {
      return Json.STRICT.readValue(
          file.metadata().getOrDefault(CLASS_NAMES, "[]"), new TypeReference<List<String>>() {});
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw KgCoopException.weights(
          file.path() + ": its '" + CLASS_NAMES + "' are no list of names; leave them out", e);
    }
  }

  /** Checks that a given position of the class name does not contradict the file. */
  static void checkPosition(
      Path path, @Nullable ClassTokenPosition requested, ClassTokenPosition shown) {
    if (requested != null && requested != shown) {
      throw KgCoopException.configuration(
          "%s: class position %s: this file is known to have %s; leave the position out"
              .formatted(path, requested.id(), shown.id()));
    }
  }

  /** Returns the position of the class name in a file of the published form. */
  private static ClassTokenPosition position(
      WeightFile file, @Nullable ClassTokenPosition requested, Consumer<String> warnings) {
    // The published CoCoOp and KgCoOp write this tensor and support no other position.
    if (file.tensors().containsKey("meta_net.linear1.weight")) {
      checkPosition(file.path(), requested, ClassTokenPosition.END);
      return ClassTokenPosition.END;
    }
    if (requested != null) {
      return requested;
    }
    warnings.accept(
        file.path()
            + ": the published form does not say where the class name stands; supposed at the end,"
            + " else give --class-position middle or front");
    return ClassTokenPosition.END;
  }

  /**
   * Reads a file.
   *
   * @param classNames the class names for a file that does not contain them
   * @param task the data set to classify
   * @param requested the position of the class name, for a file that does not determine it, or null
   * @param warnings receives a warning about every assumption
   * @throws KgCoopException if the form of the file is unknown, or if it determines another
   *     position
   */
  static PublishedForm read(
      WeightFile file,
      List<String> classNames,
      TaskContext task,
      @Nullable ClassTokenPosition requested,
      Consumer<String> warnings) {
    if (!is(file)) {
      throw KgCoopException.weights(
          "%s: not a classifier file: no tensor 'ctx' among its %s"
              .formatted(file.path(), file.tensors().size()));
    }
    List<String> written = names(file);
    if (classNames.isEmpty() && written.isEmpty()) {
      throw KgCoopException.configuration(
          file.path() + ": the published form does not name its classes: give them with --classes");
    }
    Map<String, StoredTensor> tensors = file.tensors();
    if (!tensors.containsKey(CONTEXT) && !LoraFile.is(file)) { // an entire model
      tensors = isLasp(file) ? lasp(file, warnings) : PublishedEncoder.learned(file);
    }
    Method method = method(file, tensors, task, requested, warnings);
    String template = file.metadata().getOrDefault(TEMPLATE, Templates.DEFAULT);
    checkTexts(file.path(), written, template);
    return new PublishedForm(
        method,
        written.isEmpty() ? classNames : written,
        tensors,
        template,
        file.metadata().getOrDefault(DATA_SET, ""));
  }

  private static Method method(
      WeightFile file,
      Map<String, StoredTensor> learned,
      TaskContext task,
      @Nullable ClassTokenPosition requested,
      Consumer<String> warnings) {
    if (LoraFile.is(file)) {
      return LoraFile.method(file);
    }
    StoredTensor ctx = file.tensors().get(CONTEXT);
    if (ctx == null) {
      checkPosition(file.path(), requested, ClassTokenPosition.END);
      SettingValues settings =
          isLasp(file)
              ? SettingValues.of(Declaration.METHOD, Lasp.ID)
                  .with(TOKENS, shape(file, file.tensor(LEARNER + CONTEXT))[0])
              : PublishedEncoder.settings(file, learned, warnings);
      return published(file, settings, task);
    }
    if (file.metadata().containsKey(SETTINGS)) {
      Method own = writtenMethod(file);
      if (own instanceof PromptMethod method) {
        checkPosition(file.path(), requested, method.context().position());
      }
      return own;
    }
    long[] shape = shape(file, ctx);
    ContextSettings context =
        new ContextSettings(
            (int) shape[shape.length - 2],
            "",
            position(file, requested, warnings),
            shape.length == 3);
    return publishedMethod(file, context, shape[shape.length - 1], task);
  }

  /**
   * Returns a method with the given settings, and with published values of all others for the data
   * set to classify.
   */
  private static Method published(WeightFile file, SettingValues inferred, TaskContext task) {
    try {
      return PublishedDefaults.BASE_TO_NEW.method(inferred, task);
    } catch (KgCoopException e) {
      throw KgCoopException.weights(file.path() + ": " + e.getMessage(), e);
    }
  }

  /** Returns true for a file of a known form. */
  static boolean is(WeightFile file) {
    return file.tensors().containsKey(CONTEXT)
        || isLasp(file)
        || PublishedEncoder.is(file)
        || LoraFile.is(file);
  }

  private static boolean isLasp(WeightFile file) {
    return file.tensors().containsKey(LEARNER + CORRECTION);
  }

  private static Map<String, StoredTensor> lasp(WeightFile file, Consumer<String> warnings) {
    Map<String, StoredTensor> learned = new LinkedHashMap<>();
    List.of(CONTEXT, CORRECTION).forEach(name -> learned.put(name, file.tensor(LEARNER + name)));
    if (file.tensors().containsKey(IMAGE_NORM)) {
      warnings.accept(
          file.path()
              + ": LASP's published training changes the norms of the image encoder too, which are"
              + " not read: images are seen as the CLIP sees them");
    }
    return learned;
  }

  /** Returns the method of a file that kgcoop wrote. */
  private static Method writtenMethod(WeightFile file) {
    try {
      return MethodRegistry.parse(
          file.path(),
          SettingValues.fromJson(Json.LENIENT.readTree(file.metadata().get(SETTINGS))));
    } catch (JsonProcessingException e) {
      throw KgCoopException.weights(
          file.path() + ": its '" + SETTINGS + "' are no settings of a method; leave them out", e);
    }
  }

  /** Returns the shape of the context vectors. */
  private static long[] shape(WeightFile file, StoredTensor ctx) {
    long[] shape = ctx.shape();
    if (shape.length < 2 || shape.length > 3 || ctx.elements() == 0) {
      throw KgCoopException.weights(
          "%s: 'ctx' has shape %s; expected (vectors, width) or (classes, vectors, width)"
              .formatted(file.path(), Arrays.toString(shape)));
    }
    return shape;
  }

  /**
   * Infers the method of a file of the published form, which does not contain its name. A KgCoOp
   * file contains an unused linear1. Only CoCoOp and TCP have both layers, and the hidden layer of
   * TCP is four times as wide. Settings of TCP and LASP that the file does not determine have their
   * published values.
   *
   * @param width the width of the text encoder
   */
  private static Method publishedMethod(
      WeightFile file, ContextSettings context, long width, TaskContext task) {
    StoredTensor first = file.tensors().get("meta_net.linear1.weight"); // (hidden, E)
    StoredTensor second = file.tensors().get("meta_net.linear2.weight"); // (out, hidden)
    SettingValues tokens = SettingValues.of(TOKENS, context.tokens());
    if (second == null) {
      return file.tensors().containsKey(CORRECTION) && !context.classSpecific()
          ? published(file, tokens.with(Declaration.METHOD, Lasp.ID), task)
          : new CoOp(context);
    }
    boolean wide =
        first != null
            && first.shape().length == 2
            && first.shape()[0] == Tcp.hidden((int) first.shape()[1]);
    if (!wide || second.shape().length != 2 || context.classSpecific()) {
      return new CoCoOp(context);
    }
    return published(
        file,
        tokens.with(Declaration.METHOD, Tcp.ID).with("class_tokens", second.shape()[0] / width),
        task);
  }
}
