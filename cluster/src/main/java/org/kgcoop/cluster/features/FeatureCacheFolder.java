package org.kgcoop.cluster.features;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.kgcoop.KgCoopException;
import org.kgcoop.features.Shard;
import org.kgcoop.files.Folders;

/**
 * The folder of one model in a feature cache, on any file system. A file gets its final name when
 * it is complete. The name depends only on its keys, so a repeated task writes the same file.
 */
final class FeatureCacheFolder implements Serializable {
  private final HadoopFiles files;
  private final String folder;

  /** Creates the folder of a model in a feature cache. */
  FeatureCacheFolder(HadoopFiles files, String cache, String name) {
    this.files = files;
    this.folder = cache + "/" + name;
  }

  /** Writes a complete file or none. */
  void write(Shard shard) {
    try {
      if (HadoopFiles.isLocal(folder)) {
        shard.write(Files.createDirectories(HadoopFiles.local(folder)));
      } else {
        copy(shard);
      }
    } catch (IOException e) {
      throw KgCoopException.io(
          folder
              + ": cannot write this file: "
              + HadoopFiles.reason(e)
              + "; try another --feature-cache",
          e);
    }
  }

  private void copy(Shard shard) throws IOException {
    java.nio.file.Path temporary = Files.createTempDirectory("kgcoop-shard-");
    try {
      java.nio.file.Path file = shard.write(Files.createDirectory(temporary.resolve(model())));
      // Write the keys first, so that a file with features always has them.
      copy(Shard.keyFile(file));
      copy(file);
    } finally {
      Folders.delete(temporary);
    }
  }

  private void copy(java.nio.file.Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    Path target = new Path(folder, name);
    Path part = new Path(folder, "." + name + "." + UUID.randomUUID() + ".tmp");
    FileSystem system = files.system(target);
    boolean moved = false;
    try {
      system.copyFromLocalFile(false, true, new Path(file.toUri()), part);
      moved = system.rename(part, target);
    } finally {
      if (!moved) {
        system.delete(part, false);
      }
    }
    // If the file exists, another attempt has written the same one.
    if (!moved && !system.exists(target)) {
      throw new IOException("cannot rename to " + target);
    }
  }

  /** Returns the names of the complete files. */
  List<String> shards() {
    Path path = new Path(folder);
    FileSystem system = files.system(path);
    List<String> names = new ArrayList<>();
    try {
      if (system.exists(path)) {
        for (FileStatus status : system.listStatus(path)) {
          String name = status.getPath().getName();
          if (name.endsWith(Shard.ENDING) && !name.startsWith(".")) {
            names.add(name);
          }
        }
      }
      return names;
    } catch (IOException e) {
      throw HadoopFiles.unreadable(folder, e);
    }
  }

  /** Returns the keys in a file. A damaged file has none, so its features are computed again. */
  List<String> keys(String name) {
    try {
      return List.copyOf(read(name).features().keySet());
    } catch (KgCoopException e) {
      return List.of();
    } catch (IOException e) {
      throw HadoopFiles.unreadable(folder + "/" + name, e);
    }
  }

  private Shard read(String name) throws IOException {
    if (HadoopFiles.isLocal(folder)) {
      return Shard.read(HadoopFiles.local(folder).resolve(name));
    }
    java.nio.file.Path temporary = Files.createTempDirectory("kgcoop-shard-");
    try {
      Path source = new Path(folder, name);
      java.nio.file.Path file = Files.createDirectory(temporary.resolve(model())).resolve(name);
      files.system(source).copyToLocalFile(false, source, new Path(file.toUri()), true);
      return Shard.read(file);
    } finally {
      Folders.delete(temporary);
    }
  }

  /** Returns the name of the folder, which a file contains. */
  private String model() {
    return new Path(folder).getName();
  }

  @Override
  public String toString() {
    return folder;
  }
}
