package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.Templates;
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

/**
 * The content of a file of the published code, whichever of the methods has written it.
 *
 * @param method by what the tensors show, the rest as published; in a file of this program, by all
 *     settings, which it writes beside the tensors
 * @param tensors the learned ones
 * @param told what a file of this program says beside them
 */
record PublishedForm(Method method, Map<String, StoredTensor> tensors, Told told) {
  /** The names under which a file of this program has what the published form does not say. */
  private static final String SETTINGS = "settings";

  private static final String CLASS_NAMES = "class_names";
  private static final String DATA_SET = "data_set";
  private static final String TEMPLATE = "template";

  /** The name under which the first versions have said where the class name stands. */
  private static final String POSITION = "class_token_position";

  /**
   * Settings that the published form does not contain.
   *
   * @param classNames that it was trained on; empty where nobody knows
   * @param template the data set's hand-crafted prompt
   * @param dataSet its name; empty where nobody knows
   */
  record Told(List<String> classNames, String template, String dataSet) {
    Told {
      classNames = List.copyOf(classNames);
    }

    private static Told of(WeightFile file) {
      Map<String, String> texts = file.metadata();
      return new Told(
          texts.containsKey(CLASS_NAMES) ? names(file, texts.get(CLASS_NAMES)) : List.of(),
          texts.getOrDefault(TEMPLATE, Templates.DEFAULT),
          texts.getOrDefault(DATA_SET, ""));
    }

    private static List<String> names(WeightFile file, @Nullable String json) {
      try {
        return JSON.readValue(json, new TypeReference<List<String>>() {});
      } catch (JsonProcessingException | IllegalArgumentException e) {
        throw KgCoopException.weights(
            file.path() + ": its '" + CLASS_NAMES + "' are no list of names; leave them out", e);
      }
    }

    /** The same as texts by their names, without the template. */
    Map<String, String> ofData() {
      Map<String, String> texts = new LinkedHashMap<>();
      texts.put(CLASS_NAMES, JSON.valueToTree(classNames).toString());
      texts.put(DATA_SET, dataSet);
      return texts;
    }
  }

  /** Before LASP's names, whose trainer writes the whole model. */
  private static final String LEARNER = "prompt_learner.";

  private static final String CONTEXT = "ctx";
  private static final String CORRECTION = "w"; // of LASP
  private static final String IMAGE_NORM = "image_encoder.transformer.resblocks.0.ln_1.weight";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Refuses another place of the class name than the one that a file is known to have. */
  static void checkPosition(
      Path path, @Nullable ClassTokenPosition stated, ClassTokenPosition shown) {
    if (stated != null && stated != shown) {
      throw KgCoopException.configuration(
          path
              + ": class position "
              + stated.id()
              + ": this file is known to have "
              + shown.id()
              + "; leave the position out");
    }
  }

  /** The class name's place in a file of the published form. */
  private static ClassTokenPosition position(
      WeightFile file, @Nullable ClassTokenPosition stated, Consumer<String> warnings) {
    String written = file.metadata().get(POSITION);
    // The published CoCoOp and KgCoOp, whose files hold this tensor, know no other place.
    boolean isAtEnd = file.tensors().containsKey("meta_net.linear1.weight");
    if (written != null || isAtEnd) {
      ClassTokenPosition shown =
          written == null ? ClassTokenPosition.END : ClassTokenPosition.ofId(written);
      checkPosition(file.path(), stated, shown);
      return shown;
    }
    if (stated != null) {
      return stated;
    }
    warnings.accept(
        file.path()
            + ": the published form does not say where the class name stands; supposed at the end,"
            + " else give --class-position middle or front");
    return ClassTokenPosition.END;
  }

  /**
   * The content of a file.
   *
   * @param named true if somebody says what the classes are, where the file does not
   * @param asked the data that it will be asked about
   * @param stated the class name's place, for a file that does not show it, or null
   * @param warnings gets a line where something is only supposed
   * @throws KgCoopException where it is of no form that is known, or shows another place
   */
  static PublishedForm of(
      WeightFile file,
      boolean named,
      TaskContext asked,
      @Nullable ClassTokenPosition stated,
      Consumer<String> warnings) {
    if (!is(file)) {
      throw KgCoopException.weights(
          file.path()
              + ": not a classifier file: no tensor 'ctx' among its "
              + file.tensors().size());
    }
    Told told = Told.of(file);
    if (!named && told.classNames().isEmpty()) {
      throw KgCoopException.configuration(
          file.path() + ": the published form does not name its classes: give them with --classes");
    }
    if (LoraFile.is(file)) {
      return new PublishedForm(LoraFile.method(file), file.tensors(), told);
    }
    Optional<Method> written = written(file);
    StoredTensor ctx = file.tensors().get(CONTEXT);
    if (ctx == null) { // a whole model
      checkPosition(file.path(), stated, ClassTokenPosition.END);
      boolean isLasp = isLasp(file);
      Map<String, StoredTensor> learned =
          isLasp ? lasp(file, warnings) : PublishedEncoder.learned(file);
      return new PublishedForm(
          written.orElseGet(
              () ->
                  published(
                      file,
                      isLasp
                          ? laspSettings(file)
                          : PublishedEncoder.settings(file, learned, warnings),
                      asked)),
          learned,
          told);
    }
    if (written.isPresent()) {
      if (written.get() instanceof PromptMethod method) {
        checkPosition(file.path(), stated, method.context().position());
      }
      return new PublishedForm(written.get(), file.tensors(), told);
    }
    long[] shape = shape(file, ctx);
    boolean classSpecific = shape.length == 3;
    ContextSettings context =
        new ContextSettings(
            (int) shape[shape.length - 2], "", position(file, stated, warnings), classSpecific);
    return new PublishedForm(
        publishedMethod(file, context, shape[shape.length - 1], asked), file.tensors(), told);
  }

