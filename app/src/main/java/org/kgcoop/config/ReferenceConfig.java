package org.kgcoop.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.data.published.PublishedDataSets;

/**
 * Translates the keys of the published code, such as {@code OPTIM.LR}, to options: those of
 * Dassl.pytorch, of the methods, and of Tip-Adapter. A missing key keeps the default of the option,
 * not Dassl's.
 */
public final class ReferenceConfig {
  private static final Pattern KEY =
      Pattern.compile("[A-Z][A-Z0-9_]*(\\.(TaskRes|[A-Z][A-Z0-9_]*))*+");

  private static final String DATA_SET = "DATASET.NAME";

  /** The transforms if no key names them, as in CoOp's configurations. */
  private static final List<String> USUAL_TRANSFORMS =
      List.of("random_resized_crop", "random_flip");

  private static final int MOST_TOLD = 20; // listed unknown keys

  private final ReferenceValues in;
  private final OptionValues out = OptionValues.empty();

  /**
   * A translated configuration.
   *
   * @param values of files and pairs
   * @param ofPairs the values that pairs influence
   * @param ignored the keys without a meaning here
   */
  public record Translation(OptionValues values, OptionValues ofPairs, List<String> ignored) {}

  private ReferenceConfig(ReferenceValues in) {
    this.in = in;
  }

  /**
   * Returns the number of arguments at the end of a command line that are KEY VALUE pairs of the
   * published code, such as {@code DATASET.NUM_SHOTS 16}.
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
   * Translates files and pairs. Later ones are stronger.
   *
   * @param pairs KEY VALUE KEY VALUE ...
   * @param asked the methods of the command line, by their names here; empty if it names none
   * @throws KgCoopException that lists all keys that are unknown or unsupported
   */
  public static Translation translate(
      List<ConfigFile> files, List<String> pairs, List<String> asked) {
    Map<String, JsonNode> ofFiles = new LinkedHashMap<>();
    files.forEach(file -> ofFiles.putAll(file.flat()));
    Map<String, JsonNode> ofPairs = new LinkedHashMap<>();
    for (int i = 0; i + 1 < pairs.size(); i += 2) {
      ofPairs.put(pairs.get(i), ConfigFile.value(pairs.get(i + 1)));
    }
    List<String> replaced = replaced(ofFiles, ofPairs);
    ofFiles.keySet().removeAll(replaced);
    Map<String, JsonNode> both = new LinkedHashMap<>(ofFiles);
    both.putAll(ofPairs);
    boolean counted = TcpEpochs.areOfDataSet(both, asked);
    if (counted) {
      List.of(both, ofFiles, ofPairs).forEach(each -> each.remove(TcpEpochs.KEY));
    }
    ReferenceConfig config = new ReferenceConfig(new ReferenceValues(both));
    List<String> ignored = config.read(asked);
    if (counted) {
      ignored.add(TcpEpochs.KEY + " (TCP's code has epochs for each data set)");
    }
    replaced.forEach(key -> ignored.add(key + " of a file (data sets have their own)"));
    config.in.throwErrors();
    OptionValues all = config.out;
    List<String> trained = all.options().getOrDefault("method", List.of());
    List<String> known = trained.size() == 1 ? trained : asked;
    OptionValues touched = all.touched(values(ofFiles, known), values(ofPairs, known));
    if (!ofPairs.containsKey("TRAINER.NAME") && !ofPairs.containsKey("LOSS.NAME")) {
      touched.options().remove("method");
    }
    return new Translation(all, touched, ignored);
  }

  /**
   * Returns the keys of files that the code of the method overrides, unless they name a custom data
   * set.
   */
  private static List<String> replaced(
      Map<String, JsonNode> ofFiles, Map<String, JsonNode> ofPairs) {
    JsonNode data = ofPairs.getOrDefault(DATA_SET, ofFiles.get(DATA_SET));
    return data != null && PublishedDataSets.find(data.asText()).isEmpty()
        ? List.of()
        : ReferenceKeys.BY_DATA_SET.stream().filter(ofFiles::containsKey).toList();
  }

  /** Translates a part of the keys, which may be incomplete. */
  private static OptionValues values(Map<String, JsonNode> part, List<String> methods) {
    ReferenceConfig config = new ReferenceConfig(new ReferenceValues(part));
    config.read(methods);
    return config.out;
  }

  /** Reads all keys, and returns those without a meaning here. */
  private List<String> read(List<String> methods) {
    List<String> ignored = checkKeys();
    plain();
    optimizer();
    decay();
    warmup();
    input(ignored);
    loading();
    new ReferenceMethod(in, out, ignored).translate(methods);
    return ignored;
  }

