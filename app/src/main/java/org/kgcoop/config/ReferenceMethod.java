package org.kgcoop.config;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.method.Clap;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Lasp;
import org.kgcoop.method.Method;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.TipAdapter;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.encoder.PromptSrc;
import org.kgcoop.settings.Declaration;

/** Translates the method of a published configuration, and its context vectors. */
final class ReferenceMethod {
  /** The published trainers and their names here. */
  private static final Map<String, String> TRAINERS = trainers();

  private static final String COOP = "TRAINER\\.(CO)?COOP\\..+";
  private static final String MEAN = "TRAINER.PROMPTSRC.GPA_MEAN";
  private static final String DEVIATION = "TRAINER.PROMPTSRC.GPA_STD";

  /** The published maximum number of prompt tokens that start from words inside the encoders. */
  private static final int MOST_WITH_WORDS = 4;

  /** The keys of that number, and the settings of the words. */
  private static final Map<String, String> BEGUN =
      Map.of(
          "TRAINER.MAPLE.N_CTX", "maple.words",
          "TRAINER.IVLP.N_CTX_TEXT", "ivlp.words",
          "TRAINER.PROMPTSRC.N_CTX_TEXT", "promptsrc.words");

  private final ReferenceValues in;
  private final OptionValues out;
  private final List<String> ignored;

  /**
   * @param ignored receives the keys without a meaning for the method
   */
  ReferenceMethod(ReferenceValues in, OptionValues out, List<String> ignored) {
    this.in = in;
    this.out = out;
    this.ignored = ignored;
  }

  /**
   * Adds the method and its settings to the translation.
   *
   * @param asked the methods of the command line; empty if it names none
   */
  void translate(List<String> asked) {
    String method = asked.size() == 1 ? asked.get(0) : trainer(asked.isEmpty());
    settings(method);
    if (method == null) {
      context("TRAINER.COOP.", "", null);
      context("TRAINER.COCOOP.", "cocoop.", CoCoOp.ID);
      setting("TRAINER.COOP.W", "kgcoop.weight");
    } else if (method.equals(CoCoOp.ID)) {
      context("TRAINER.COCOOP.", "", method);
      ignoreAll("TRAINER.COOP.");
    } else if (method.equals(ZeroShot.ID) || hasOwnKeys(method)) {
      ignoreAll("TRAINER.COOP.");
      ignoreAll("TRAINER.COCOOP.");
    } else if (method.equals(Tcp.ID)) { // reads only N_CTX
      setting("TRAINER.COOP.N_CTX", "context_tokens");
      ignoreAll("TRAINER.COOP.C");
      ignoreAll("TRAINER.COOP.W");
      ignoreAll("TRAINER.COCOOP.");
    } else {
      context("TRAINER.COOP.", "", method);
      ignoreAll("TRAINER.COCOOP.");
      if (method.equals(KgCoOp.ID)) {
        setting("TRAINER.COOP.W", "weight");
      } else {
        ignoreAll("TRAINER.COOP.W");
      }
    }
    if (method != null && !method.equals(ProGrad.ID)) {
      ignoreAll("LOSS.");
    }
  }

  private static Map<String, String> trainers() {
    Map<String, String> trainers = new TreeMap<>();
    for (Declaration<Method> method : MethodRegistry.all()) {
      trainers.put(method.about().trainer(), method.id());
    }
    trainers.remove(""); // methods without a trainer
    return trainers;
  }

  /**
   * Returns the trained method, or null if it is ambiguous.
   *
   * @param open true if keys that belong to one method may decide
   */
  private @Nullable String trainer(boolean open) {
    if (in.has("TRAINER.NAME") && !in.text("TRAINER.NAME").isEmpty()) {
      String id = TRAINERS.get(in.text("TRAINER.NAME"));
      if (id == null) {
        in.error(
            "TRAINER.NAME "
                + in.text("TRAINER.NAME")
                + ": expected one of "
                + String.join(", ", TRAINERS.keySet()));
      } else {
        out.put("method", id);
      }
      return id;
    }
    if (in.has("LOSS.NAME") && in.text("LOSS.NAME").equals("prograd")) {
      out.put("method", ProGrad.ID);
      return ProGrad.ID;
    }
    if (!open) {
      return null;
    }
    Set<String> stated = new HashSet<>();
    ReferenceKeys.SETTINGS.forEach(
        (key, settings) -> {
          if (in.has(key) && isOwn(key)) {
            stated.add(owner(settings.get(settings.size() - 1)));
          }
        });
    if (stated.size() != 1 || in.keys().stream().anyMatch(key -> key.matches(COOP))) {
      return null;
    }
    String only = stated.iterator().next();
    out.put("method", only);
    return only;
  }

  private static String owner(String setting) {
    return setting.substring(0, setting.indexOf('.'));
  }

  /** Returns true if a method has its own keys, and not CoOp's. */
  private static boolean hasOwnKeys(String method) {
    return ReferenceKeys.SETTINGS.entrySet().stream()
        .filter(entry -> isOwn(entry.getKey()))
        .flatMap(entry -> entry.getValue().stream())
        .anyMatch(setting -> owner(setting).equals(method));
  }

  /** Returns false for keys of the trainers in CoOp's code, and of losses. */
  private static boolean isOwn(String key) {
    return !key.matches("LOSS\\..+|" + COOP);
  }

