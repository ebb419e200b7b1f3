package org.kgcoop.model;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Tensor;

/**
 * The gradients of a step whose computation is cut into parts. Autograd differentiates between the
 * cuts; at a cut, the computation differentiates itself.
 *
 * <pre>{@code
 * Tape tape = new Tape();
 * Tensor encoded = tape.cut(text.pass(List.of(context))); // a leaf, (C, E)
 * Tensor loss = loss(encoded.unitRows());
 * tape.gradients(List.of(loss), List.of(context));
 * }</pre>
 */
public final class Tape {

  /** A computation that autograd does not record, with its own backward pass. */
  public interface Forward {
    /** The tensors it starts from, with their history. */
    List<Tensor> inputs();

    /** Returns the result, without a history. */
    Tensor output();

    /**
     * The gradients of losses by the inputs.
     *
     * @param byOutput for each loss its gradient by the output
     * @return for each loss a tensor of the shape of each input
     */
    List<List<Tensor>> gradients(List<Tensor> byOutput);
  }

  private record Cut(Forward forward, Tensor leaf) {}

  private final List<Cut> cuts = new ArrayList<>();

  /** The output of a computation, as a leaf that autograd records from. */
  public Tensor cut(Forward forward) {
    Tensor leaf = forward.output().parameter();
    cuts.add(new Cut(forward, leaf));
    return leaf;
  }

  /**
   * The gradients of losses.
   *
   * @param losses each ()
   * @param parameters that the losses depend on, directly or through cuts
   * @return for each loss a tensor of the shape of each parameter
   */
  public List<List<Tensor>> gradients(List<Tensor> losses, List<Tensor> parameters) {
    return gradientsOf(
        losses.stream()
            .map(loss -> new Sum(List.of(loss), List.of(Tensor.full(1).to(loss.device()))))
            .toList(),
        parameters);
  }

  /**
   * The gradients of one loss whose gradients by some outputs are known.
   *
   * @param outputs that the loss depends on
   * @param byOutputs the gradient of the loss by each of them, of its shape
   * @param parameters that the outputs depend on, directly or through cuts
   * @return for each parameter a tensor of its shape
   */
  public List<Tensor> gradients(
      List<Tensor> outputs, List<Tensor> byOutputs, List<Tensor> parameters) {
    return gradientsOf(List.of(new Sum(outputs, byOutputs)), parameters).get(0);
  }

  /** From the last cut to the first, then to the parameters from all that was met on the way. */
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

  /** A loss as the sum of outputs, each times its gradient. */
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
