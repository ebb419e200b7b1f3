package org.kgcoop.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.kgcoop.KgCoopException;

/** Opens pictures to see whether they can be read, several at a time. */
public final class PictureCheck {

  private PictureCheck() {}

  /**
   * What is wrong with the pictures of a data set, a line for each bad one, in their order.
   *
   * @param warnings gets what may surprise about readable pictures
   * @param progress gets how many are done, from any thread
   */
  public static List<String> problems(
      DataSet dataSet, Consumer<String> warnings, IntConsumer progress) {
    Images images = new Images(warnings);
    List<Item> all = new ArrayList<>(dataSet.train());
    all.addAll(dataSet.val());
    all.addAll(dataSet.test());
    AtomicInteger done = new AtomicInteger();
    return all.parallelStream()
        .map(
            item -> {
              Optional<String> problem = problem(images, item);
              progress.accept(done.incrementAndGet());
              return problem;
            })
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<String> problem(Images images, Item item) {
    try {
      RgbImage unused = images.read(item.file());
      return Optional.empty();
    } catch (KgCoopException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
