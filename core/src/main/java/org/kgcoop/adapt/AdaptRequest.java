package org.kgcoop.adapt;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;

/**
 * The work that is asked for.
 *
 * @param data its training images are learned from, its validation images too; its test images are
 *     measured on at the end
 * @param unseen names of classes without images that the classifier should know too
 * @param shots training images of a class at most; {@link FewShot#ALL} for as many as the time
 *     allows
 * @param minutes the time that it may take
 */
public record AdaptRequest(
    DataSet data, List<String> unseen, int shots, double minutes, long seed) {
  public AdaptRequest {
    unseen = List.copyOf(unseen);
    if (!(minutes > 0) || Double.isInfinite(minutes)) {
      throw KgCoopException.configuration("minutes: expected above 0, got " + minutes);
    }
    if (data.train().isEmpty()) {
      throw KgCoopException.data(data.name() + ": no training images");
    }
    unseen.stream()
        .filter(data.classNames()::contains)
        .findFirst()
        .ifPresent(
            name -> {
              throw KgCoopException.configuration(
                  "unseen class '%s': there are images of it in %s; leave it out"
                      .formatted(name, data.name()));
            });
  }
}
