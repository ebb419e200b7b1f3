package org.kgcoop.cli.console;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The standard output for results. A {@link PrintWriter} ignores write errors, but this class
 * remembers the first one.
 */
public final class StandardOutput extends PrintWriter {
  private final Watched stream;
  private final BooleanSupplier hasReader;

  private StandardOutput(Watched stream, BooleanSupplier hasReader, Charset charset) {
    super(new OutputStreamWriter(new BufferedOutputStream(stream), charset), true);
    this.stream = stream;
    this.hasReader = hasReader;
  }

  /**
   * Prints to a stream, in the encoding of the standard output.
   *
   * @param hasReader true for a pipe. Its writes fail only if its reader has ended.
   */
  public StandardOutput(OutputStream stream, BooleanSupplier hasReader) {
    this(
        new Watched(stream),
        hasReader,
        Charset.forName(System.getProperty("stdout.encoding", Charset.defaultCharset().name())));
  }

  /** Returns a writer to the standard output of the process. */
  static StandardOutput ofProcess() {
    FileOutputStream stream = new FileOutputStream(FileDescriptor.out);
    return new StandardOutput(stream, () -> isPipe(stream));
  }

  /**
   * Returns true for a pipe, a socket or a terminal, which have no position. The message of a
   * failed write says it, too, but in the language of the system.
   */
  private static boolean isPipe(FileOutputStream stream) {
    if (!FileDescriptor.out.valid()) {
      return false;
    }
    try {
      return stream.getChannel().position() < 0;
    } catch (IOException e) {
      return true;
    }
  }

  /**
   * Returns the reason why printed text was lost. The result is empty if everything was written, or
   * if the reader of a pipe has ended, as head does, and wanted no more.
   */
  Optional<IOException> failure() {
    return checkError() && !hasReader.getAsBoolean()
        ? Optional.ofNullable(stream.failure)
        : Optional.empty();
  }

  private static final class Watched extends FilterOutputStream {
    private @Nullable IOException failure;

    Watched(OutputStream out) {
      super(out);
    }

    @Override // the only method that a BufferedOutputStream calls
    public void write(byte[] bytes, int from, int count) throws IOException {
      try {
        out.write(bytes, from, count);
      } catch (IOException e) {
        failure = failure == null ? e : failure;
        throw e;
      }
    }
  }
}
