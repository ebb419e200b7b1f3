package org.kgcoop.clip;

import org.kgcoop.KgCoopException;

/** The activation function of the transformer blocks. */
public enum Activation {
  /** {@code x sigmoid(1.702 x)}, used by OpenAI's CLIP. */
  QUICK_GELU,
  /** {@code x Phi(x)}, used by most OpenCLIP models. */
  GELU,
  /** {@code x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2}, used by SigLIP. */
  GELU_PYTORCH_TANH;

  /** Returns the activation with a name from a configuration file. */
  public static Activation ofName(String name) {
    return switch (name) {
      case "quick_gelu", "quickgelu" -> QUICK_GELU;
      case "gelu" -> GELU;
      case "gelu_pytorch_tanh" -> GELU_PYTORCH_TANH;
      default ->
          throw KgCoopException.weights(
              "activation '" + name + "': expected quick_gelu, gelu or gelu_pytorch_tanh");
    };
  }
}
