package org.kgcoop.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.experiment.Contender;
import org.kgcoop.prompt.Method;
import org.kgcoop.prompt.Occasion;
import org.kgcoop.prompt.Preset;
import org.kgcoop.prompt.PromptMethod;
import org.kgcoop.train.TrainingSettings;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Settings of which several values are compared. A setting of methods makes rows of those that know
 * it, one of the training makes rows of all that are trained.
 */
final class Sweep {
  /** They say nothing of the outcome by themselves. */
  private static final Set<String> NO_SETTINGS = Set.of("checkpoint_every", "config", "published");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--sweep",
      paramLabel = "KEY=V1,V2,...",
      description = {
        "A row for each value of a setting: of methods as for --set, or of the training, such as lr"
            + " or epochs. Several times for all combinations.",
        "Example: --sweep weight=0,1,2,4,8,16"
      })
  private List<String> sweeps = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // picocli sets spec before anything is called
  Sweep() {}

  /** The methods of those names, each once for every combination of its swept settings. */
  List<Contender> contenders(
      List<String> ids, MethodOptions methods, TrainingOptions training, Preset preset) {
    Map<String, List<String>> axes = axes();
    Set<String> trainingKeys = trainingKeys();
    Set<String> left = new LinkedHashSet<>(axes.keySet());
    List<Contender> contenders = new ArrayList<>();
    for (String id : ids) {
      List<Map<String, String>> combinations = new ArrayList<>(List.of(Map.of()));
      for (Map.Entry<String, List<String>> axis : axes.entrySet()) {
        if (methods.knows(id, axis.getKey())
            || (trainingKeys.contains(axis.getKey()) && isTrained(methods, id))) {
          combinations = times(combinations, axis.getKey(), axis.getValue());
          boolean unused = left.remove(axis.getKey());
        }
      }
      for (Map<String, String> combination : combinations) {
        contenders.add(contender(id, methods, training, combination, preset));
      }
    }
    methods.checkAllUsed(ids);
    if (!left.isEmpty()) {
      Set<String> known = new LinkedHashSet<>(methods.known(ids));
      known.addAll(trainingKeys);
      throw KgCoopException.configuration(
          "--sweep %s: no setting of %s; known are %s"
              .formatted(
                  MethodOptions.hints(left, known),
                  String.join(", ", ids),
                  String.join(", ", known)));
    }
    return contenders;
  }

  private static boolean isTrained(MethodOptions methods, String id) {
    return methods
        .method(id, Map.of(), Preset.BASE_TO_NEW)
        .apply(Occasion.ANY)
        .prompt()
        .isPresent();
  }

  private Contender contender(
      String id,
      MethodOptions methods,
      TrainingOptions training,
      Map<String, String> combination,
      Preset preset) {
    Map<String, String> ofMethod = new LinkedHashMap<>();
    Map<String, String> ofTraining = new LinkedHashMap<>();
    Map<String, JsonNode> setting = new LinkedHashMap<>();
    combination.forEach(
        (key, value) -> {
          boolean own = methods.knows(id, key);
          String unused = (own ? ofMethod : ofTraining).put(key, value);
          setting.put(MethodOptions.plain(id, key), MethodOptions.value(key, value));
        });
    training.checkSweep(ofTraining.keySet());
    TrainingOptions changed = ofTraining.isEmpty() ? training : training(ofTraining);
    Function<Occasion, Method> method = methods.method(id, ofMethod, preset);
    BiFunction<PromptMethod, Occasion, TrainingSettings> trained =
        (prompt, occasion) -> changed.settings(prompt, occasion, preset);
    // Refuses a wrong value before anything is loaded.
    Optional<TrainingSettings> unused =
        method.apply(Occasion.ANY).prompt().map(prompt -> trained.apply(prompt, Occasion.ANY));
    return new Contender(method, trained, setting);
  }

  private static List<Map<String, String>> times(
      List<Map<String, String>> combinations, String key, List<String> values) {
    List<Map<String, String>> more = new ArrayList<>();
    for (Map<String, String> combination : combinations) {
      for (String value : values) {
        Map<String, String> with = new LinkedHashMap<>(combination);
        with.put(key, value);
        more.add(with);
      }
    }
    return more;
  }

  private Map<String, List<String>> axes() {
    Map<String, List<String>> axes = new LinkedHashMap<>();
    for (String sweep : sweeps) {
      int equals = sweep.indexOf('=');
      if (equals < 1) {
        throw KgCoopException.configuration(
            "--sweep " + sweep + ": expected KEY=V1,V2,... as in weight=0,2,8");
      }
      String key = sweep.substring(0, equals).strip().replace('-', '_');
      if (axes.put(key, Parse.list("--sweep " + key, sweep.substring(equals + 1))) != null) {
        throw KgCoopException.configuration(
            "--sweep " + key + ": given twice; give all values once");
      }
    }
    return axes;
  }

  private static Set<String> trainingKeys() {
    Set<String> keys = new LinkedHashSet<>();
    for (OptionSpec option : new CommandLine(new TrainingOptions()).getCommandSpec().options()) {
      keys.add(option.longestName().substring(2).replace('-', '_'));
    }
    boolean unused = keys.removeAll(NO_SETTINGS);
    return keys;
  }

  /** The training options as given, some of them anew: the command line is read once more. */
  private TrainingOptions training(Map<String, String> anew) {
    TrainingOptions options = new TrainingOptions();
    CommandLine reader = new CommandLine(options);
    reader.setDefaultValueProvider(spec.defaultValueProvider());
    List<String> arguments = new ArrayList<>();
    for (OptionSpec option : reader.getCommandSpec().options()) {
      ArgSpec given = spec.commandLine().getParseResult().matchedOption(option.longestName());
      String key = option.longestName().substring(2).replace('-', '_');
      if (given != null && anew.containsKey(key)) {
        throw KgCoopException.configuration(
            "--sweep " + key + ": " + option.longestName() + " gives it too; leave one out");
      }
      if (given != null) {
        given
            .originalStringValues()
            .forEach(value -> arguments.add(option.longestName() + "=" + value));
      }
    }
    anew.forEach((key, value) -> arguments.add("--" + key.replace('_', '-') + "=" + value));
    try {
      CommandLine.ParseResult unused = reader.parseArgs(arguments.toArray(String[]::new));
    } catch (CommandLine.ParameterException e) {
      throw new KgCoopException(
          KgCoopException.Category.CONFIGURATION, "--sweep: " + e.getMessage(), e);
    }
    return options;
  }
}
