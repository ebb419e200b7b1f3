package org.kgcoop.bench;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Weights from a safetensors file. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    header = "A CLIP from a safetensors file; the reference copies every tensor.")
final class LoadBench implements Callable<Integer> {
  @Mixin private BenchOptions options = new BenchOptions();

  @Override
  public Integer call() {
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
              Clip.Options loading = new Clip.Options(options.precision(), Device.CPU, null, null);
              try (Clip clip = Clip.load(folder, loading)) {
                if (clip.config().embedDim() != 512) {
                  throw new IllegalStateException("another model");
                }
              }
            });
    options.print(
        new Case(
            "load, " + (options.precision() == DType.FLOAT32 ? "mapped" : "converted to bf16"),
            medians.reference(),
            medians.ours(),
            Double.NaN,
            Double.NaN,
            Measurement.peakResident()));
    return 0;
  }
}
