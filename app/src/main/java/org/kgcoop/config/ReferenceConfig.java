package org.kgcoop.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.image.view.RandomResizedCrop;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.method.Clap;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Lasp;
import org.kgcoop.method.Method;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.encoder.Mmrl;
import org.kgcoop.method.encoder.PromptSrc;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingType;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.train.TrainingDeclaration;

/**
 * Translates the keys of the published code of one method, such as {@code OPTIM.LR}, to options:
 * those of Dassl.pytorch, of the methods, and of Tip-Adapter. A missing key keeps the default of
 * the option, not Dassl's.
 */
public final class ReferenceConfig {
  private static final String TRAINER = "TRAINER.NAME";
  private static final String WARMUP_EPOCHS = "OPTIM.WARMUP_EPOCH";
  private static final String CROP_SCALE = "INPUT.RRCROP_SCALE";

  /** The transforms of all published configurations. */
  private static final List<String> TRANSFORMS = List.of(RandomResizedCrop.NAME, ViewRecipe.FLIP);

  /** The published maximum number of prompt tokens that start from words inside the encoders. */
  private static final int MAX_TOKENS_WITH_WORDS = 4;

  private static final int MAX_LISTED = 20; // unknown keys in a message

  private final ReferenceValues in;
  private final Map<String, String> options = new LinkedHashMap<>();
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final Declaration<Method> method;

  /**
   * A translated configuration.
   *
   * @param options the values of options, by their name without dashes
   * @param settings the settings of the training by {@code KEY}, and of the method by {@code
   *     METHOD.KEY}
   * @param ignored the keys without a meaning here
   */
  public record Translation(
      Map<String, String> options, Map<String, String> settings, List<String> ignored) {

    /** Returns the ignored keys by the reason why they are ignored. */
    public Map<String, List<String>> ignoredByReason() {
      Map<String, List<String>> reasons = new LinkedHashMap<>();
      ignored.forEach(
          key ->
              reasons
                  .computeIfAbsent(ReferenceKeys.whyIgnored(key), reason -> new ArrayList<>())
                  .add(key));
      return reasons;
    }
  }

  private ReferenceConfig(ReferenceValues in, String method) {
    this.in = in;
    this.method = MethodRegistry.of(method);
  }

  /**
   * Translates files. Later ones are stronger.
   *
   * @param requested the method of the command line, or null if the files name it by {@code
   *     TRAINER.NAME}
   * @throws KgCoopException that lists all keys that are unknown or unsupported
   */
  public static Translation translate(List<ConfigFile> files, @Nullable String requested) {
    Map<String, JsonNode> values = new LinkedHashMap<>();
    files.forEach(file -> values.putAll(file.flat()));
    ReferenceValues in = new ReferenceValues(values);
    String method = requested == null ? trainer(in, files) : requested;
    checkKeys(in);
    if (method == null) {
      in.throwErrors();
      throw new IllegalStateException("no method and no error");
    }
    ReferenceConfig config = new ReferenceConfig(in, method);
    config.translate();
    in.throwErrors();
    config.options.put("method", method);
    List<String> ignored = new ArrayList<>(in.unread());
    ignored.remove(TRAINER);
    return new Translation(config.options, config.settings, ignored);
  }

  /**
   * Returns the option for a key of the published code, which its scripts pass on the command line,
   * such as {@code --set lr=VALUE} for {@code OPTIM.LR}; empty for other words.
   */
  public static String optionFor(String word) {
    if (!word.matches("[A-Z][A-Za-z0-9_]*(\\.[A-Z][A-Za-z0-9_]*)+")) {
      return "";
    }
    String option = ReferenceKeys.OPTIONS.get(word);
    return option != null
        ? "--" + option
        : "--set "
            + Stream.concat(
                    TrainingDeclaration.all().stream(),
                    MethodRegistry.all().stream().flatMap(method -> method.settings().stream()))
                .filter(setting -> setting.published().contains(word))
                .map(Setting::key)
                .findFirst()
                .orElse("KEY")
            + "=VALUE";
  }

  /** Returns the method of the trainer, or null after adding an error. */
  private static @Nullable String trainer(ReferenceValues in, List<ConfigFile> files) {
    String name = in.text(TRAINER);
    String id = ReferenceKeys.TRAINERS.get(name);
    if (name.isEmpty()) {
      in.error(
          files.get(0).name()
              + ": a published file without TRAINER.NAME; add it, or name one method on the command"
              + " line");
    } else if (id == null) {
      in.error(
          "%s %s: expected one of %s"
              .formatted(
                  TRAINER,
                  name,
                  String.join(", ", new TreeSet<>(ReferenceKeys.TRAINERS.keySet()))));
    }
    return id;
  }

