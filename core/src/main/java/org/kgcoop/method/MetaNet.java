package org.kgcoop.method;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Network of two linear layers that CoCoOp and TCP train, with the published parameter names. */
final class MetaNet {
  private static final String FIRST = "meta_net.linear1";
  private static final String SECOND = "meta_net.linear2";

  private final Map<String, Tensor> parameters = new HashMap<>();

  /**
   * Creates a network with the default initialization of PyTorch: weights and biases are uniform in
   * [-1 / sqrt(in), 1 / sqrt(in)].
   *
   * @param model a function that registers a parameter of a model, given its name and initial value
   * @param embed E, the input width
   * @param hidden the number of hidden units
   * @param out the output width
   */
  MetaNet(BiFunction<String, Tensor, Tensor> model, int embed, int hidden, int out, long seed) {
    PythonRandom random = new PythonRandom(seed);
    try (Scope scope = Scope.open("meta net")) {
      addLinear(model, FIRST, embed, hidden, random);
      addLinear(model, SECOND, hidden, out, random);
    }
  }

  private void addLinear(
      BiFunction<String, Tensor, Tensor> model, String name, int in, int out, PythonRandom random) {
    String weight = name + ".weight";
    parameters.put(weight, model.apply(weight, Init.weight(random, out, in)));
    String bias = name + ".bias";
    parameters.put(bias, model.apply(bias, Init.bias(random, out, in)));
  }

  /** Applies both layers with an activation between them: (N, E) to (N, out). */
  Tensor apply(Tensor x, UnaryOperator<Tensor> activation) {
    return linear(SECOND, activation.apply(linear(FIRST, x)));
  }

  private Tensor linear(String name, Tensor x) {
    return Functions.linear(x, parameter(name + ".weight"), parameter(name + ".bias"));
  }

  private Tensor parameter(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }
}
