package org.kgcoop.model;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Tensor;

/**
 * Gradients of a step whose computation is cut into parts. Autograd differentiates the parts
 * between the cuts. At a cut, the computation provides its own gradients.
 *
 * <pre>{@code
 * Tape tape = new Tape();
 * Tensor encoded = tape.cut(text.pass(List.of(context))); // a leaf, (C, E)
 * Tensor loss = loss(encoded.unitRows());
 * tape.gradients(List.of(loss), List.of(context));
 * }</pre>
 */
public final class Tape {

  /** Computation that autograd does not record, with its own backward pass. */
  public interface Forward {
    /** Returns the input tensors, with their history. */
    List<Tensor> inputs();

    /** Returns the result, without history. */
    Tensor output();

    /**
     * Computes the gradients of losses with respect to the inputs.
     *
     * @param byOutput the gradient of each loss with respect to the output
     * @return for each loss, one tensor per input, with the shape of the input
     */
    List<List<Tensor>> gradients(List<Tensor> byOutput);
  }

  private record Cut(Forward forward, Tensor leaf) {}

  private final List<Cut> cuts = new ArrayList<>();

  /** Returns the output of a computation, as a leaf for autograd. */
  public Tensor cut(Forward forward) {
    Tensor leaf = forward.output().parameter();
    cuts.add(new Cut(forward, leaf));
    return leaf;
  }

  /**
   * Computes the gradients of losses.
   *
   * @param losses the losses, each ()
   * @param parameters the tensors that the losses depend on, directly or through cuts
   * @return for each loss, one tensor per parameter, with the shape of the parameter
   */
  public List<List<Tensor>> gradients(List<Tensor> losses, List<Tensor> parameters) {
    return gradientsOf(
        losses.stream()
            .map(loss -> new Sum(List.of(loss), List.of(Tensor.full(1).to(loss.device()))))
            .toList(),
        parameters);
  }

  /**
   * Computes the gradients of one loss, given its gradients with respect to some outputs.
   *
   * @param outputs the tensors that the loss depends on
   * @param byOutputs the gradient of the loss with respect to each output, with the shape of the
   *     output
   * @param parameters the tensors that the outputs depend on, directly or through cuts
   * @return one tensor per parameter, with the shape of the parameter
   */
  public List<Tensor> gradients(
      List<Tensor> outputs, List<Tensor> byOutputs, List<Tensor> parameters) {
    return gradientsOf(List.of(new Sum(outputs, byOutputs)), parameters).get(0);
  }

  /** Propagates the gradients from the last cut to the first, then to the parameters. */
  private List<List<Tensor>> gradientsOf(List<Sum> losses, List<Tensor> parameters) {
    for (int i = cuts.size() - 1; i >= 0; i--) {
      Cut cut = cuts.get(i);
      List<Tensor> byLeaf =
          losses.stream().map(loss -> loss.gradients(List.of(cut.leaf), true).get(0)).toList();
      List<List<Tensor>> byInputs = cut.forward.gradients(byLeaf);
      for (int loss = 0; loss < losses.size(); loss++) {
        losses.get(loss).add(cut.forward.inputs(), byInputs.get(loss));
      }
    }
    List<List<Tensor>> gradients = new ArrayList<>();
    for (int loss = 0; loss < losses.size(); loss++) {
      gradients.add(losses.get(loss).gradients(parameters, loss < losses.size() - 1));
    }
    return gradients;
  }

  /** Loss as a sum of outputs, each multiplied by its gradient. */
  private static final class Sum {
    private final List<Tensor> outputs;
    private final List<Tensor> byOutputs;

    Sum(List<Tensor> outputs, List<Tensor> byOutputs) {
      this.outputs = new ArrayList<>(outputs);
      this.byOutputs = new ArrayList<>(byOutputs);
    }

    void add(List<Tensor> more, List<Tensor> byMore) {
      outputs.addAll(more);
      byOutputs.addAll(byMore);
    }

    List<Tensor> gradients(List<Tensor> tensors, boolean retainGraph) {
      return Autograd.gradients(outputs, byOutputs, tensors, retainGraph);
    }
  }
}