  private static void checkKeys(ReferenceValues in) {
    List<String> unknown =
        in.keys().stream()
            .filter(key -> !ReferenceKeys.ALL.contains(key))
            .filter(key -> !key.matches("TRAINER\\..+\\..+") || ReferenceKeys.isOfKnownTrainer(key))
            .toList();
    unknown.stream()
        .limit(MAX_LISTED)
        .forEach(key -> in.error("unknown key " + key + Nearest.hint(key, ReferenceKeys.ALL)));
    if (unknown.size() > MAX_LISTED) {
      in.error((unknown.size() - MAX_LISTED) + " more unknown keys");
    }
  }

  private void translate() {
    ReferenceKeys.OPTIONS.forEach(
        (key, option) -> {
          if (in.has(key) && !in.text(key).isEmpty()) {
            options.put(option, in.text(key));
          }
        });
    for (Setting<?> setting : method.settings()) {
      setting.published().stream()
          .filter(in::has)
          .filter(key -> !isOfDataSet(key))
          .forEach(key -> set(setting.key(), key));
    }
    method
        .withDefaults()
        .trained()
        .ifPresent(
            trained -> {
              training(new SettingValues(trained.defaults().settings()));
              transforms();
            });
    switch (method.id()) {
      case CoOp.ID, KgCoOp.ID, ProGrad.ID -> context("TRAINER.COOP.");
      case CoCoOp.ID -> context("TRAINER.COCOOP.");
      case Tcp.ID -> set("context_tokens", "TRAINER.COOP.N_CTX");
      case Lasp.ID -> {
        expect("TRAINER.LASP.ENABLE", "true", ": without the text loss, set its weight to 0");
        expect("TRAINER.LASP.ENABLE_CORRECTION", "true", ", as published");
        if (!in.text("TRAINER.LASP.CTX_INIT").isEmpty()) {
          startFrom(in.text("TRAINER.LASP.CTX_INIT"));
        }
      }
      case Clap.ID ->
          expect(
              "TRAINER.ADAPTER.INIT", "ZS", "; other values are separate methods, such as taskres");
      default -> dropWords();
    }
  }

  /**
   * Returns true for a key of files that the code of the method overrides, unless they name a
   * custom data set.
   */
  private boolean isOfDataSet(String key) {
    return method.id().equals(Mmrl.ID)
        && ReferenceKeys.BY_DATA_SET.contains(key)
        && (!in.has("DATASET.NAME") || PublishedDataSets.find(in.text("DATASET.NAME")).isPresent());
  }

  /** Translates the training settings. Those that other settings leave unused stay unread. */
  private void training(SettingValues defaults) {
    if (ReferenceValues.isTrue(in.text("OPTIM.SGD_NESTEROV"))
        || (in.has("OPTIM.SGD_DAMPNING") && in.number("OPTIM.SGD_DAMPNING") != 0)) {
      in.error("OPTIM.SGD_NESTEROV, OPTIM.SGD_DAMPNING: expected none, as published");
    }
    SettingValues all = defaults;
    if (in.has(WARMUP_EPOCHS) && in.number(WARMUP_EPOCHS) <= 0) {
      settings.put("warmup", "none");
      all = all.with("warmup", "none");
    }
    for (Map.Entry<String, String> each : ReferenceKeys.TRAINING.entrySet()) {
      String setting = each.getValue();
      if (in.has(each.getKey())
          && !settings.containsKey(setting)
          && !isOfCode(each.getKey())
          && TrainingDeclaration.isUsed(setting, all)) {
        all = all.with(setting, training(setting, word(in.text(each.getKey())), each.getKey()));
      }
    }
    String rate =
        all.text("warmup").equals("linear") ? "OPTIM.WARMUP_MIN_LR" : "OPTIM.WARMUP_CONS_LR";
    if (in.has(rate) && TrainingDeclaration.isUsed("warmup_lr", all)) {
      training("warmup_lr", in.text(rate), rate);
    }
    expect("OPTIM.LR_SCHEDULER", "cosine", ", as published");
  }

