package org.kgcoop.cluster.features;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.tensor.DType;

/** Distributes the weights of a CLIP to the executors. Each executor downloads every file once. */
public final class ClipFiles {
  private ClipFiles() {}

  /**
   * Adds weights to the files of the application.
   *
   * @param path a weight file or the folder of a model, on any file system
   */
  public static ClipSource add(SparkContext spark, String path, DType precision, int threads) {
    HadoopFiles files = new HadoopFiles(new JavaSparkContext(spark));
    Path place = new Path(files.qualified(path));
    FileSystem system = files.system(place);
    try {
      boolean isFolder = system.getFileStatus(place).isDirectory();
      List<String> names = new ArrayList<>();
      if (!isFolder) {
        names.add(place.getName());
      }
      Path folder = isFolder ? place : place.getParent();
      for (FileStatus file : system.listStatus(folder)) {
        String name = file.getPath().getName();
        boolean belongs = isFolder ? !name.startsWith(".") : WeightFiles.CONFIGS.contains(name);
        if (file.isFile() && belongs) {
          names.add(name);
        }
      }
      names.forEach(name -> spark.addFile(new Path(folder, name).toString()));
      return new ClipSource(names, isFolder, precision, threads, ClipSource.here());
    } catch (FileNotFoundException e) {
      throw KgCoopException.io(
          "--clip "
              + path
              + ": no such file or folder; use './kgcoop download' for a name such as ViT-B/16",
          e);
    } catch (IOException e) {
      throw HadoopFiles.unreadable(path, e);
    }
  }
}
