package org.kgcoop.cluster.bench;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A file system with names of images that do not exist: {@code synthetic://100x1000/} has 100
 * folders with 1,000 names each. Listing it does not use the disk, so a benchmark measures only the
 * listing itself.
 */
public final class SyntheticFileSystem extends FileSystem {
  private URI uri = URI.create("synthetic://1x1/");
  private long folders;
  private long names;

  /** Creates an instance for Hadoop, which then calls {@link #initialize}. */
  public SyntheticFileSystem() {}

  @Override
  public void initialize(URI name, Configuration configuration) throws IOException {
    super.initialize(name, configuration);
    Matcher size = Pattern.compile("(\\d{1,9})x(\\d{1,9})").matcher(name.getAuthority());
    if (!size.matches()) {
      throw new IOException(name + ": expected synthetic://FOLDERSxNAMES/");
    }
    uri = URI.create("synthetic://" + name.getAuthority());
    folders = Long.parseLong(size.group(1));
    names = Long.parseLong(size.group(2));
  }

  @Override
  public URI getUri() {
    return uri;
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return status(path.depth(), path);
  }

  private FileStatus status(int depth, Path path) {
    return new FileStatus(depth < 2 ? 0 : 1000, depth < 2, 1, 1 << 20, 0, makeQualified(path));
  }

  @Override
  public RemoteIterator<FileStatus> listStatusIterator(Path path) throws IOException {
    int depth = path.depth();
    if (depth > 1) {
      throw new FileNotFoundException(path + " is a file");
    }
    long count = depth == 0 ? folders : names;
    String form = depth == 0 ? "folder-%08d" : "a-picture-of-something-or-other-%08d.jpg";
    return new RemoteIterator<>() {
      private long next;

      @Override
      public boolean hasNext() {
        return next < count;
      }

      @Override
      public FileStatus next() {
        return status(depth + 1, new Path(path, String.format(Locale.ROOT, form, next++)));
      }
    };
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    throw new IOException(path + ": use the iterator to list this folder");
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    throw new FileNotFoundException(path + " is only a name");
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    throw readOnly();
  }

  @Override
  public FSDataOutputStream append(Path path, int bufferSize, Progressable progress)
      throws IOException {
    throw readOnly();
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    throw readOnly();
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    throw readOnly();
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) throws IOException {
    throw readOnly();
  }

  private static IOException readOnly() {
    return new IOException("this file system is read-only");
  }

  @Override
  public void setWorkingDirectory(Path path) {
    throw new UnsupportedOperationException("the only folder is /");
  }

  @Override
  public Path getWorkingDirectory() {
    return new Path(uri + "/");
  }
}