  /** Returns true for a key that the code of the method overrides. */
  private boolean isOfCode(String key) {
    return switch (key) {
      // After all files, TCP's train.py sets 25 epochs for two data sets.
      case "OPTIM.MAX_EPOCH" -> method.id().equals(Tcp.ID) && in.is(key, "50");
      case "TEST.FINAL_MODEL" -> method.id().equals(PromptSrc.ID); // averages always
      case "TRAIN.CHECKPOINT_FREQ" -> in.is(key, "0");
      default -> false;
    };
  }

  /** Adds a training setting, and returns its value. */
  private Object training(String setting, String text, String key) {
    SettingType<?> type = TrainingDeclaration.setting(setting).type();
    Object value = type.fromText(text);
    if (type.reader().apply(value).isEmpty()) {
      in.error("%s %s: expected %s".formatted(key, text, type.expected()));
    }
    settings.put(setting, text);
    return value;
  }

  /** Translates the transforms, with the numbers of the crop if they are given. */
  private void transforms() {
    if (!in.has("INPUT.TRANSFORMS") && !in.has(CROP_SCALE)) {
      return;
    }
    List<String> names = new ArrayList<>(TRANSFORMS);
    if (in.has("INPUT.TRANSFORMS")) {
      names = new ArrayList<>(in.parts("INPUT.TRANSFORMS", "\\w+"));
      names.remove("normalize"); // images are normalized always
      List<String> others = names.stream().filter(name -> !TRANSFORMS.contains(name)).toList();
      if (!others.isEmpty()) {
        in.error(
            "INPUT.TRANSFORMS %s: expected %s, as published"
                .formatted(String.join(", ", others), String.join(", ", TRANSFORMS)));
      }
    }
    String numbers =
        in.has(CROP_SCALE) ? "(" + String.join(",", in.parts(CROP_SCALE, "[\\d.eE+-]+")) + ")" : "";
    String transforms =
        names.stream()
            .map(name -> name.equals(RandomResizedCrop.NAME) ? name + numbers : name)
            .collect(Collectors.joining(","));
    settings.put("transforms", transforms.isEmpty() ? ViewRecipe.NO_CHANGE : transforms);
  }

  private void expect(String key, String value, String rest) {
    if (in.has(key) && !in.text(key).equalsIgnoreCase(value)) {
      in.error(key + " " + in.text(key) + ": expected " + value + rest);
    }
  }

  /** Translates the context vectors of CoOp's code. */
  private void context(String section) {
    String words = in.text(section + "CTX_INIT");
    boolean isFlag = ReferenceValues.isTrue(words);
    boolean begins = !words.isEmpty() && !words.equalsIgnoreCase("false");
    if (!begins) {
      set("class_specific", section + "CSC"); // contexts that start from words are shared
    }
    if (!method.id().equals(KgCoOp.ID)) { // its code has the class name always at the end
      set("class_position", section + "CLASS_TOKEN_POSITION");
    }
    if (!in.has(section + "CTX_INIT") || (isFlag && method.id().equals(ProGrad.ID))) {
      set("context_tokens", section + "N_CTX"); // ProGrad starts from the template's words
    } else if (!begins) {
      setting("words", "");
      String tokens = section + "N_CTX";
      setting("context_tokens", in.has(tokens) ? in.text(tokens) : "16"); // the published default
    } else if (method.id().equals(KgCoOp.ID)) { // any value is a flag in its code
      startFrom("a photo of a");
    } else if (!isFlag) {
      startFrom(words);
    } else {
      in.error(
          "%sCTX_INIT True: for %s expected the words themselves, such as \"a photo of a\""
              .formatted(section, method.id()));
    }
  }

  /** Starts one context vector per word. The published code does the same and ignores N_CTX. */
  private void startFrom(String words) {
    setting("words", words);
    setting("context_tokens", String.valueOf(words.strip().split("\\s+").length));
  }

  /** Removes the words of methods inside the encoders if they have more tokens. */
  private void dropWords() {
    String tokens = settings.get(method.id() + ".context_tokens");
    boolean many =
        tokens != null
            && tokens.matches("\\d{1,9}")
            && Integer.parseInt(tokens) > MAX_TOKENS_WITH_WORDS;
    if (many && settings.containsKey(method.id() + ".words")) {
      setting("words", "");
    }
  }

  private void set(String setting, String key) {
    if (in.has(key)) {
      setting(setting, word(in.listed(key)));
    }
  }

  private void setting(String setting, String value) {
    settings.put(method.id() + "." + setting, value);
  }

  private static String word(String text) {
    return ReferenceKeys.WORDS.getOrDefault(text, text);
  }
}
