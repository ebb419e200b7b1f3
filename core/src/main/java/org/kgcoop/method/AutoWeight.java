package org.kgcoop.method;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.prompt.FeatureClassifier;

/**
 * KgCoOp whose weight is still to be found by a search among the classes that it learns.
 *
 * @param method with any weight
 * @param grid the weights that are tried
 */
public record AutoWeight(KgCoOp method, List<Double> grid) implements Method {
  /** The value of {@code weight} that asks for it. */
  public static final String AUTO = "auto";

  /** Half of the classes are hidden at a time, and of one class there is nothing to tell. */
  private static final int FEWEST_CLASSES = 4;

  public static final List<Double> GRID = List.of(0.0, 1.0, 2.0, 4.0, 8.0, 16.0);

  public AutoWeight {
    grid = List.copyOf(grid);
    if (grid.isEmpty()) {
      throw KgCoopException.configuration("KgCoOp's weight_grid: expected at least one weight");
    }
    for (double weight : grid) {
      KgCoOp unused = method.with(weight); // refuses the wrong
    }
  }

  /** The method with that weight. */
  private KgCoOp with(double weight) {
    return method.with(weight);
  }

  @Override
  public Learned fit(Fitting fitting) {
    double weight = fitting.bestWeight(grid, this::with);
    fitting.chosen("weight", weight);
    Search by = fitting.validation().isPresent() ? Search.VALIDATION : Search.FOLDS;
    fitting.chosen(Search.BY, by.id());
    return with(weight).fit(fitting);
  }

  @Override
  public Optional<String> bound() {
    return method.bound();
  }

  @Override
  public void check(Occasion occasion, int classes, boolean validation) {
    if (classes < FEWEST_CLASSES) {
      throw KgCoopException.configuration(
          "%s: KgCoOp's weight cannot be found among %s classes, at least %s are needed; give it"
                  .formatted(occasion.dataSet(), classes, FEWEST_CLASSES)
              + " with --weight");
    }
    if (occasion.shots() == 1 && !validation) {
      throw KgCoopException.configuration(
          occasion.dataSet()
              + ": to find KgCoOp's weight takes validation images or two shots; give it with"
              + " --weight");
    }
  }

  @Override
  public FeatureClassifier classifier(Clip clip, Learned learned, List<String> classNames) {
    return method.classifier(clip, learned, classNames);
  }

  @Override
  public Optional<TrainedMethod> trained() {
    return Optional.of(method);
  }

  @Override
  public String id() {
    return method.id();
  }

  @Override
  public String title() {
    return method.title();
  }

  @Override
  public String prompts() {
    return method.prompts();
  }

  @Override
  public ObjectNode toJson() {
    ObjectNode json = method.toJson().put("weight", AUTO);
    grid.forEach(json.putArray("weight_grid")::add);
    return json;
  }
}
