package org.kgcoop.data.published;

import org.jspecify.annotations.Nullable;

/**
 * The origin of a file or folder of a data set.
 *
 * @param where a URL, or a description
 * @param direct the content of an official direct link without a form; null if you must download it
 *     by hand
 */
public record Origin(String where, @Nullable Direct direct) {

  /**
   * The content of a direct link.
   *
   * @param isArchive true if it must be unpacked
   * @param within the folder of the archive to use; empty for everything
   * @param into the target below the folder of the data set; empty for the folder itself
   * @param sha256 of the file or archive, in hexadecimal
   */
  public record Direct(boolean isArchive, String within, String into, String sha256) {}

  @Override
  public String toString() {
    return where;
  }
}