  /** A method of those settings, the others as published for the data that are asked about. */
  private static Method published(WeightFile file, ObjectNode shown, TaskContext asked) {
    try {
      return PublishedDefaults.BASE_TO_NEW.method(shown, asked);
    } catch (KgCoopException e) {
      throw KgCoopException.weights(file.path() + ": " + e.getMessage(), e);
    }
  }

  /** True for a file of a form that is known. */
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
    for (String name : List.of(CONTEXT, CORRECTION)) {
      learned.put(name, file.tensor(LEARNER + name));
    }
    if (file.tensors().containsKey(IMAGE_NORM)) {
      warnings.accept(
          file.path()
              + ": LASP's published training changes the norms of the image encoder too, which are"
              + " not read: images are seen as the CLIP sees them");
    }
    return learned;
  }

  private static ObjectNode laspSettings(WeightFile file) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("method", Lasp.ID)
        .put("context_tokens", shape(file, file.tensor(LEARNER + CONTEXT))[0]);
  }

  /** The method of a file of this program. */
  private static Optional<Method> written(WeightFile file) {
    String settings = file.metadata().get(SETTINGS);
    try {
      return settings == null
          ? Optional.empty()
          : Optional.of(MethodCatalogue.parse(file.path(), JSON.readTree(settings)));
    } catch (JsonProcessingException e) {
      throw KgCoopException.weights(
          file.path() + ": its '" + SETTINGS + "' are no settings of a method; leave them out", e);
    }
  }

  /** The texts beside the tensors of a file of this program. */
  static Map<String, String> beside(Method method, Told told) {
    Map<String, String> beside = new LinkedHashMap<>();
    beside.put(SETTINGS, method.toJson().toString());
    beside.put(TEMPLATE, told.template());
    beside.putAll(told.ofData());
    return beside;
  }

  /** The shape of learned vectors. */
  private static long[] shape(WeightFile file, StoredTensor ctx) {
    long[] shape = ctx.shape();
    if (shape.length < 2 || shape.length > 3 || ctx.elements() == 0) {
      throw KgCoopException.weights(
          file.path()
              + ": 'ctx' has shape "
              + Arrays.toString(shape)
              + "; expected (vectors, width) or (classes, vectors, width)");
    }
    return shape;
  }

  /** The learned tensors by the names that the loader of their trainer asks for. */
  static Map<String, StoredTensor> named(Method method, Map<String, StoredTensor> parameters) {
    String before = method.id().equals(Lasp.ID) ? LEARNER : "";
    Map<String, StoredTensor> named = new LinkedHashMap<>();
    parameters.forEach((name, tensor) -> named.put(before + name, tensor));
    return named;
  }

  /**
   * The method of a file of the published form, which does not name it. A KgCoOp file holds a
   * linear1 that it never used; only CoCoOp and TCP have both layers, TCP's net is four times as
   * wide. Settings of TCP and LASP that the file does not show are as published.
   *
   * @param width of the text encoder
   */
  private static Method publishedMethod(
      WeightFile file, ContextSettings context, long width, TaskContext asked) {
    StoredTensor first = file.tensors().get("meta_net.linear1.weight"); // (hidden, E)
    StoredTensor second = file.tensors().get("meta_net.linear2.weight"); // (out, hidden)
    ObjectNode settings =
        JsonNodeFactory.instance.objectNode().put("context_tokens", context.tokens());
    if (second == null) {
      return file.tensors().containsKey(CORRECTION) && !context.classSpecific()
          ? published(file, settings.put("method", Lasp.ID), asked)
          : new CoOp(context);
    }
    boolean wide =
        first != null
            && first.shape().length == 2
            && first.shape()[0] == Tcp.hidden((int) first.shape()[1]);
    if (!wide || second.shape().length != 2 || context.classSpecific()) {
      return new CoCoOp(context);
    }
    settings.put("method", Tcp.ID).put("class_tokens", second.shape()[0] / width);
    return published(file, settings, asked);
  }
}