  private void plain() {
    ReferenceKeys.PLAIN.forEach(
        (key, option) -> {
          if (in.has(key) && !in.text(key).isEmpty()) {
            out.put(option, in.text(key));
          }
        });
  }

  private List<String> checkKeys() {
    List<String> all = ReferenceKeys.all();
    List<String> ignored = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (String key : in.keys()) {
      boolean otherTrainer =
          key.matches("TRAINER\\..+\\..+") && !ReferenceKeys.isOfKnownTrainer(key);
      if (ReferenceKeys.WITHOUT_MEANING.contains(key) || otherTrainer) {
        ignored.add(key);
      } else if (!all.contains(key)) {
        unknown.add(key);
      }
    }
    unknown.stream()
        .limit(MOST_TOLD)
        .forEach(key -> in.error("unknown key " + key + Nearest.hint(key, all)));
    if (unknown.size() > MOST_TOLD) {
      in.error((unknown.size() - MOST_TOLD) + " more unknown keys");
    }
    if (in.is("OPTIM.SGD_NESTEROV")
        || (in.has("OPTIM.SGD_DAMPNING") && in.number("OPTIM.SGD_DAMPNING") != 0)) {
      in.error("OPTIM.SGD_NESTEROV, OPTIM.SGD_DAMPNING: expected none, as published");
    }
    return ignored;
  }

  /** The optimizer with those of the given numbers that it has, or numbers of the method's own. */
  private void optimizer() {
    Map<String, String> keys = new LinkedHashMap<>();
    String name = in.has("OPTIM.NAME") ? in.text("OPTIM.NAME") : "";
    if (name.isEmpty() || name.equals("sgd") || name.equals("rmsprop")) {
      keys.put("OPTIM.MOMENTUM", "momentum");
    }
    if (name.isEmpty() || name.equals("rmsprop")) {
      keys.put("OPTIM.RMSPROP_ALPHA", "alpha");
    }
    if (name.isEmpty() || name.startsWith("adam")) {
      keys.put("OPTIM.ADAM_BETA1", "beta1");
      keys.put("OPTIM.ADAM_BETA2", "beta2");
    }
    keys.put("OPTIM.WEIGHT_DECAY", "weight_decay");
    List<String> parts = new ArrayList<>(name.isEmpty() ? List.of() : List.of(name));
    keys.forEach(
        (key, number) -> {
          if (in.has(key)) {
            parts.add(number + "=" + in.text(key));
          }
        });
    if (!parts.isEmpty()) {
      out.put("optimizer", String.join(":", parts));
    }
  }

  private void decay() {
    if (in.has("OPTIM.LR_SCHEDULER")) {
      String gamma = in.has("OPTIM.GAMMA") ? ":" + in.text("OPTIM.GAMMA") : "";
      switch (in.text("OPTIM.LR_SCHEDULER")) {
        case "cosine" -> out.put("decay", "cosine");
        case "single_step" -> singleStep(gamma);
        case "multi_step" ->
            out.put(
                "decay", "steps:" + String.join(",", in.parts("OPTIM.STEPSIZE", "-?\\d+")) + gamma);
        default ->
            in.error(
                "OPTIM.LR_SCHEDULER "
                    + in.text("OPTIM.LR_SCHEDULER")
                    + ": expected cosine, single_step or multi_step");
      }
    }
    if (in.has("OPTIM.WARMUP_RECOUNT")) {
      out.put("schedule", in.is("OPTIM.WARMUP_RECOUNT") ? "current" : "paper-era");
    }
  }

  private void singleStep(String gamma) {
    List<String> sizes = in.parts("OPTIM.STEPSIZE", "-?\\d+");
    String size = sizes.isEmpty() ? "-1" : sizes.get(sizes.size() - 1);
    if (size.startsWith("-") || size.equals("0")) { // as in Dassl: after all epochs
      size = in.has("OPTIM.MAX_EPOCH") ? in.text("OPTIM.MAX_EPOCH") : "";
    }
    if (size.isEmpty()) {
      in.error("OPTIM.LR_SCHEDULER single_step: expected OPTIM.STEPSIZE or OPTIM.MAX_EPOCH");
    } else {
      out.put("decay", "step:" + size + gamma);
    }
  }

