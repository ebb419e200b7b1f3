package org.kgcoop.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;

/**
 * Settings under the keys of the published code (Dassl.pytorch with what CoOp, KgCoOp and ProGrad
 * add), such as {@code OPTIM.LR}, in terms of options. What they leave out keeps the option's
 * default, not Dassl's.
 */
public final class ReferenceConfig {
  private static final Map<String, String> TRAINERS =
      Map.of(
          "CoOp", "coop",
          "CoCoOp", "cocoop",
          "KgCoOp", "kgcoop",
          "ProGrad", "prograd",
          "ZeroshotCLIP", "clip");

  private static final Pattern KEY = Pattern.compile("[A-Z][A-Z0-9_]*(\\.[A-Z][A-Z0-9_]*)*");

  private final Map<String, JsonNode> values = new LinkedHashMap<>();
  private final List<String> errors = new ArrayList<>();
  private final OptionValues out = OptionValues.empty();

  /** What was understood, and the keys that have no meaning here. */
  public record Translation(OptionValues values, List<String> ignored) {}

  private ReferenceConfig() {}

  /**
   * How many words at the end of a command line are KEY VALUE pairs of the published code, such as
   * {@code DATASET.NUM_SHOTS 16}.
   */
  public static int pairWords(List<String> words) {
    int count = 0;
    while (words.size() - count >= 2
        && KEY.matcher(words.get(words.size() - count - 2)).matches()
        && isSection(words.get(words.size() - count - 2))) {
      count += 2;
    }
    return count;
  }

  private static boolean isSection(String key) {
    return key.contains(".") || ReferenceKeys.all().contains(key);
  }

