package org.kgcoop.adapt;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.method.Folds;

/**
 * A fold of training images and what is learned for it.
 *
 * @param fitted training images of all other folds, and those that are in none
 * @param images those of this fold, as test images
 */
record HeldOut(DataSet fitted, DataSet images) {

  /**
   * The folds of the training images; none where no class has a second image.
   *
   * @param most how many they are, unless no class has as many images
   */
  static List<HeldOut> of(DataSet data, int most) {
    Folds folds = new Folds(data.train().stream().map(Item::label).toList(), most);
    List<HeldOut> all = new ArrayList<>();
    for (int fold = 0; fold < folds.count(); fold++) {
      List<Item> fitted = new ArrayList<>();
      List<Item> heldOut = new ArrayList<>();
      for (int image = 0; image < data.train().size(); image++) {
        (folds.holds(fold, image) ? heldOut : fitted).add(data.train().get(image));
      }
      all.add(
          new HeldOut(
              data.withPictures(fitted, List.of(), List.of()),
              data.withPictures(List.of(), List.of(), heldOut)));
    }
    return all;
  }
}
