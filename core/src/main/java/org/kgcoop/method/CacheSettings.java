package org.kgcoop.method;

import java.util.List;
import java.util.OptionalDouble;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.RandomResizedCrop;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.model.FixedHead;
import org.kgcoop.settings.Setting;
import org.kgcoop.settings.SettingList;
import org.kgcoop.settings.SettingType;
import org.kgcoop.tensor.Tensor;

/**
 * Settings of Tip-Adapter and Tip-Adapter-F.
 *
 * @param templates the templates of the class features
 * @param views the number of random views per image, whose mean raw feature is the key of the
 *     image; 0 uses only the test view
 * @param crop the crop of the views
 * @param scale the scale of the zero-shot logits; empty for the model's logit scale
 * @param weights alpha and beta of the cache
 * @param search the images that alpha and beta are selected with
 * @param grid the grid of alpha and beta that is searched
 */
public record CacheSettings(
    List<String> templates,
    int views,
    RandomResizedCrop crop,
    OptionalDouble scale,
    CacheGrid.Weights weights,
    SelectionData search,
    CacheGrid grid) {

  static final Setting<RandomResizedCrop> CROP_SCALE =
      Setting.of(
          "crop_scale",
          SettingType.pair(SettingType.NUMBERS)
              .as(
                  areas -> new RandomResizedCrop(areas.get(0), areas.get(1)),
                  crop -> List.of(crop.leastArea(), crop.greatestArea())),
          new RandomResizedCrop(0.5, 1),
          "The least and the greatest area of a random view");

  static final SettingList<CacheSettings> SETTINGS =
      SettingList.of(
          CacheSettings.class,
          SharedSettings.TEMPLATES,
          SharedSettings.views("Number of random views whose mean is a key")
              .publishedAs("augment_epoch"),
          CROP_SCALE,
          Setting.of(
                  "scale",
                  SettingType.numberOr("model"),
                  OptionalDouble.of(100),
                  "The scale of the zero-shot logits; model: the CLIP's own")
              .allowing("at least 0", scale -> scale.orElse(0) >= 0),
          SettingList.of(
              CacheGrid.Weights.class,
              Setting.number("alpha", 1.17, "Weight of the cache, where the search starts")
                  .atLeast(0)
                  .publishedAs("init_alpha"),
              Setting.number("beta", 1, "Sharpness of the cache, where the search starts")
                  .atLeast(0)
                  .publishedAs("init_beta")),
          SelectionData.setting("The images that choose alpha and beta"),
          CacheGrid.SETTINGS);

  /** Returns these settings with another alpha and beta. */
  CacheSettings with(CacheGrid.Weights others) {
    return new CacheSettings(templates, views, crop, scale, others, search, grid);
  }

  public double alpha() {
    return weights.alpha();
  }

  public double beta() {
    return weights.beta();
  }

  /** Returns the recipe of the views: the crop and a flip. */
  ViewRecipe recipe() {
    return recipe(crop);
  }

  static ViewRecipe recipe(RandomResizedCrop crop) {
    return new ViewRecipe(crop, true);
  }

  /** Returns the zero-shot head with the scale of these settings, in the open scope. */
  public FixedHead.Linear texts(Clip clip, List<String> classNames) {
    return new FixedHead.Linear(
        new ZeroShot(templates).classFeatures(clip, classNames), null, scale(clip));
  }

  /**
   * Returns the scale of the zero-shot logits. If the settings have none, it is the model's logit
   * scale.
   */
  double scale(Clip clip) {
    return scale.orElse(clip.logitScale());
  }

  /**
   * Computes the keys of images: the mean of the raw features of each image, normalized to unit
   * length.
   *
   * @param raw the raw features, (V, N, E)
   * @return the keys, (N, E)
   */
  public static Tensor keys(Tensor raw) {
    return raw.mean(0, false).unitRows();
  }
}
