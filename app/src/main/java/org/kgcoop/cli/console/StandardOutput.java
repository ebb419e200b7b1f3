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
import org.jspecify.annotations.Nullable;

/**
 * The standard output for results. A {@link PrintWriter} ignores write errors, but this class
 * remembers the first one.
 */
public final class StandardOutput extends PrintWriter {
  private final Watched stream;

  private StandardOutput(Watched stream, Charset charset) {
    super(new OutputStreamWriter(new BufferedOutputStream(stream), charset), true);
    this.stream = stream;
  }

  /** Prints to a stream, in the encoding of the standard output. */
  public StandardOutput(OutputStream stream) {
    this(
        new Watched(stream),
        Charset.forName(System.getProperty("stdout.encoding", Charset.defaultCharset().name())));
  }

  /** Returns a writer to the standard output of the process. */
  static StandardOutput ofProcess() {
    return new StandardOutput(new FileOutputStream(FileDescriptor.out));
  }

  /** Returns the reason why printed text was lost, or an empty result if everything was written. */
  Optional<IOException> failure() {
    return checkError() ? Optional.ofNullable(stream.failure) : Optional.empty();
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
