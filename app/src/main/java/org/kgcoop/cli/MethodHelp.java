package org.kgcoop.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.PublishedSettings;
import org.kgcoop.cli.options.HelpLayout;
import org.kgcoop.method.Method;
import org.kgcoop.method.TextMethod;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.train.TrainingDeclaration;

/** The help pages of settings and methods, generated from their declarations. */
final class MethodHelp {
  private static final int WIDTH = 79;

  private MethodHelp() {}

  /** Returns one or two lines per method. */
  static List<String> list() {
    List<String> lines = new ArrayList<>();
    for (Declaration<Method> method : MethodRegistry.all()) {
      add(lines, "  %-15s ".formatted(method.id()), method.title() + ": " + method.sentence());
    }
    lines.add("");
    lines.add("./kgcoop help method NAME shows the settings of one.");
    return lines;
  }

  /** Returns the settings of the training. */
  static List<String> settings() {
    List<String> lines = new ArrayList<>();
    TrainingDeclaration.byHeading()
        .forEach(
            (heading, settings) -> {
              lines.add(heading + " (--set KEY=VALUE):");
              settings.forEach(setting -> add(lines, setting));
              lines.add("");
            });
    add(
        lines,
        "",
        "--lr, --epochs, --batch-size and --augment also set the settings of these names. A method"
            + " can have its own default: ./kgcoop help method NAME shows it and all its settings.");
    return lines;
  }

  /** Returns the page of a method. */
  static List<String> page(Declaration<Method> method) {
    Method defaults = method.withDefaults();
    List<String> lines = new ArrayList<>();
    lines.add(method.title() + " (" + method.id() + ")");
    add(lines, "", method.sentence());
    add(lines, "  ", method.formula());
    lines.add("");
    Stream<String> shots = defaults instanceof TextMethod ? Stream.empty() : Stream.of("shots");
    String needs = Stream.concat(shots, method.needs().stream()).collect(Collectors.joining("; "));
    boolean isClosed = defaults.closedClassReason().isPresent();
    add(lines, "Needs:    ", needs);
    add(lines, "Classes:  ", isClosed ? "those that it has learned" : "any");
    add(lines, "Training: ", defaults.trained().map(MethodHelp::training).orElse("none by steps"));
    if (!method.paper().isEmpty()) {
      add(lines, "Paper:    ", method.paper());
    }
    if (!method.code().isEmpty()) {
      add(lines, "Code:     ", method.code());
    }
    lines.add("");
    lines.add(method.keys().isEmpty() ? "It has no settings." : "Settings (--set KEY=VALUE):");
    method.settings().stream()
        .filter(setting -> method.keys().contains(setting.key()))
        .forEach(setting -> add(lines, setting));
    List<PublishedSettings> published = PublishedSettings.of(method.id());
    if (!published.isEmpty()) {
      lines.add("");
      lines.add("Published otherwise:");
      published.forEach(each -> add(lines, "  ", text(each)));
    }
    return lines;
  }

  static String training(TrainedMethod method) {
    TrainedMethod.Defaults training = method.defaults();
    StringBuilder text = new StringBuilder();
    new TreeMap<>(training.settings()).forEach((key, v) -> text.append(", " + key + " " + v));
    return "%s epochs, batches of %s%s".formatted(training.epochs(), training.batchSize(), text);
  }

  private static void add(List<String> lines, Setting<?> setting) {
    add(lines, "  %-22s ".formatted(setting.key()), text(setting));
  }

  private static String text(Setting<?> setting) {
    String range = setting.range();
    String defaultValue = setting.defaultValue().description();
    return "%s. %s%s; default: %s%s."
        .formatted(
            setting.description(),
            setting.typeText(),
            range.isEmpty() ? "" : ", " + range,
            defaultValue.isEmpty() ? "empty" : defaultValue,
            setting.published().isEmpty()
                ? ""
                : "; in published files " + String.join(", ", setting.published()));
  }

  private static String text(PublishedSettings published) {
    List<String> parts = new ArrayList<>();
    if (!published.template().isEmpty()) {
      parts.add("template " + published.template());
    }
    for (Map<String, Object> part : List.of(published.settings(), published.training())) {
      part.forEach((key, value) -> parts.add(key + " " + text(value)));
    }
    return "%s: %s (%s)".formatted(published.where(), String.join(", ", parts), published.source());
  }

  private static String text(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining("|"))
        : String.valueOf(value);
  }

  /** Adds a text whose further lines are aligned with the first. */
  private static void add(List<String> lines, String head, String text) {
    int indent = Math.max(2, head.length());
    lines.add(head + HelpLayout.wrapped(text, WIDTH - indent, indent));
  }
}
