package org.kgcoop.download;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import org.kgcoop.experiment.Progress;

/**
 * Fetches files whole or not at all. What has come stays beside the file when a connection breaks
 * off, stalls or the process is killed, and the next attempt asks for the rest, provided that the
 * server still has the same version (ETag or date). A file of known SHA-256 is checked by it, be it
 * one that Hugging Face states in its headers; any other by its kind and length.
 */
public final class Downloader {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ATTEMPTS = 5;

  /** Bytes of an attempt that count as progress: a server that sends fewer will never end. */
  private static final long PROGRESS = 1 << 17;

  /** Bytes between two looks at the free space of the disk. */
  private static final long LOOK = 1 << 20;

  /** What Hugging Face calls the SHA-256 of a large file, in the answer that leads to its place. */
  private static final String LINKED_TAG = "X-Linked-ETag";

  private static final Pattern HASH = Pattern.compile("\"?([0-9a-f]{64})\"?");
  private static final Pattern RANGE = Pattern.compile("bytes (\\d+)-\\d+/(\\d+|\\*)");

  private final HttpClient client;
  private final boolean offline;
  private final Progress progress;
  private final Duration patience;
  private final Duration pause;
  private final PartialFile.Sink sink;
  private final LongSupplier clock;
  private final ToLongFunction<Path> freeSpace;

  /**
   * A downloader of this process's environment.
   *
   * @param offline whether to refuse instead of asking the network
   */
  public Downloader(boolean offline, Progress progress) {
    this(
        offline,
        progress,
        System.getenv(),
        PATIENCE,
        Duration.ofSeconds(1),
        PartialFile.Sink.CHANNEL,
        System::nanoTime,
        Downloader::usableSpace);
  }

  Downloader(
      boolean offline,
      Progress progress,
      Map<String, String> environment,
      Duration patience,
      Duration pause,
      PartialFile.Sink sink,
      LongSupplier clock,
      ToLongFunction<Path> freeSpace) {
    this.offline = offline;
    this.progress = progress;
    this.patience = patience;
    this.pause = pause;
    this.sink = sink;
    this.clock = clock;
    this.freeSpace = freeSpace;
    client = Connection.client(environment, patience);
  }

  /** True if the environment asks for no network: {@code KGCOOP_OFFLINE} set, and not to 0. */
  public static boolean isOffline(Map<String, String> environment) {
    String value = environment.getOrDefault("KGCOOP_OFFLINE", "");
    return !value.isBlank() && !value.equals("0") && !value.equalsIgnoreCase("false");
  }

  /** The server says that there is no such file. */
  private static final class MissingException extends KgCoopException {
    MissingException(String message) {
      super(Category.IO, message);
    }
  }

  /** The connection was lost: another attempt may get the rest. */
  private static final class LostException extends IOException {
    LostException(String message) {
      super(message);
    }
  }

  /**
   * Fetches a file, unless it is there already.
   *
   * @throws KgCoopException of the kind IO that says what to fetch by hand and where to put it
   */
  void fetch(Link link, Path target) {
    if (Files.exists(target)) {
      return;
    }
    if (offline) {
      throw byHand(link, target, "offline, and it is not there yet", null);
    }
    try (PartialFile part = PartialFile.open(target, sink)) {
      int failures = 0;
      while (true) {
        long before = part.size();
        try {
          String hash = attempt(link, target, part);
          part.finish(link, hash);
          return;
        } catch (IOException e) {
          failures = part.size() - before >= PROGRESS ? 1 : failures + 1;
          if (failures == ATTEMPTS) {
            throw byHand(link, target, reason(e) + ", " + ATTEMPTS + " times", e);
          }
          progress.message(
              link.address()
                  + ": "
                  + reason(e)
                  + (part.size() > 0
                      ? "; goes on after " + part.size() + " bytes"
                      : "; tries again"));
          pause(failures);
        }
      }
    }
  }

  /** Fetches a file that not every server has, and tells whether it has; else it is left out. */
  @CanIgnoreReturnValue
  boolean fetchIfThere(Link link, Path target) {
    try {
      fetch(link, target);
      return true;
    } catch (MissingException e) {
      progress.message(link.address() + ": not there, left out");
      return false;
    }
  }

