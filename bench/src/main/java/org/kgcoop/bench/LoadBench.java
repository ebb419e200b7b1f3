package org.kgcoop.bench;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the loading of weights from a safetensors file. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    header =
        "Measure the loading of a CLIP from a safetensors file. The reference copies every tensor.")
final class LoadBench implements Callable<Integer> {
  @Option(
      names = "--embedded",
      description = "Measure the embedded CLIP and all embedded data sets instead, once.")
  private boolean embedded;

  @Mixin private BenchOptions options = new BenchOptions();

  @Override
  public Integer call() {
    options.print(embedded ? embedded() : weights());
    return 0;
  }

  /**
   * Measures once. A program loads the embedded files once, with classes that the JVM has not
   * loaded before.
   */
  private Case embedded() {
    int unused = Engine.threads(); // load the native library, which every command needs
    double ms =
        Measurement.time(
            () -> {
              try (Clip clip = load(EmbeddedClip.folder())) {
                long images = 0;
                for (EmbeddedDataSets.Description set : EmbeddedDataSets.all()) {
                  DataSet data =
                      EmbeddedDataSets.open(set.name(), DataSetOptions.defaults(warning -> {}));
                  images += data.train().size() + data.val().size() + data.test().size();
                }
                if (images == 0 || clip.config().embedDim() == 0) {
                  throw new IllegalStateException("nothing was loaded");
                }
              }
            });
    return new Case(
        "load, the embedded CLIP and data sets",
        Double.NaN,
        ms,
        Double.NaN,
        Double.NaN,
        Measurement.peakResident());
  }

  private Clip load(Path folder) {
    return Clip.load(folder, new Clip.Options(options.precision(), Device.CPU, null, null));
  }

  private Case weights() {
    Path folder = BenchModel.folder();
    Measurement.Medians medians =
        options.measure(
            () -> {
              try (Scope scope = Scope.open("copies")) {
                for (StoredTensor stored : WeightFiles.open(folder).tensors().values()) {
                  Tensor unused = stored.tensor().copy();
                }
              }
            },
            () -> {
              try (Clip clip = load(folder)) {
                if (clip.config().embedDim() != 512) {
                  throw new IllegalStateException("another model");
                }
              }
            });
    return new Case(
        "load, " + (options.precision() == DType.FLOAT32 ? "float32" : "converted to bf16"),
        medians.reference(),
        medians.ours(),
        Double.NaN,
        Double.NaN,
        Measurement.peakResident());
  }
}
