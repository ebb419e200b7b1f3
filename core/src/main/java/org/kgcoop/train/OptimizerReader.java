package org.kgcoop.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.UpdateRule;

/**
 * The text of an optimizer, {@code NAME:KEY=VALUE:...}, such as {@code adamw:beta2=0.98}. Without a
 * name it changes numbers of the method's optimizer; numbers that are left out have the method's
 * published values.
 */
final class OptimizerReader {
  private static final String MOMENTUM = "momentum";
  private static final String BETA1 = "beta1";
  private static final String BETA2 = "beta2";
  private static final String ALPHA = "alpha";
  private static final String EPSILON = "epsilon";
  private static final String WEIGHT_DECAY = "weight_decay";

  /** PyTorch's values, with the momentum and the weight decay of CoOp. */
  private static final Map<String, Double> USUAL =
      Map.of(
          MOMENTUM, 0.9, BETA1, 0.9, BETA2, 0.999, ALPHA, 0.99, EPSILON, 1e-8, WEIGHT_DECAY, 5e-4);

  private static final List<String> ADAM = List.of(BETA1, BETA2, EPSILON, WEIGHT_DECAY);
  private static final Map<String, List<String>> NUMBERS = numbers();

  private final String text;
  private final String name;
  private final Map<String, String> values = new LinkedHashMap<>();

  private OptimizerReader(String text) {
    this.text = text;
    List<String> parts = List.of(text.split(":", -1));
    this.name = parts.get(0).contains("=") ? "" : parts.get(0);
    for (String part :
        parts.subList(name.isEmpty() && !text.startsWith(":") ? 0 : 1, parts.size())) {
      String[] pair = part.split("=", 2);
      if (pair.length < 2) {
        throw wrong("expected NAME:KEY=VALUE, such as adamw:beta2=0.98");
      }
      values.put(pair[0].strip(), pair[1].strip());
    }
  }

  private static Map<String, List<String>> numbers() {
    Map<String, List<String>> numbers = new LinkedHashMap<>();
    numbers.put("sgd", List.of(MOMENTUM, WEIGHT_DECAY));
    numbers.put("adam", ADAM);
    numbers.put("adamw", ADAM);
    numbers.put("rmsprop", List.of(ALPHA, MOMENTUM, EPSILON, WEIGHT_DECAY));
    return numbers;
  }

  /** Fills the name and the numbers that a text leaves out from another text. */
  static String over(String text, String published) {
    OptimizerReader stated = new OptimizerReader(text);
    OptimizerReader other = new OptimizerReader(published);
    String name = stated.name.isEmpty() ? other.name : stated.name;
    Map<String, String> all = new LinkedHashMap<>(other.values);
    all.keySet().retainAll(NUMBERS.getOrDefault(name, List.of()));
    all.putAll(stated.values);
    return all.entrySet().stream()
        .map(number -> ":" + number.getKey() + "=" + number.getValue())
        .collect(Collectors.joining("", name, ""));
  }

  /** The rule that a text with a name describes. */
  static UpdateRule rule(String text) {
    OptimizerReader stated = new OptimizerReader(text);
    stated.check();
    return switch (stated.name) {
      case "sgd" -> new UpdateRule.Sgd(stated.number(MOMENTUM), stated.number(WEIGHT_DECAY));
      case "adam" ->
          new UpdateRule.Adam(
              stated.number(BETA1),
              stated.number(BETA2),
              stated.number(EPSILON),
              stated.number(WEIGHT_DECAY));
      case "adamw" ->
          new UpdateRule.AdamW(
              stated.number(BETA1),
              stated.number(BETA2),
              stated.number(EPSILON),
              stated.number(WEIGHT_DECAY));
      default ->
          new UpdateRule.RmsProp(
              stated.number(ALPHA),
              stated.number(MOMENTUM),
              stated.number(EPSILON),
              stated.number(WEIGHT_DECAY));
    };
  }

  /** The text of a rule, with all of its numbers. */
  static String text(UpdateRule rule) {
    if (rule instanceof UpdateRule.Sgd sgd) {
      return text(rule, sgd.momentum(), sgd.weightDecay());
    }
    if (rule instanceof UpdateRule.Adam adam) {
      return text(rule, adam.beta1(), adam.beta2(), adam.epsilon(), adam.weightDecay());
    }
    if (rule instanceof UpdateRule.AdamW adam) {
      return text(rule, adam.beta1(), adam.beta2(), adam.epsilon(), adam.weightDecay());
    }
    UpdateRule.RmsProp rms = (UpdateRule.RmsProp) rule;
    return text(rule, rms.alpha(), rms.momentum(), rms.epsilon(), rms.weightDecay());
  }

  private static String text(UpdateRule rule, double... values) {
    StringBuilder text = new StringBuilder(rule.id());
    List<String> keys = NUMBERS.getOrDefault(rule.id(), List.of());
    for (int i = 0; i < values.length; i++) {
      text.append(':').append(keys.get(i)).append('=').append(values[i]);
    }
    return text.toString();
  }

  private void check() {
    List<String> known = NUMBERS.get(name);
    if (known == null) {
      throw KgCoopException.configuration(
          "optimizer '" + text + "': expected sgd, adam, adamw or rmsprop");
    }
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        throw wrong("%s has no %s; it has %s".formatted(name, key, String.join(", ", known)));
      }
    }
  }

  private double number(String key) {
    String value = values.get(key);
    if (value == null) {
      return USUAL.getOrDefault(key, 0.0);
    }
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw wrong("%s '%s' is not a number".formatted(key, value));
    }
  }

  private KgCoopException wrong(String reason) {
    return KgCoopException.configuration("optimizer '" + text + "': " + reason);
  }
}
