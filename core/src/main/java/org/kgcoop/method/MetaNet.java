package org.kgcoop.method;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** The two linear layers that CoCoOp and TCP learn, under their published names. */
final class MetaNet implements AutoCloseable {
  private static final String FIRST = "meta_net.linear1";
  private static final String SECOND = "meta_net.linear2";

  private final Map<String, Tensor> parameters = new LinkedHashMap<>();

  /**
   * A net that starts as PyTorch's linear layers do: weight and bias uniform up to 1 / sqrt(in).
   *
   * @param embed E, the width of what it reads
   * @param hidden units between the layers
   * @param out the width of what it gives
   */
  MetaNet(int embed, int hidden, int out, long seed, Device device) {
    PythonRandom random = new PythonRandom(seed);
    try (Scope scope = Scope.open("meta net")) {
      addLinear(FIRST, embed, hidden, random, device);
      addLinear(SECOND, hidden, out, random, device);
    }
  }

  private void addLinear(String name, int in, int out, PythonRandom random, Device device) {
    Tensor weight = Init.weight(random, out, in);
    parameters.put(name + ".weight", weight.to(device).parameter().keep());
    Tensor bias = Init.bias(random, out, in);
    parameters.put(name + ".bias", bias.to(device).parameter().keep());
  }

  /** The parameters of a method: its context, then weights and biases, the first layer first. */
  Map<String, Tensor> parameters(Tensor context) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    all.put("ctx", context);
    all.putAll(parameters);
    return Collections.unmodifiableMap(all);
  }

  /** Both layers with an activation between them: (N, E) to (N, out). */
  Tensor apply(Tensor x, UnaryOperator<Tensor> activation) {
    return linear(SECOND, activation.apply(linear(FIRST, x)));
  }

  private Tensor linear(String name, Tensor x) {
    return Functions.linear(x, parameter(name + ".weight"), parameter(name + ".bias"));
  }

  private Tensor parameter(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  @Override
  public void close() {
    parameters.values().forEach(Tensor::close);
  }
}
