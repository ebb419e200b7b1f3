package org.kgcoop.tensor;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.ArchiveWriter;
import org.bytedeco.pytorch.InputArchive;
import org.bytedeco.pytorch.OutputArchive;
import org.bytedeco.pytorch.RMSprop;
import org.bytedeco.pytorch.RMSpropOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/** An optimizer of LibTorch. It updates its parameters in place from given gradients. */
public final class Optimizer implements AutoCloseable {
  private final List<Tensor> parameters;
  private final org.bytedeco.pytorch.Optimizer optimizer;

  /**
   * Creates an optimizer without previous steps.
   *
   * @param parameters the parameters to update, float32; they must outlive this object
   */
  public Optimizer(List<Tensor> parameters, UpdateRule rule) {
    this.parameters = List.copyOf(parameters);
    try (Scope scope = Scope.open("optimizer")) {
      optimizer = made(Autograd.vector(parameters), rule);
      optimizer.retainReference();
    }
  }

  private static org.bytedeco.pytorch.Optimizer made(TensorVector vector, UpdateRule rule) {
    if (rule instanceof UpdateRule.Sgd sgd) {
      SGDOptions options = new SGDOptions(0.0);
      options.momentum().put(sgd.momentum());
      options.weight_decay().put(sgd.weightDecay());
      return new SGD(vector, options);
    } else if (rule instanceof UpdateRule.Adam adam) {
      AdamOptions options = new AdamOptions(0.0);
      putBetas(options.betas(), adam.beta1(), adam.beta2());
      options.eps().put(adam.epsilon());
      options.weight_decay().put(adam.weightDecay());
      return new Adam(vector, options);
    } else if (rule instanceof UpdateRule.AdamW adam) {
      AdamWOptions options = new AdamWOptions(0.0);
      putBetas(options.betas(), adam.beta1(), adam.beta2());
      options.eps().put(adam.epsilon());
      options.weight_decay().put(adam.weightDecay());
      return new AdamW(vector, options);
    } else if (rule instanceof UpdateRule.RmsProp rms) {
      RMSpropOptions options = new RMSpropOptions(0.0);
      options.alpha().put(rms.alpha());
      options.momentum().put(rms.momentum());
      options.eps().put(rms.epsilon());
      options.weight_decay().put(rms.weightDecay());
      return new RMSprop(vector, options);
    }
    throw new AssertionError("a sealed interface: " + rule);
  }

  private static void putBetas(DoublePointer betas, double beta1, double beta2) {
    // A C++ tuple, whose first element some standard libraries store last. The defaults, 0.9 and
    // 0.999, show the order.
    boolean reversed = betas.get(0) > betas.get(1);
    betas.put(reversed ? 1 : 0, beta1);
    betas.put(reversed ? 0 : 1, beta2);
  }

  /**
   * Updates the parameters.
   *
   * @param gradients one per parameter, of its shape and in the same order
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
      NativeCall.run("step", optimizer::step);
      for (Tensor parameter : parameters) {
        // Sets no gradient instead of calling zero_grad(), which would detach views of other
        // memory.
        parameter.handle().mutable_grad().put(new org.bytedeco.pytorch.Tensor());
      }
    }
  }

  /** Returns the state that the next step depends on, except the parameters, for {@link #load}. */
  public byte[] state() {
    try (Scope scope = Scope.open("optimizer state")) {
      OutputArchive archive = new OutputArchive();
      optimizer.save(archive);
      return Bytes.of(archive);
    }
  }

  /** The bytes of an archive. */
  private static final class Bytes extends ArchiveWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private @Nullable Throwable failure;

    /**
     * Saves an archive. One at a time, because the binding manages its callbacks without a lock
     * (javacpp issue 486).
     */
    static synchronized byte[] of(OutputArchive archive) {
      try (Bytes writer = new Bytes()) {
        archive.save_to(writer);
        if (writer.failure != null) {
          throw new IllegalStateException("the state was not saved", writer.failure);
        }
        return writer.bytes.toByteArray();
      }
    }

    /** Keeps an error, because LibTorch ends the process if this method throws. */
    @Override
    public long call(Pointer data, long size) {
      try {
        byte[] chunk = new byte[Math.toIntExact(size)];
        new BytePointer(data).get(chunk);
        bytes.writeBytes(chunk);
      } catch (RuntimeException | Error e) {
        failure = e;
      }
      return size;
    }
  }

  /** Restores a state of {@link #state()} for the same rule and parameters of the same shapes. */
  public void load(byte[] state) {
    try (Scope scope = Scope.open("optimizer state")) {
      InputArchive archive = new InputArchive();
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
