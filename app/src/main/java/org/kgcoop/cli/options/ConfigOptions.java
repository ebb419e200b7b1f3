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
      description =
          "Read options from a YAML file, ours or one of the published code. Repeatable. The"
              + " command line overrides it and may end in KEY VALUE pairs. Example: --config"
              + " trainer.yaml DATASET.NUM_SHOTS 4")
  private List<Path> files = new ArrayList<>();
}