  /** The kind, epochs and rate of the warm-up; a part that is not given is empty. */
  private void warmup() {
    if (in.has("OPTIM.WARMUP_EPOCH") && in.number("OPTIM.WARMUP_EPOCH") <= 0) {
      out.put("warmup", "none");
      return;
    }
    String kind = in.text("OPTIM.WARMUP_TYPE");
    String rate = in.text(kind.equals("linear") ? "OPTIM.WARMUP_MIN_LR" : "OPTIM.WARMUP_CONS_LR");
    String text = String.join(":", kind, in.text("OPTIM.WARMUP_EPOCH"), rate);
    if (!text.equals("::")) {
      out.put("warmup", text.replaceFirst(":+$", ""));
    }
  }

  /** The transforms, with the numbers that are given; numbers of others change nothing. */
  private void input(List<String> ignored) {
    Map<String, String> numbers = new LinkedHashMap<>();
    if (in.has("INPUT.RRCROP_SCALE")) {
      numbers.put(
          "random_resized_crop", String.join(",", in.parts("INPUT.RRCROP_SCALE", "[\\d.eE+-]+")));
    }
    together(numbers, "random_crop", "INPUT.CROP_PADDING", "4");
    together(numbers, "randomgrayscale", "INPUT.RGS_P", "0.2");
    together(numbers, "cutout", "INPUT.CUTOUT_N", "1", "INPUT.CUTOUT_LEN", "16");
    together(numbers, "randaugment", "INPUT.RANDAUGMENT_N", "2", "INPUT.RANDAUGMENT_M", "10");
    together(numbers, "gaussian_blur", "INPUT.GB_K", "21", "INPUT.GB_P", "0.5");
    together(
        numbers,
        "colorjitter",
        "INPUT.COLORJITTER_B",
        "0.4",
        "INPUT.COLORJITTER_C",
        "0.4",
        "INPUT.COLORJITTER_S",
        "0.4",
        "INPUT.COLORJITTER_H",
        "0.1");
    List<String> names = new ArrayList<>(USUAL_TRANSFORMS);
    if (in.has("INPUT.TRANSFORMS")) {
      names = new ArrayList<>(in.parts("INPUT.TRANSFORMS", "\\w+"));
      if (!names.remove("normalize")) {
        ignored.add("INPUT.TRANSFORMS without normalize (images are normalized always)");
      }
    } else if (names.stream().noneMatch(numbers::containsKey)) {
      return;
    }
    String transforms =
        names.stream()
            .map(name -> numbers.containsKey(name) ? name + "(" + numbers.get(name) + ")" : name)
            .collect(Collectors.joining(","));
    out.put("transforms", transforms.isEmpty() ? "none" : transforms);
  }

  /** Joins the numbers of a transform from several keys, each followed by its default in Dassl. */
  private void together(Map<String, String> numbers, String transform, String... keysAndDefaults) {
    List<String> parts = new ArrayList<>();
    boolean given = false;
    for (int i = 0; i < keysAndDefaults.length; i += 2) {
      given |= in.has(keysAndDefaults[i]);
      parts.add(in.has(keysAndDefaults[i]) ? in.text(keysAndDefaults[i]) : keysAndDefaults[i + 1]);
    }
    if (given) {
      numbers.put(transform, String.join(",", parts));
    }
  }

  private void loading() {
    if (in.has("DATALOADER.TRAIN_X.SAMPLER")) {
      String sampler = in.text("DATALOADER.TRAIN_X.SAMPLER");
      String instances =
          in.has("DATALOADER.TRAIN_X.N_INS") ? in.text("DATALOADER.TRAIN_X.N_INS") : "16";
      switch (sampler) {
        case "RandomSampler" -> out.put("sampler", "random");
        case "SequentialSampler" -> out.put("sampler", "sequential");
        case "RandomClassSampler" -> out.put("sampler", "random-class:" + instances);
        default ->
            in.error(
                "DATALOADER.TRAIN_X.SAMPLER "
                    + sampler
                    + ": expected RandomSampler, SequentialSampler or RandomClassSampler");
      }
    }
    if (in.has("TRAIN.CHECKPOINT_FREQ") && in.number("TRAIN.CHECKPOINT_FREQ") > 0) {
      copy("TRAIN.CHECKPOINT_FREQ", "checkpoint-every");
    }
    if (in.has("TEST.FINAL_MODEL")) {
      switch (in.text("TEST.FINAL_MODEL")) {
        case "last_step" -> out.put("keep", "last");
        case "best_val" -> out.put("keep", "best");
        default -> in.error("TEST.FINAL_MODEL: expected last_step or best_val");
      }
    }
  }

  private void copy(String key, String option) {
    if (in.has(key)) {
      out.put(option, in.text(key));
    }
  }
}
