package org.kgcoop.data.published;

import org.jspecify.annotations.Nullable;

/**
 * The origin of a file or folder of a data set.
 *
 * @param where an address, or words
 * @param direct what a direct link gives, an official one that serves everybody without a form;
 *     null where it is to be got by hand
 */
public record Origin(String where, @Nullable Direct direct) {

  /**
   * The content that the address gives.
   *
   * @param isArchive whether it is to be unpacked
   * @param within folder of the archive whose content is wanted; empty for all of it
   * @param into where that goes, below the folder of the data set; empty: the folder itself
   */
  public record Direct(boolean isArchive, String within, String into) {}

  @Override
  public String toString() {
    return where;
  }
}
