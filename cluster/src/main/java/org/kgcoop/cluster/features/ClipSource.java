package org.kgcoop.cluster.features;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkFiles;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Engine;

/**
 * The CLIP of the executors, with its precision and threads. A process loads it once and never
 * closes it, because other tasks may use it.
 *
 * @param files the names of the files that Spark distributes; empty for the embedded CLIP
 * @param isFolder true for the folder of a model, false for weights with their companion files
 * @param precision the precision of matrix products
 * @param threads the number of threads of one task
 * @param version the version of the driver
 */
public record ClipSource(
    List<String> files, boolean isFolder, DType precision, int threads, String version)
    implements Serializable {
  private static final Map<ClipSource, Clip> LOADED = new HashMap<>();

  public ClipSource {
    files = List.copyOf(files);
  }

  public static ClipSource embedded(DType precision, int threads) {
    return new ClipSource(List.of(), true, precision, threads, here());
  }

  static String here() {
    return Version.KGCOOP;
  }

  /** Returns the CLIP of this process, for computations in the calling thread. */
  Clip clip() {
    if (!version.equals(here())) {
      throw KgCoopException.configuration(
          "the driver runs kgcoop %s, this executor %s; both need the same jar"
              .formatted(version, here()));
    }
    Engine.setThreads(threads);
    synchronized (LOADED) {
      Clip clip = LOADED.get(this);
      if (clip == null) {
        clip = Clip.load(folder(), new Clip.Options(precision, Device.CPU, null, null));
        LOADED.put(this, clip);
      }
      return clip;
    }
  }

  private Path folder() {
    if (files.isEmpty()) {
      return EmbeddedClip.folder();
    }
    try {
      // Spark puts all files of an application into one folder.
      Path folder = Files.createTempDirectory("kgcoop-clip-");
      for (String file : files) {
        Path link =
            Files.createSymbolicLink(
                folder.resolve(file), Path.of(SparkFiles.get(file)).toAbsolutePath());
        link.toFile().deleteOnExit();
      }
      return isFolder ? folder : folder.resolve(files.get(0));
    } catch (IOException e) {
      throw KgCoopException.io("cannot open the weights on this executor: " + e.getMessage(), e);
    }
  }
}
