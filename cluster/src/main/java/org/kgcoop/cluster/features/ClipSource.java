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
import org.kgcoop.cluster.session.NativeMemory;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Engine;

/**
 * The CLIP that the executors load, and the way of its computing there. A process loads it once and
 * keeps it: a task that ends must not close what another still uses.
 *
 * @param files names of the files that Spark has brought to each executor; empty for the embedded
 *     CLIP
 * @param isFolder whether they are a folder of a model, or weights and what lies beside them
 * @param precision of the matrix products
 * @param threads of one task
 * @param version of the program that asks
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

  /** The CLIP of this process, for the calling thread to compute with. */
  Clip clip() {
    if (!version.equals(here())) {
      throw KgCoopException.configuration(
          "the driver runs kgcoop %s, this executor %s; give both the same jar"
              .formatted(version, here()));
    }
    NativeMemory.leaveToCluster();
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
      throw KgCoopException.io("the weights cannot be opened here: " + e.getMessage(), e);
    }
  }
}
