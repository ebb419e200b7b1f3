package org.kgcoop.tensor;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.ArchiveWriter;
import org.bytedeco.pytorch.InputArchive;
import org.bytedeco.pytorch.Optimizer;
import org.bytedeco.pytorch.OutputArchive;
import org.bytedeco.pytorch.TensorVector;

/** What all of LibTorch's optimisers share: a step with given gradients, and their state. */
final class NativeOptimizer implements AutoCloseable {
  private final List<Tensor> parameters;
  private final Optimizer optimizer;

  /** An optimiser of those parameters, made by {@code make}. */
  NativeOptimizer(List<Tensor> parameters, Function<TensorVector, Optimizer> make) {
    this.parameters = List.copyOf(parameters);
    try (Scope scope = Scope.open("optimizer")) {
      optimizer = make.apply(Autograd.vector(parameters));
      optimizer.retainReference();
    }
  }

  void step(List<Tensor> gradients, double learningRate) {
    if (gradients.size() != parameters.size()) {
      throw new IllegalArgumentException(
          "gradients: expected " + parameters.size() + ", got " + gradients.size());
    }
    try (Scope scope = Scope.open("optimizer step")) {
      for (int i = 0; i < gradients.size(); i++) {
        gradients.get(i).checkOpen("step");
        parameters.get(i).handle().mutable_grad().put(gradients.get(i).handle());
      }
      optimizer.param_groups().get(0).options().set_lr(learningRate);
      Object unused = NativeCall.run("step", optimizer::step);
      for (Tensor parameter : parameters) {
        // No gradient, rather than zero_grad(): that would detach views of others' memory.
        Object unusedToo = parameter.handle().mutable_grad().put(new org.bytedeco.pytorch.Tensor());
      }
    }
  }

  byte[] state() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (Scope scope = Scope.open("optimizer state")) {
      OutputArchive archive = new OutputArchive();
      optimizer.save(archive);
      archive.save_to(
          new ArchiveWriter() {
            @Override
            public long call(Pointer data, long size) {
              byte[] chunk = new byte[Math.toIntExact(size)];
              new BytePointer(data).get(chunk);
              bytes.writeBytes(chunk);
              return size;
            }
          });
    }
    return bytes.toByteArray();
  }

  void load(byte[] state) {
    try (Scope scope = Scope.open("optimizer state")) {
      InputArchive archive = new InputArchive();
      Object unused =
          NativeCall.run(
              "load",
              () -> {
                archive.load_from(new BytePointer(state), state.length);
                optimizer.load(archive);
                return archive;
              });
    }
  }

  @Override
  public void close() {
    optimizer.close();
  }
}
