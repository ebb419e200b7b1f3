package org.kgcoop.tensor;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.bytedeco.pytorch.LBFGS;
import org.bytedeco.pytorch.LBFGSOptions;
import org.bytedeco.pytorch.LossClosure;
import org.bytedeco.pytorch.StringOptional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * LibTorch's L-BFGS with a line search by the strong Wolfe conditions, for small, smooth and convex
 * problems. It solves them up to rounding (Nocedal and Wright, "Numerical Optimization", ch. 7).
 */
public final class Lbfgs {
  private static final int ITERATIONS = 1000;
  private static final double GRADIENT = 1e-6; // largest gradient element at which the search ends
  private static final double CHANGE = 1e-12;

  private Lbfgs() {}

  /**
   * Moves the parameters to a minimum.
   *
   * @param parameters changed in place; they require gradients
   * @param loss computes a scalar from the current parameters; an exception ends the search
   */
  public static void minimise(List<Tensor> parameters, Supplier<Tensor> loss) {
    try (Scope scope = Scope.open("L-BFGS")) {
      LBFGSOptions options = new LBFGSOptions(1.0);
      options.max_iter().put(ITERATIONS);
      options.max_eval().put(2L * ITERATIONS);
      options.tolerance_grad().put(GRADIENT);
      options.tolerance_change().put(CHANGE);
      options.line_search_fn().put(new StringOptional("strong_wolfe"));
      // Native code keeps only the text of an exception.
      AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
      LossClosure closure =
          new LossClosure() {
            @Override
            public org.bytedeco.pytorch.Tensor call() {
              try (Scope inner = Scope.open("loss")) {
                Tensor value = loss.get();
                List<Tensor> gradients = Autograd.gradients(value, parameters, false);
                for (int i = 0; i < parameters.size(); i++) {
                  parameters.get(i).handle().mutable_grad().put(gradients.get(i).handle());
                }
                // The caller copies the value, so it must outlive this scope.
                return inner.promote(value.detach()).handle();
              } catch (RuntimeException e) {
                failure.set(e);
                throw e;
              }
            }
          };
      try (LBFGS optimizer = new LBFGS(Autograd.vector(parameters), options)) {
        NativeCall.run("L-BFGS", () -> optimizer.step(closure));
      } catch (KgCoopException e) {
        RuntimeException cause = failure.get();
        throw cause == null ? e : cause;
      }
      for (Tensor parameter : parameters) {
        parameter.handle().mutable_grad().put(new org.bytedeco.pytorch.Tensor());
      }
    }
  }
}
