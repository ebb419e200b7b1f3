package org.kgcoop.method;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalDouble;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.image.view.ViewStep.RandomFlip;
import org.kgcoop.image.view.ViewStep.RandomResizedCrop;
import org.kgcoop.tensor.Tensor;

/**
 * The settings of Tip-Adapter and Tip-Adapter-F.
 *
 * @param templates of the class features
 * @param views random views of each image, whose mean raw feature is its key; 0 for the test view
 *     alone
 * @param crop of the views
 * @param scale of the zero-shot logits; empty for the model's own
 * @param alpha weight of the cache
 * @param beta sharpness of the cache
 * @param search the images by which alpha and beta are chosen
 * @param grid of alpha and beta that is tried
 */
public record CacheSettings(
    List<String> templates,
    int views,
    RandomResizedCrop crop,
    OptionalDouble scale,
    double alpha,
    double beta,
    Search search,
    CacheGrid grid) {

  /** The published number of views. */
  public static final int VIEWS = 10;

  /** The published areas of the crop. */
  public static final RandomResizedCrop CROP = new RandomResizedCrop(0.5, 1);

  /** The published scale, that of the released models. */
  public static final double SCALE = 100;

  /** The published start on ImageNet. */
  public static final double ALPHA = 1.17;

  public static final double BETA = 1;

  private static final int MOST_VIEWS = 1000;

  public CacheSettings {
    templates = new ZeroShot(templates).templates();
    if (views < 0 || views > MOST_VIEWS) {
      throw KgCoopException.configuration("views: expected 0 to 1,000, got " + views);
    }
    scale.ifPresent(number -> check("scale", number));
    check("alpha", alpha);
    check("beta", beta);
  }

  private static void check(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw KgCoopException.configuration(name + ": expected at least 0, got " + value);
    }
  }

  /** The same with alpha and beta that were found. */
  CacheSettings with(CacheGrid.Point found) {
    return new CacheSettings(
        templates, views, crop, scale, found.alpha(), found.beta(), search, grid);
  }

  /** The recipe of the views: the crop and a flip. */
  ViewRecipe recipe() {
    return recipe(crop);
  }

  static ViewRecipe recipe(RandomResizedCrop crop) {
    return new ViewRecipe(List.of(crop, new RandomFlip()));
  }

  /** The scale of the zero-shot logits. */
  double scale(Clip clip) {
    return scale.orElse(clip.logitScale());
  }

  /** T, the unit class features: (C, E). */
  Tensor texts(Clip clip, List<String> classNames) {
    return new ZeroShot(templates).classFeatures(clip, classNames);
  }

  /**
   * The keys of images: for each the mean of its raw features, brought to unit length.
   *
   * @param raw (V, N, E)
   * @return (N, E)
   */
  public static Tensor keys(Tensor raw) {
    return raw.mean(0, false).unitRows();
  }

  /** All settings, in the form that {@code MethodCatalogue} reads. */
  ObjectNode json(String id) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("method", id);
    templates.forEach(json.putArray("templates")::add);
    json.put("views", views);
    json.putArray("crop_scale").add(crop.leastArea()).add(crop.greatestArea());
    scale.ifPresentOrElse(number -> json.put("scale", number), () -> json.put("scale", "model"));
    json.put("alpha", alpha).put("beta", beta).put("search", search.id());
    json.putArray("search_scale").add(grid.betaTop()).add(grid.alphaTop());
    json.putArray("search_step").add(grid.betas()).add(grid.alphas());
    return json;
  }
}
