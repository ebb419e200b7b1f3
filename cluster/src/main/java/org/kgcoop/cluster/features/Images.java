package org.kgcoop.cluster.features;

import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.kgcoop.features.ShardEncoder.Image;

/**
 * The images of a task. They have the same keys as in a data set in the same folder. Images are
 * read on request.
 */
final class Images {
  private Images() {}

  /** Returns the images in image files. */
  static Iterator<Image> of(HadoopFiles files, String root, Iterator<String> paths) {
    return HadoopFiles.stream(paths)
        .map(path -> new Image(key(root, path), path, () -> files.bytes(path)))
        .iterator();
  }

  /** Returns the images in tars, one tar after the other. */
  static Iterator<Image> ofTars(HadoopFiles files, Iterator<String> paths, boolean alone) {
    return new Iterator<>() {
      private Iterator<Image> current = Collections.emptyIterator();

      @Override
      public boolean hasNext() {
        while (!current.hasNext() && paths.hasNext()) {
          String path = paths.next();
          String prefix = alone ? "" : name(path) + "/";
          current = new TarImages(files, path, member -> prefix + member);
        }
        return current.hasNext();
      }

      @Override
      public Image next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return current.next();
      }
    };
  }

  /** Returns the images in rows of Parquet files. */
  static Iterator<Image> ofRows(Iterator<Row> rows, boolean alone) {
    return HadoopFiles.stream(rows).map(row -> ParquetImages.image(row, alone)).iterator();
  }

  private static String key(String root, String path) {
    return path.startsWith(root + "/") ? path.substring(root.length() + 1) : name(path);
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
