package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.layout.ClassNames;

/**
 * The work that is asked for.
 *
 * @param data its training images are learned from, its validation images too; its test images are
 *     measured on at the end
 * @param unseen names of classes without images that the classifier should know too
 * @param shots training images of a class at most; {@link FewShot#ALL} for as many as the time
 *     allows
 * @param minutes the time that it may take
 * @param skipsUnreadable true to leave out images that cannot be read
 * @param unknown images that belong to no class, which the threshold is tried on; may be empty
 */
public record AdaptRequest(
    DataSet data,
    List<String> unseen,
    int shots,
    double minutes,
    long seed,
    boolean skipsUnreadable,
    List<Path> unknown) {

  /** A request that an unreadable image ends. */
  public AdaptRequest(DataSet data, List<String> unseen, int shots, double minutes, long seed) {
    this(data, unseen, shots, minutes, seed, false, List.of());
  }

  public AdaptRequest {
    unseen = List.copyOf(unseen);
    unknown = List.copyOf(unknown);
    if (!(minutes > 0) || Double.isInfinite(minutes)) {
      throw KgCoopException.configuration("minutes: expected above 0, got " + minutes);
    }
    if (data.train().isEmpty()) {
      throw KgCoopException.data(data.name() + ": no training images");
    }
    Map<String, String> known = new HashMap<>();
    data.classNames().forEach(name -> known.put(ClassNames.cleaned(name), name));
    for (String name : unseen) {
      String other = known.put(ClassNames.cleaned(name), name);
      if (other == null) {
        continue;
      }
      boolean isClass = data.classNames().contains(other);
      throw KgCoopException.configuration(
          isClass && other.equals(name)
              ? "unseen class '%s': there are images of it in %s; leave it out"
                  .formatted(name, data.name())
              : "unseen class '%s': it is the same name as '%s'%s; leave it out"
                  .formatted(name, other, isClass ? " of " + data.name() : ""));
    }
  }

  /** The same for other data. */
  AdaptRequest with(DataSet other) {
    return new AdaptRequest(other, unseen, shots, minutes, seed, skipsUnreadable, unknown);
  }
}
