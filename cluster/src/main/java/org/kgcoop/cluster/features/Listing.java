package org.kgcoop.cluster.features;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.kgcoop.cluster.features.HadoopFiles.Entry;
import org.kgcoop.cluster.features.HadoopFiles.Kind;

/**
 * The images, tars and Parquet files in a folder. The executors list them and store the list on
 * their disks. The driver stores only a few folders and no names of images, so it can list millions
 * of images.
 */
final class Listing {
  /** The maximum number of levels that the driver lists to get enough folders for the executors. */
  private static final int LEVELS = 4;

  private Listing() {}

  /** Returns all these files, each with its scheme. */
  static JavaRDD<String> of(JavaSparkContext spark, HadoopFiles files, String root) {
    if (!files.isFolder(root)) {
      return spark.parallelize(List.of(root), 1);
    }
    int enough = 2 * spark.defaultParallelism();
    JavaRDD<String> found = spark.<String>emptyRDD();
    List<String> folders = List.of(root);
    for (int level = 0; level < LEVELS && !folders.isEmpty() && folders.size() < enough; level++) {
      // The path of a folder ends with a slash.
      JavaRDD<String> entries =
          spark
              .parallelize(folders, folders.size())
              .flatMap(files::entries)
              .filter(entry -> entry.isFolder() || isWanted(entry))
              .map(entry -> entry.isFolder() ? entry.path() + "/" : entry.path())
              .persist(StorageLevel.DISK_ONLY());
      folders =
          entries
              .filter(path -> path.endsWith("/"))
              .map(path -> path.substring(0, path.length() - 1))
              .collect();
      found = found.union(entries.filter(path -> !path.endsWith("/")));
    }
    if (!folders.isEmpty()) {
      int tasks = Math.min(folders.size(), 4 * enough);
      found =
          found.union(
              spark
                  .parallelize(folders, tasks)
                  .flatMap(folder -> new Walk(files, folder))
                  .filter(Listing::isWanted)
                  .map(Entry::path)
                  .persist(StorageLevel.DISK_ONLY()));
    }
    return found;
  }

  private static boolean isWanted(Entry entry) {
    return !entry.isFolder() && Kind.of(entry.name()) != Kind.OTHER;
  }

  /** All files in a folder. One listing per level is open. */
  private static final class Walk implements Iterator<Entry> {
    private final HadoopFiles files;
    private final Deque<Iterator<Entry>> open = new ArrayDeque<>();
    private final List<Entry> ready = new ArrayList<>();

    Walk(HadoopFiles files, String folder) {
      this.files = files;
      open.push(files.entries(folder));
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && !open.isEmpty()) {
        Iterator<Entry> innermost = open.element();
        if (!innermost.hasNext()) {
          open.pop();
          continue;
        }
        Entry entry = innermost.next();
        if (entry.isFolder()) {
          open.push(files.entries(entry.path()));
        } else {
          ready.add(entry);
        }
      }
      return !ready.isEmpty();
    }

    @Override
    public Entry next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.remove(0);
    }
  }
}