  private void pause(int failures) {
    try {
      Thread.sleep(pause.toMillis() << (failures - 1));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Fetches what is missing, and returns the SHA-256 that the file has to have; null for any. */
  private @Nullable String attempt(Link link, Path target, PartialFile part) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(link.address())
            .timeout(patience) // until the headers are there
            .header("User-Agent", "kgcoop/" + Version.KGCOOP)
            .header("Accept-Encoding", "identity");
    long have = part.size();
    String validator = part.validator(link);
    boolean resume = have > 0 && !validator.isEmpty();
    if (resume) {
      request.header("Range", "bytes=" + have + "-").header("If-Range", validator);
    }
    HttpResponse<InputStream> response = send(request.build());
    try (InputStream body = response.body()) {
      int status = response.statusCode();
      HttpHeaders headers = response.headers();
      long total;
      if (status == 206 && resume) {
        total = rest(headers, have);
      } else if (status == 200) {
        have = 0;
        part.begin(link, validator(headers));
        total = headers.firstValueAsLong("Content-Length").orElse(-1);
      } else if (status == 416 && resume) {
        part.begin(link, "");
        throw new LostException("what was there does not fit the file");
      } else if (status >= 500 || status == 408 || status == 429) {
        throw new LostException("the server answers " + status);
      } else if (status == 404 || status == 410) {
        throw new MissingException(
            message(link, target, "the link is dead, the server answers " + status));
      } else {
        throw byHand(link, target, "the server answers " + status, null);
      }
      checkSize(link, target, part, total);
      checkSpace(target, total - have);
      copy(link, target, body, part, have, total);
      return link.sha256() != null ? link.sha256() : statedHash(response);
    }
  }

  /** The SHA-256 that Hugging Face states of a large file, on the way to it or as its ETag. */
  private static @Nullable String statedHash(HttpResponse<?> answer) {
    String tag = "";
    boolean hub = false;
    for (HttpResponse<?> each = answer; each != null; each = each.previousResponse().orElse(null)) {
      tag = each.headers().firstValue(LINKED_TAG).orElse(tag);
      hub |= each.headers().firstValue("X-Repo-Commit").isPresent();
    }
    if (tag.isEmpty() && hub) {
      tag = answer.headers().firstValue("ETag").orElse("");
    }
    Matcher hash = HASH.matcher(tag);
    return hash.matches() ? hash.group(1) : null;
  }

  private static void checkSize(Link link, Path target, PartialFile part, long size) {
    ContentKind kind = link.kind();
    if (size > kind.mostBytes()) {
      part.begin(link, "");
      throw byHand(
          link,
          target,
          "more than %s MB come, which %s never has; it is dropped"
              .formatted(kind.mostBytes() >> 20, kind.title()),
          null);
    }
  }

  private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static KgCoopException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new KgCoopException(
        KgCoopException.Category.INTERRUPTED, "the download was stopped; run it again", e);
  }

  /** The length of the whole file, of which the rest after {@code have} comes. */
  private static long rest(HttpHeaders headers, long have) throws LostException {
    Matcher range = RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
    if (!range.matches() || Long.parseLong(range.group(1)) != have) {
      throw new LostException("the server sent another part than was asked for");
    }
    return range.group(2).equals("*") ? -1 : Long.parseLong(range.group(2));
  }

  /** A strong ETag, else the date; by either a server tells whether it still has that version. */
  private static String validator(HttpHeaders headers) {
    String tag = headers.firstValue("ETag").orElse("");
    return tag.isEmpty() || tag.startsWith("W/")
        ? headers.firstValue("Last-Modified").orElse("")
        : tag;
  }

  private void checkSpace(Path target, long needed) {
    long free = freeSpace.applyAsLong(target);
    if (needed > free) {
      throw new KgCoopException(
          KgCoopException.Category.IO,
          "%s: needs %s MB, %s MB are free; free some space"
              .formatted(target, needed >> 20, free >> 20));
    }
  }

  /** The bytes that may still be written beside a file. */
  private static long usableSpace(Path target) {
    try {
      Path folder = target.toAbsolutePath().getParent();
      return folder == null ? Long.MAX_VALUE : Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE; // unknown: writing will tell
    }
  }

  private void copy(
      Link link, Path target, InputStream body, PartialFile part, long have, long total)
      throws IOException {
    long done = have;
    long looked = have;
    MinimumRate rate = new MinimumRate(clock);
    try (Progress.Task task = progress.start(link.name(), Math.max(total, 0));
        StallWatch watch = new StallWatch(body, patience)) {
      OutputStream out = part.append(); // not closed: the next attempt appends to the same file
      byte[] buffer = new byte[1 << 16];
      for (int n = watch.read(buffer); n >= 0; n = watch.read(buffer)) {
        try {
          out.write(buffer, 0, n);
        } catch (IOException e) {
          throw PartialFile.unwritable(part.path(), e);
        }
        done += n;
        task.done(done);
        rate.count(n);
        checkSize(link, target, part, done);
        if (done - looked >= LOOK) {
          looked = done;
          checkSpace(target, total < 0 ? LOOK : total - done);
        }
      }
    }
    if (total >= 0 && done != total) {
      throw new LostException(
          "the connection broke off after %s of %s bytes".formatted(done, total));
    }
  }

  private static String reason(IOException e) {
    if (e instanceof ConnectException || e instanceof HttpConnectTimeoutException) {
      return "no connection to the server";
    }
    String message = e.getMessage();
    return message == null || message.isBlank()
        ? e.getClass().getSimpleName().replace("Exception", "")
        : message.lines().findFirst().orElse("");
  }

  private static KgCoopException byHand(
      Link link, Path target, String what, @Nullable Throwable cause) {
    return new KgCoopException(KgCoopException.Category.IO, message(link, target, what), cause);
  }

  private static String message(Link link, Path target, String what) {
    return "%s: %s; fetch it by hand and put it at %s".formatted(link.address(), what, target);
  }
}
