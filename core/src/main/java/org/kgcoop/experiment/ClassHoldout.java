package org.kgcoop.experiment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;

/**
 * Sample with one half of the classes hidden, to measure a method on classes that it has not seen.
 *
 * @param fitted the seen classes with the training images
 * @param seen the seen classes with the held-out images as test images
 * @param unseen the hidden classes with all their images as test images
 */
public record ClassHoldout(DataSet fitted, DataSet seen, DataSet unseen) {

  private static final int SHARE_HELD_OUT = 4;

  /**
   * Hides one half of the classes of a sample. The held-out images of the seen classes are their
   * validation images or, if there are none, the second, sixth, tenth ... training image of each
   * class.
   *
   * @param hidden the half to hide
   */
  public static ClassHoldout of(DataSet drawn, ClassSplit hidden) {
    DataSet seen = drawn.select(hidden == ClassSplit.NEW ? ClassSplit.BASE : ClassSplit.NEW);
    DataSet unseen = drawn.select(hidden);
    List<Item> all = Stream.concat(unseen.train().stream(), unseen.val().stream()).toList();
    DataSet asked = unseen.withImages(List.of(), List.of(), all);
    if (!seen.val().isEmpty()) {
      return new ClassHoldout(
          seen.withImages(seen.train(), seen.val(), List.of()),
          seen.withImages(List.of(), List.of(), seen.val()),
          asked);
    }
    List<Item> fitted = new ArrayList<>();
    List<Item> heldOut = new ArrayList<>();
    Map<Integer, Integer> number = new HashMap<>();
    for (Item item : seen.train()) {
      // With this rule, one of two, one of four, and two of eight images are held out.
      int place = number.merge(item.label(), 1, Integer::sum);
      (place % SHARE_HELD_OUT == 2 ? heldOut : fitted).add(item);
    }
    if (heldOut.isEmpty()) {
      throw KgCoopException.data(drawn.name() + ": no class has a second image to hold out");
    }
    return new ClassHoldout(
        seen.withImages(fitted, List.of(), List.of()),
        seen.withImages(List.of(), List.of(), heldOut),
        asked);
  }
}
