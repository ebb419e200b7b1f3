package org.kgcoop.cli.options;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Settings from files; {@link ConfigExpansion} puts their options before those of the user. */
final class ConfigOptions {
  static final String CONFIG = "--config";

  @SuppressWarnings("UnusedVariable") // what it stands for is put in its place before parsing
  @Option(
      names = CONFIG,
      paramLabel = "FILE",
      description = {
        "A YAML file of options (keys as the long options, without dashes; set: for the settings of"
            + " methods), or a file of the published code, configs/datasets/*.yaml and"
            + " configs/trainers/*/*.yaml; repeat the option for several. The command line takes"
            + " precedence, and may end in KEY VALUE pairs of the published code.",
        "Example: --config trainer.yaml DATASET.NUM_SHOTS 4 TRAINER.COOP.W 8.0"
      })
  private List<Path> files = new ArrayList<>();
}
