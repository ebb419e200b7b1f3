package org.kgcoop.bench;

import org.kgcoop.cli.Program;
import picocli.CommandLine.Command;

/** The benchmarks. */
@Command(
    name = "kgcoop bench",
    mixinStandardHelpOptions = true,
    description =
        "Time the published algorithm, written plainly, against ours: same process, by turns,"
            + " random weights with the shapes of ViT-B/16.",
    subcommands = {
      TextBench.class,
      EncodersBench.class,
      ImageBench.class,
      TrainBench.class,
      FeaturesBench.class,
      EvaluateBench.class,
      AdaptBench.class,
      PreprocessBench.class,
      LoadBench.class,
      OnnxBench.class,
      ServeBench.class
    })
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    Program.run(
        arguments,
        interrupted ->
            Program.commandLine(new Main(), interrupted).setCaseInsensitiveEnumValuesAllowed(true));
  }
}
