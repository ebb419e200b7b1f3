package org.kgcoop.cluster.features;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.Locale;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.util.functional.RemoteIterators;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.image.ImageNames;
import org.kgcoop.image.Images;

/** Files on any file system of Hadoop. Errors have one line. */
final class HadoopFiles implements Serializable {
  /**
   * A broadcast, because reading a thousand settings in each task would take longer than its work.
   */
  private final Broadcast<SerializableConfiguration> configuration;

  HadoopFiles(JavaSparkContext spark) {
    configuration = spark.broadcast(new SerializableConfiguration(spark.hadoopConfiguration()));
  }

  /**
   * An entry of a folder.
   *
   * @param path the path with its scheme
   */
  record Entry(String path, boolean isFolder) implements Serializable {
    String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  /**
   * Returns the path with a scheme and without dots. A path without a scheme is a file of this
   * machine.
   */
  String qualified(String path) {
    Path hadoop = hadoopPath(path);
    URI uri = hadoop.toUri();
    if (uri.getScheme() == null) {
      return "file:" + java.nio.file.Path.of(path).toAbsolutePath().normalize();
    }
    return system(hadoop).makeQualified(hadoop).toString();
  }

  static boolean isLocal(String qualified) {
    return qualified.startsWith("file:");
  }

  /** Returns the file of this machine for a qualified path. */
  static java.nio.file.Path local(String qualified) {
    return java.nio.file.Path.of(new Path(qualified).toUri().getPath());
  }

  FileSystem system(Path path) {
    try {
      return path.getFileSystem(configuration.value().value());
    } catch (IOException | RuntimeException e) { // a missing class is a linkage error
      throw KgCoopException.io(
          path
              + ": cannot access this file system: "
              + reason(e)
              + "; check that its library is on the class path",
          e);
    }
  }

  /** Returns true if the path is a folder, and false if it is a file. */
  boolean isFolder(String path) {
    Path hadoop = hadoopPath(path);
    try {
      return system(hadoop).getFileStatus(hadoop).isDirectory();
    } catch (FileNotFoundException e) {
      throw KgCoopException.data(path + ": no such file or folder", e);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /** Returns the content of an image file. */
  byte[] bytes(String path) {
    try (InputStream in = open(path)) {
      return Images.bytes(in);
    } catch (FileNotFoundException e) {
      throw KgCoopException.data(path + ": no such image", e);
    } catch (AccessControlException e) {
      throw KgCoopException.data(path + ": no permission to read this file", e);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  InputStream open(String path) throws IOException {
    if (isLocal(path)) {
      return Files.newInputStream(local(path));
    }
    Path hadoop = new Path(path);
    return system(hadoop).open(hadoop);
  }

  /**
   * Returns an iterator over the entries of a folder, without hidden ones. The entries are never
   * all in memory.
   */
  Iterator<Entry> entries(String folder) {
    try {
      RemoteIterator<Entry> all = isLocal(folder) ? localEntries(folder) : remoteEntries(folder);
      return stream(readable(folder, all))
          .filter(entry -> !entry.name().startsWith("."))
          .iterator();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  // The returned iterator closes the stream at its end.
  @SuppressWarnings("StreamResourceLeak")
  private static RemoteIterator<Entry> localEntries(String folder) throws IOException {
    // Hadoop's local file system would collect a folder in an array.
    DirectoryStream<java.nio.file.Path> stream = Files.newDirectoryStream(local(folder));
    return RemoteIterators.closingRemoteIterator(
        RemoteIterators.mappingRemoteIterator(
            RemoteIterators.remoteIteratorFromIterator(stream.iterator()),
            path -> {
              String name = String.valueOf(path.getFileName());
              // For names with a known ending, the file type is not read from the disk.
              boolean isFolder = Kind.of(name) == Kind.OTHER && Files.isDirectory(path);
              return new Entry(folder + "/" + name, isFolder);
            }),
        stream);
  }

  private RemoteIterator<Entry> remoteEntries(String folder) throws IOException {
    Path hadoop = new Path(folder);
    return RemoteIterators.mappingRemoteIterator(
        system(hadoop).listStatusIterator(hadoop),
        status -> new Entry(status.getPath().toString(), status.isDirectory()));
  }

  /** Returns an iterator whose errors name the folder. */
  private static <T> Iterator<T> readable(String folder, RemoteIterator<T> all) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        try {
          return all.hasNext();
        } catch (DirectoryIteratorException | IOException e) {
          throw unreadable(folder, e);
        }
      }

      @Override
      public T next() {
        try {
          return all.next();
        } catch (IOException e) {
          throw unreadable(folder, e);
        }
      }
    };
  }

  /** The kinds of files by their names. */
  enum Kind {
    IMAGE,
    TAR,
    PARQUET,
    OTHER;

    static Kind of(String fileName) {
      if (ImageNames.isRead(fileName)) {
        return IMAGE;
      }
      String name = fileName.toLowerCase(Locale.ROOT);
      if (name.endsWith(".tar") || name.endsWith(".tar.gz") || name.endsWith(".tgz")) {
        return TAR;
      }
      return name.endsWith(".parquet") ? PARQUET : OTHER;
    }
  }

  /** Returns a stream whose iterator asks for one element at a time. */
  static <T> Stream<T> stream(Iterator<T> all) {
    return StreamSupport.stream(Spliterators.spliteratorUnknownSize(all, 0), false);
  }

  private static Path hadoopPath(String path) {
    try {
      return new Path(path);
    } catch (IllegalArgumentException e) {
      throw new KgCoopException(
          KgCoopException.Category.CONFIGURATION,
          "'" + path + "': not a valid path or address: " + reason(e),
          e);
    }
  }

  static KgCoopException unreadable(String path, Exception e) {
    return KgCoopException.io(path + ": cannot read: " + reason(e), e);
  }

  static String reason(Exception e) {
    return Messages.firstLine(e.getMessage(), e);
  }
}
