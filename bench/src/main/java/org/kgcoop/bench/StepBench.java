package org.kgcoop.bench;

import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.method.TrainedMethod;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A benchmark of the training step of a method. */
abstract class StepBench implements Callable<Integer> {
  @Option(names = "--classes", description = "Number of classes (default: ${DEFAULT-VALUE}).")
  int classes = 50;

  @Option(
      names = "--batch",
      description = "Images per batch, 0 for the published number (default: ${DEFAULT-VALUE}).")
  int batch;

  @Option(names = "--method", description = "Method (default: ${DEFAULT-VALUE}).")
  String method;

  @Mixin BenchOptions options = new BenchOptions();

  StepBench(int batch, String method) {
    this.batch = batch;
    this.method = method;
  }

  /** Takes the published number of images per batch if none is given. */
  void completeBatch(TrainedMethod made) {
    batch = batch > 0 ? batch : made.defaults().batchSize();
  }

  List<String> names() {
    return BenchModel.classNames(classes);
  }
}
