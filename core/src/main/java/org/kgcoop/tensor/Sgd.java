package org.kgcoop.tensor;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.ArchiveWriter;
import org.bytedeco.pytorch.InputArchive;
import org.bytedeco.pytorch.OutputArchive;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;

/**
 * LibTorch's stochastic gradient descent with momentum and weight decay; no dampening, no Nesterov.
 * It updates its parameters in place: {@code v = momentum v + (g + weightDecay p); p = p - rate v}.
 */
public final class Sgd implements AutoCloseable {
  private final List<Tensor> parameters;
  private final SGD optimizer;

  /**
   * @param parameters what is updated; they must outlive this object
   */
  public Sgd(List<Tensor> parameters, double momentum, double weightDecay) {
    this.parameters = List.copyOf(parameters);
    try (Scope scope = Scope.open("optimizer")) {
      SGDOptions options = new SGDOptions(0.0);
      options.momentum().put(momentum);
      options.weight_decay().put(weightDecay);
      optimizer = new SGD(Autograd.vector(parameters), options);
      optimizer.retainReference();
    }
  }

  /**
   * One update.
   *
   * @param gradients for each parameter one of its shape, in the order of the parameters
   */
  public void step(List<Tensor> gradients, double learningRate) {
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

  /** The momentum of every parameter, for {@link #load}. */
  public byte[] state() {
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

  /** Continues from a state that {@link #state()} gave for parameters of the same shapes. */
  public void load(byte[] state) {
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