  /**
   * The translation of files and pairs, the later stronger.
   *
   * @param pairs KEY VALUE KEY VALUE ...
   * @param method that the command line asks for, by its name here; null where it leaves that open
   * @throws KgCoopException that names all that is unknown or has no counterpart
   */
  public static Translation translate(
      List<ConfigFile> files, List<String> pairs, @Nullable String method) {
    ReferenceConfig config = new ReferenceConfig();
    files.forEach(file -> config.values.putAll(file.flat()));
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      config.values.put(pairs.get(i), ConfigFile.value(pairs.get(i + 1)));
    }
    List<String> ignored = config.checkKeys();
    for (Map.Entry<String, String> plain : ReferenceKeys.PLAIN.entrySet()) {
      if (config.has(plain.getKey()) && !config.text(plain.getKey()).isEmpty()) {
        config.out.put(plain.getValue(), config.text(plain.getKey()));
      }
    }
    config.schedule();
    config.input();
    config.loading();
    config.method(method == null ? config.trainer() : method, ignored);
    if (!config.errors.isEmpty()) {
      throw KgCoopException.configuration(String.join("; ", config.errors));
    }
    return new Translation(config.out, ignored);
  }

  private List<String> checkKeys() {
    List<String> all = ReferenceKeys.all();
    List<String> ignored = new ArrayList<>();
    for (String key : values.keySet()) {
      boolean otherTrainer =
          key.matches("TRAINER\\..+\\..+") && !key.matches("TRAINER\\.(COOP|COCOOP)\\..+");
      if (ReferenceKeys.WITHOUT_MEANING.contains(key) || otherTrainer) {
        ignored.add(key);
      } else if (!all.contains(key)) {
        errors.add("unknown key " + key + Nearest.hint(key, all));
      }
    }
    if (is("OPTIM.SGD_NESTEROV")
        || (has("OPTIM.SGD_DAMPNING") && number("OPTIM.SGD_DAMPNING") != 0)) {
      errors.add("OPTIM.SGD_NESTEROV, OPTIM.SGD_DAMPNING: expected none, as published");
    }
    return ignored;
  }

  private void schedule() {
    if (has("OPTIM.LR_SCHEDULER")) {
      switch (text("OPTIM.LR_SCHEDULER")) {
        case "cosine" -> out.put("decay", "cosine");
        case "single_step" -> singleStep();
        case "multi_step" ->
            out.put("decay", "steps:" + String.join(",", parts("OPTIM.STEPSIZE", "-?\\d+")));
        default ->
            errors.add(
                "OPTIM.LR_SCHEDULER "
                    + text("OPTIM.LR_SCHEDULER")
                    + ": expected cosine, single_step or multi_step");
      }
    }
    if (has("OPTIM.WARMUP_EPOCH") && number("OPTIM.WARMUP_EPOCH") <= 0) {
      out.put("warmup", "none");
    } else {
      copy("OPTIM.WARMUP_EPOCH", "warmup-epochs");
      copy("OPTIM.WARMUP_TYPE", "warmup");
      boolean linear = has("OPTIM.WARMUP_TYPE") && text("OPTIM.WARMUP_TYPE").equals("linear");
      copy(linear ? "OPTIM.WARMUP_MIN_LR" : "OPTIM.WARMUP_CONS_LR", "warmup-lr");
    }
    if (has("OPTIM.WARMUP_RECOUNT")) {
      out.put("schedule", is("OPTIM.WARMUP_RECOUNT") ? "current" : "paper-era");
    }
  }

  private void singleStep() {
    List<String> sizes = parts("OPTIM.STEPSIZE", "-?\\d+");
    String size = sizes.isEmpty() ? "-1" : sizes.get(sizes.size() - 1);
    if (size.startsWith("-") || size.equals("0")) { // as in Dassl: once all epochs are over
      size = has("OPTIM.MAX_EPOCH") ? text("OPTIM.MAX_EPOCH") : "";
    }
    if (size.isEmpty()) {
      errors.add("OPTIM.LR_SCHEDULER single_step: expected OPTIM.STEPSIZE or OPTIM.MAX_EPOCH");
    } else {
      out.put("decay", "step:" + size);
    }
  }

  private void input() {
    if (has("INPUT.TRANSFORMS")) {
      List<String> names = new ArrayList<>(parts("INPUT.TRANSFORMS", "\\w+"));
      names.remove("normalize"); // always done
      out.put("transforms", names.isEmpty() ? "none" : String.join(",", names));
    }
    if (has("INPUT.RRCROP_SCALE")) {
      out.put("crop-scale", String.join(",", parts("INPUT.RRCROP_SCALE", "[\\d.eE+-]+")));
    }
    together("cutout", "INPUT.CUTOUT_N", "1", "INPUT.CUTOUT_LEN", "16");
    together("randaugment", "INPUT.RANDAUGMENT_N", "2", "INPUT.RANDAUGMENT_M", "10");
    together("gaussian-blur", "INPUT.GB_K", "21", "INPUT.GB_P", "0.5");
    together(
        "colorjitter",
        "INPUT.COLORJITTER_B",
        "0.4",
        "INPUT.COLORJITTER_C",
        "0.4",
        "INPUT.COLORJITTER_S",
        "0.4",
        "INPUT.COLORJITTER_H",
        "0.1");
  }

  /** Several keys, each before its default in Dassl, as one option. */
  private void together(String option, String... keysAndDefaults) {
    List<String> parts = new ArrayList<>();
    boolean given = false;
    for (int i = 0; i < keysAndDefaults.length; i += 2) {
      given |= has(keysAndDefaults[i]);
      parts.add(has(keysAndDefaults[i]) ? text(keysAndDefaults[i]) : keysAndDefaults[i + 1]);
    }
    if (given) {
      out.put(option, String.join(",", parts));
    }
  }

  private void loading() {
    if (has("DATALOADER.TRAIN_X.SAMPLER")) {
      String sampler = text("DATALOADER.TRAIN_X.SAMPLER");
      String instances = has("DATALOADER.TRAIN_X.N_INS") ? text("DATALOADER.TRAIN_X.N_INS") : "16";
      switch (sampler) {
        case "RandomSampler" -> out.put("sampler", "random");
        case "SequentialSampler" -> out.put("sampler", "sequential");
        case "RandomClassSampler" -> out.put("sampler", "random-class:" + instances);
        default ->
            errors.add(
                "DATALOADER.TRAIN_X.SAMPLER "
                    + sampler
                    + ": expected RandomSampler, SequentialSampler or RandomClassSampler");
      }
    }
    if (has("TRAIN.CHECKPOINT_FREQ") && number("TRAIN.CHECKPOINT_FREQ") > 0) {
      copy("TRAIN.CHECKPOINT_FREQ", "checkpoint-every");
    }
    if (has("TEST.FINAL_MODEL")) {
      switch (text("TEST.FINAL_MODEL")) {
        case "last_step" -> out.put("keep", "last");
        case "best_val" -> out.put("keep", "best");
        default -> errors.add("TEST.FINAL_MODEL: expected last_step or best_val");
      }
    }
  }

  private @Nullable String trainer() {
    if (has("TRAINER.NAME") && !text("TRAINER.NAME").isEmpty()) {
      String id = TRAINERS.get(text("TRAINER.NAME"));
      if (id == null) {
        errors.add(
            "TRAINER.NAME "
                + text("TRAINER.NAME")
                + ": expected one of "
                + String.join(", ", TRAINERS.keySet().stream().sorted().toList()));
      } else {
        out.put("method", id);
      }
      return id;
    }
    if (has("LOSS.NAME") && text("LOSS.NAME").equals("prograd")) {
      out.put("method", "prograd");
      return "prograd";
    }
    return null;
  }

  private void method(@Nullable String method, List<String> ignored) {
    if (method == null) {
      context("TRAINER.COOP.", "", null);
      context("TRAINER.COCOOP.", "cocoop.", "cocoop");
      setting("TRAINER.COOP.W", "kgcoop.weight");
    } else if (method.equals("cocoop")) {
      context("TRAINER.COCOOP.", "", method);
      ignoreAll("TRAINER.COOP.", ignored);
    } else if (method.equals("clip")) {
      ignoreAll("TRAINER.COOP.", ignored);
      ignoreAll("TRAINER.COCOOP.", ignored);
    } else {
      context("TRAINER.COOP.", "", method);
      ignoreAll("TRAINER.COCOOP.", ignored);
      if (method.equals("kgcoop")) {
        setting("TRAINER.COOP.W", "weight");
      } else {
        ignoreAll("TRAINER.COOP.W", ignored);
      }
    }
    if (method == null || method.equals("prograd")) {
      setting("LOSS.T", "prograd.temperature");
      setting("LOSS.LAMBDA", "prograd.lambda");
    } else {
      ignoreAll("LOSS.", ignored);
    }
  }

  private void ignoreAll(String prefix, List<String> ignored) {
    values.keySet().stream()
        .filter(key -> key.startsWith(prefix) && !ignored.contains(key))
        .forEach(ignored::add);
  }

  /**
   * The learned vectors.
   *
   * @param prefix of the settings
   * @param method null where several may be meant
   */
  private void context(String section, String prefix, @Nullable String method) {
    setting(section + "CSC", prefix + "class_specific");
    setting(section + "CLASS_TOKEN_POSITION", prefix + "class_position");
    String init = section + "CTX_INIT";
    if (!has(init)) {
      setting(section + "N_CTX", prefix + "context_tokens");
      return;
    }
    String words = text(init);
    boolean flag = isTrue(words);
    if (words.isEmpty() || words.equalsIgnoreCase("false")) {
      out.settings().put(prefix + "words", "");
      out.settings()
          .put(
              prefix + "context_tokens",
              has(section + "N_CTX") ? text(section + "N_CTX") : "16"); // the published default
    } else if ("kgcoop".equals(method)) { // any value is a flag there
      start(prefix, "a photo of a");
    } else if (!flag) {
      start(prefix, words);
    } else if (method == null || method.equals("prograd")) {
      // The template's words in front of the class name are ProGrad's default, with 16 vectors.
      if (has(section + "N_CTX") && number(section + "N_CTX") != 16) {
        errors.add(
            init
                + " True: expected "
                + section
                + "N_CTX 16; else give the words: --set words=\"a photo of a\"");
      }
    } else {
      errors.add(
          init
              + " True: for "
              + method
              + " expected the words themselves, such as \"a photo of a\"");
    }
  }

  /** A start from words, a vector a word, as the published code does whatever N_CTX says. */
  private void start(String prefix, String words) {
    out.settings().put(prefix + "words", words);
    out.settings()
        .put(prefix + "context_tokens", String.valueOf(words.strip().split("\\s+").length));
  }

  private void setting(String key, String setting) {
    if (has(key)) {
      String text = text(key);
      boolean logical = text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
      out.settings().put(setting, logical ? text.toLowerCase(Locale.ROOT) : text);
    }
  }

  private void copy(String key, String option) {
    if (has(key)) {
      out.put(option, text(key));
    }
  }

  private boolean has(String key) {
    return values.containsKey(key);
  }

  private String text(String key) {
    JsonNode value = values.get(key);
    return value == null || value.isNull() ? "" : value.asText().strip();
  }

  private boolean is(String key) {
    return has(key) && isTrue(text(key));
  }

  private static boolean isTrue(String text) {
    return text.equalsIgnoreCase("true") || text.equals("1");
  }

  private double number(String key) {
    try {
      return Double.parseDouble(text(key));
    } catch (NumberFormatException e) {
      errors.add(key + ": '" + text(key) + "' is no number");
      return Double.NaN;
    }
  }

  /** The parts of a list, or of a text such as {@code (30, 60)}. */
  private List<String> parts(String key, String part) {
    JsonNode value = values.get(key);
    if (value == null) {
      return List.of();
    }
    String text = value.isArray() ? value.toString() : value.asText();
    return Pattern.compile(part).matcher(text).results().map(MatchResult::group).toList();
  }
}
