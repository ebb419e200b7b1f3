package org.kgcoop.cli.options;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * The option for configuration files. {@link ConfigExpansion} inserts the options of the files
 * before those of the command line.
 */
final class ConfigOptions {
  static final String CONFIG = "--config";

  @SuppressWarnings("UnusedVariable") // ConfigExpansion replaces it before parsing
  @Option(
      names = CONFIG,
      paramLabel = "FILE",
      description =
          "Read options from a YAML file of kgcoop or of the published code. Repeat the option for"
              + " several files. Options on the command line have priority. Published files need"
              + " TRAINER.NAME, or a method on the command line.")
  private List<Path> files = new ArrayList<>();
}
