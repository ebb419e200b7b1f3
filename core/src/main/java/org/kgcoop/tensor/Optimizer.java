package org.kgcoop.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.AdamW;
import org.bytedeco.pytorch.AdamWOptions;
import org.bytedeco.pytorch.InputArchive;
import org.bytedeco.pytorch.OutputArchive;
import org.bytedeco.pytorch.RMSprop;
import org.bytedeco.pytorch.RMSpropOptions;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.TensorVector;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;

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

  /**
   * Returns the state that the next step depends on, except the parameters, for {@link #load}.
   *
   * @throws KgCoopException of the category IO if there is no space for temporary files
   */
  public byte[] state() {
    // A file, because LibTorch ends the process if a writer in Java fails.
    try (Scope scope = Scope.open("optimizer state")) {
      Path folder = Files.createTempDirectory("kgcoop-");
      Path file = folder.resolve("archive"); // the name is a part of the state
      try {
        OutputArchive archive = new OutputArchive();
        NativeCall.run(
            "save",
            () -> {
              optimizer.save(archive);
              archive.save_to(file.toString());
              return archive;
            });
        return Files.readAllBytes(file);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw KgCoopException.io(
          "the state of the optimizer cannot be written to a temporary file: "
              + FileErrors.reason(e)
              + "; set another folder with KGCOOP_OPTS=-Djava.io.tmpdir=DIR",
          e);
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
