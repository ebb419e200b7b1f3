package org.kgcoop.cli.options;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.cli.console.Output;
import org.kgcoop.train.TrainingSetting;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The help of commands with many options: under headings, by the mixins that they come from. */
public final class OptionGroups {
  /** With fewer options a list is as good. */
  private static final int MANY = 20;

  /** In the order of the help; the options of other mixins stand with the command's own. */
  private static final Map<Object, String> HEADINGS = headings();

  private OptionGroups() {}

  private static Map<Object, String> headings() {
    Map<Object, String> headings = new LinkedHashMap<>();
    headings.put(ProtocolOptions.class, "Table");
    headings.put(DataOptions.class, "Images");
    headings.put(MethodOptions.class, "Methods");
    headings.put(TrainingOptions.class, "Training");
    for (TrainingSetting.Subject subject : TrainingSetting.Subject.values()) {
      headings.put(subject, subject.title());
    }
    headings.put(ClipOptions.class, "CLIP");
    headings.put(Output.class, "Output");
    return headings;
  }

  /** Gives a command headings, if it has many options. */
  public static void install(CommandLine command) {
    if (command.getCommandSpec().options().size() >= MANY) {
      command
          .getHelpSectionMap()
          .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionGroups::render);
    }
  }

  private static String render(Help help) {
    Map<String, String> headings = new HashMap<>();
    collect(help.commandSpec(), "", headings);
    Map<String, List<OptionSpec>> subjects = new LinkedHashMap<>();
    subjects.put("", new ArrayList<>());
    HEADINGS.values().forEach(heading -> subjects.put(heading, new ArrayList<>()));
    List<OptionSpec> options = help.commandSpec().options();
    for (OptionSpec option : options) {
      String heading =
          option.usageHelp() || option.versionHelp()
              ? HEADINGS.getOrDefault(Output.class, "")
              : headings.getOrDefault(option.longestName(), "");
      if (!option.hidden()) {
        subjects.computeIfAbsent(heading, h -> new ArrayList<>()).add(option);
      }
    }
    StringBuilder text = new StringBuilder();
    subjects.forEach(
        (heading, own) -> {
          if (!own.isEmpty()) {
            text.append(heading.isEmpty() ? "" : help.createHeading("%n" + heading + ":%n"));
            Help.Layout layout =
                help.createDefaultLayout(options, List.of(), help.colorScheme()); // one for all
            layout.addAllOptions(own, help.parameterLabelRenderer());
            text.append(layout);
          }
        });
    return text.toString();
  }

  /** The heading of each option, by its longest name: that of the innermost mixin with one. */
  private static void collect(CommandSpec spec, String heading, Map<String, String> headings) {
    for (CommandSpec mixin : spec.mixins().values()) {
      String own = HEADINGS.getOrDefault(mixin.userObject().getClass(), heading);
      mixin.options().forEach(option -> headings.put(option.longestName(), own));
      if (mixin.userObject() instanceof TrainingOptions) {
        TrainingSetting.ALL.forEach(
            setting -> headings.put(setting.option(), setting.subject().title()));
      }
      if (mixin.userObject() instanceof Output) {
        headings.put("--format", own);
      }
      collect(mixin, own, headings);
    }
  }
}
