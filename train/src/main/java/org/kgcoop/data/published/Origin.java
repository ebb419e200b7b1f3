package org.kgcoop.data.published;

import org.jspecify.annotations.Nullable;

/**
 * The origin of a file or folder of a data set.
 *
 * @param where an address, or a description
 * @param download its download; null if you must get it by hand
 */
public record Origin(String where, @Nullable Download download) {

  @Override
  public String toString() {
    return where;
  }
}