  /**
   * Translates the settings of methods with their own keys.
   *
   * @param method null if it is ambiguous
   */
  private void settings(@Nullable String method) {
    ReferenceKeys.SETTINGS.forEach(
        (key, settings) -> {
          if (!in.has(key) || key.matches(COOP)) {
            return;
          }
          List<String> own =
              settings.stream()
                  .filter(setting -> method == null || owner(setting).equals(method))
                  .toList();
          own.forEach(setting -> setting(key, setting));
          if (own.isEmpty()) {
            ignored.add(key);
          }
        });
    BEGUN.forEach(
        (tokens, words) -> {
          if (in.has(tokens) && in.number(tokens) > MOST_WITH_WORDS) {
            out.settings().computeIfPresent(words, (same, begun) -> "");
          }
        });
    if (isFor(method, Lasp.ID)) {
      lasp();
    }
    if (isFor(method, PromptSrc.ID) && (in.has(MEAN) || in.has(DEVIATION))) {
      String mean = in.has(MEAN) ? in.text(MEAN) : "15";
      String deviation = in.has(DEVIATION) ? in.text(DEVIATION) : "1";
      out.put("keep", "gauss:" + mean + "," + deviation);
    }
    if (isFor(method, Clap.ID)) {
      expect("TRAINER.ADAPTER.INIT", "ZS", "; other values are separate methods, such as taskres");
    }
    if (TipAdapter.ID.equals(method)) { // no training
      for (String key : List.of("lr", "train_epoch")) {
        if (in.has(key)) {
          ignored.add(key);
          out.options().keySet().remove(ReferenceKeys.PLAIN.get(key));
        }
      }
    }
  }

  private static boolean isFor(@Nullable String method, String id) {
    return method == null || method.equals(id);
  }

  private void lasp() {
    expect("TRAINER.LASP.ENABLE", "true", ": without the text loss, set its weight to 0");
    expect("TRAINER.LASP.ENABLE_CORRECTION", "true", ", as published");
    String words = in.text("TRAINER.LASP.CTX_INIT");
    if (!words.isEmpty()) {
      start("lasp.", words);
    }
  }

  private void expect(String key, String value, String rest) {
    if (in.has(key) && !in.text(key).equalsIgnoreCase(value)) {
      in.error(key + " " + in.text(key) + ": expected " + value + rest);
    }
  }

  private void ignoreAll(String prefix) {
    in.keys().stream()
        .filter(key -> key.startsWith(prefix) && !ignored.contains(key))
        .forEach(ignored::add);
  }

  /**
   * Translates the context vectors.
   *
   * @param prefix of the settings
   * @param method null if it is ambiguous
   */
  private void context(String section, String prefix, @Nullable String method) {
    String init = section + "CTX_INIT";
    boolean begun = in.has(init) && !isEmpty(in.text(init));
    if (begun
        && in.is(
            section + "CSC")) { // in the published code, contexts that start from words are shared
      ignored.add(section + "CSC with CTX_INIT");
    } else {
      setting(section + "CSC", prefix + "class_specific");
    }
    String position = section + "CLASS_TOKEN_POSITION";
    setting(position, prefix + "class_position");
    if (in.has(position) && !in.text(position).equals("end")) {
      if (method == null || method.equals(KgCoOp.ID)) { // always at the end in its code
        ignored.add(position + " of KgCoOp");
        out.settings().put("kgcoop.class_position", "end");
      }
    }
    if (!in.has(init)) {
      setting(section + "N_CTX", prefix + "context_tokens");
      return;
    }
    String words = in.text(init);
    boolean flag = ReferenceValues.isTrue(words);
    if (!begun) {
      out.settings().put(prefix + "words", "");
      out.settings()
          .put(
              prefix + "context_tokens",
              in.has(section + "N_CTX")
                  ? in.text(section + "N_CTX")
                  : "16"); // the published default
    } else if (KgCoOp.ID.equals(method)) { // any value is a flag in its code
      start(prefix, "a photo of a");
    } else if (!flag) {
      start(prefix, words);
    } else if (ProGrad.ID.equals(method)) {
      // ProGrad's default: the words of the template before the class name.
      setting(section + "N_CTX", prefix + "context_tokens");
    } else if (method == null) {
      if (in.has(section + "N_CTX") && in.number(section + "N_CTX") != 16) {
        in.error(
            init
                + " True: expected "
                + section
                + "N_CTX 16; otherwise state the words: --set words=\"a photo of a\"");
      }
    } else {
      in.error(
          init
              + " True: for "
              + method
              + " expected the words themselves, such as \"a photo of a\"");
    }
  }

  private static boolean isEmpty(String words) {
    return words.isEmpty() || words.equalsIgnoreCase("false");
  }

  /** Starts one context vector per word. The published code does the same and ignores N_CTX. */
  private void start(String prefix, String words) {
    out.settings().put(prefix + "words", words);
    out.settings()
        .put(prefix + "context_tokens", String.valueOf(words.strip().split("\\s+").length));
  }

  private void setting(String key, String setting) {
    if (in.has(key)) {
      String text = in.listed(key);
      boolean logical = text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
      out.settings().put(setting, logical ? text.toLowerCase(Locale.ROOT) : text);
    }
  }
}
