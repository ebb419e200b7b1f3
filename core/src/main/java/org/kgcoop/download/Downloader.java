package org.kgcoop.download;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Version;
import org.kgcoop.progress.Progress;

/**
 * Downloads files completely or not at all. If a connection breaks, stalls or the process is
 * killed, the received bytes stay next to the file. The next attempt requests the rest if the
 * server still has the same version (ETag or date). A file with a known SHA-256, which may come
 * from Hugging Face's headers, is compared with it. Other files are checked by their content and
 * length.
 */
public final class Downloader {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int ATTEMPTS = 5;

  /** The bytes of an attempt that count as progress; with fewer, a download might never end. */
  private static final long MIN_PROGRESS_BYTES = 1 << 17;

  /** The least bytes per second. */
  private static final long MIN_RATE = 1000;

  /** The bytes between two checks of the free disk space. */
  private static final long SPACE_CHECK_BYTES = 1 << 20;

  private static final long UNKNOWN = -1;

  /** The header of Hugging Face that contains the SHA-256 of a large file. */
  private static final String LINKED_TAG = "X-Linked-ETag";

  private static final Pattern HASH = Pattern.compile("\"?([0-9a-f]{64})\"?");

  /** A part of a file. Longer numbers do not fit a long. */
  private static final Pattern RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

  private static final Set<Integer> REDIRECTIONS = Set.of(301, 302, 303, 307, 308);
  private static final int MAX_REDIRECTIONS = 10;

  private final HttpClient client;
  private final boolean offline;
  private final Progress progress;
  private final Duration patience;
  private final Duration pause;
  private final PartialFile.Sink sink;
  private final ToLongFunction<Path> freeSpace;

  /**
   * Creates a downloader for the environment of this process.
   *
   * @param offline true to reject downloads instead of using the network
   */
  public Downloader(boolean offline, Progress progress) {
    this(
        offline,
        progress,
        System.getenv(),
        PATIENCE,
        Duration.ofSeconds(1),
        PartialFile.Sink.CHANNEL,
        Downloader::usableSpace);
  }

  Downloader(
      boolean offline,
      Progress progress,
      Map<String, String> environment,
      Duration patience,
      Duration pause,
      PartialFile.Sink sink,
      ToLongFunction<Path> freeSpace) {
    this.offline = offline;
    this.progress = progress;
    this.patience = patience;
    this.pause = pause;
    this.sink = sink;
    this.freeSpace = freeSpace;
    client = Connection.client(environment, patience);
  }

  /**
   * Returns true if the environment forbids network access: {@code KGCOOP_OFFLINE} is set, and not
   * to 0.
   */
  public static boolean isOffline(Map<String, String> environment) {
    String value = environment.getOrDefault("KGCOOP_OFFLINE", "");
    return !value.isBlank() && !value.equals("0") && !value.equalsIgnoreCase("false");
  }

  /**
   * Returns the token of a person's account at Hugging Face, {@code HF_TOKEN}; null if there is
   * none.
   *
   * @throws KgCoopException of category CONFIGURATION if no header of HTTP can contain it; the
   *     message does not contain it either
   */
  public static @Nullable String huggingFaceToken(Map<String, String> environment) {
    String token = environment.getOrDefault("HF_TOKEN", "").strip();
    if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      throw KgCoopException.configuration(
          "HF_TOKEN: expected a token such as hf_..., without spaces and line breaks");
    }
    return token.isEmpty() ? null : token;
  }

  /** The server does not give the file. Another server may. */
  public static final class UnavailableException extends KgCoopException {
    private final boolean isMissing; // the server says that the file does not exist

    private UnavailableException(String message, @Nullable Throwable cause, boolean isMissing) {
      super(Category.IO, message, cause);
      this.isMissing = isMissing;
    }
  }

  /**
   * Downloads a file, unless it exists already.
   *
   * @throws KgCoopException of category IO with the address and the target for a manual download
   */
  public void fetch(Link link, Path target) {
    if (Files.exists(target)) {
      return;
    }
    if (offline) {
      throw new KgCoopException(
          KgCoopException.Category.IO,
          message(link, target, "offline, and the file does not exist yet"));
    }
    try (PartialFile part = PartialFile.open(target, sink)) {
      new Transfer(link, target, part).run();
    }
  }

  /** Downloads a file that not every server has. Returns false if the file does not exist. */
  @CanIgnoreReturnValue
  public boolean fetchIfThere(Link link, Path target) {
    try {
      fetch(link, target);
      return true;
    } catch (UnavailableException e) {
      if (!e.isMissing) {
        throw e;
      }
      progress.message(link.address() + ": does not exist on the server; skipped");
      return false;
    }
  }

  private static String message(Link link, Path target, String what) {
    return "%s: %s; download it by hand and put it at %s".formatted(link.address(), what, target);
  }

  private static KgCoopException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new KgCoopException(
        KgCoopException.Category.INTERRUPTED, "the download was stopped; run it again", e);
  }

  /**
   * Checks the free space before a large download.
   *
   * @param target a file or folder on the disk
   * @param needed the bytes that are still to be written
   * @throws KgCoopException of category IO if they do not fit
   */
  public void checkSpace(Path target, long needed) {
    long free = freeSpace.applyAsLong(target);
    if (needed > free) {
      throw new KgCoopException(
          KgCoopException.Category.IO,
          "%s: needs %s MB, but %s MB are free; free some space"
              .formatted(target, needed / 1_000_000, free / 1_000_000));
    }
  }

  /** Returns the free bytes of the disk of a file. */
  private static long usableSpace(Path target) {
    try {
      Path existing = target.toAbsolutePath();
      while (!Files.exists(existing) && existing.getParent() != null) {
        existing = existing.getParent();
      }
      return Files.getFileStore(existing).getUsableSpace();
    } catch (IOException e) {
      return Long.MAX_VALUE; // unknown: a full disk fails on writing
    }
  }

  /** Returns a strong ETag or the date, by which the server recognizes the version. */
  private static String validator(HttpHeaders headers) {
    String tag = headers.firstValue("ETag").orElse("");
    return tag.isEmpty() || tag.startsWith("W/")
        ? headers.firstValue("Last-Modified").orElse("")
        : tag;
  }

  /**
   * Returns the SHA-256 of a large file from Hugging Face's headers, or from its ETag.
   *
   * @param answers the redirections and the final answer
   */
  private static @Nullable String publishedHash(List<HttpResponse<InputStream>> answers) {
    String linked =
        answers.stream()
            .flatMap(answer -> answer.headers().firstValue(LINKED_TAG).stream())
            .findFirst()
            .orElse("");
    boolean hub =
        answers.stream().anyMatch(a -> a.headers().firstValue("X-Repo-Commit").isPresent());
    HttpHeaders last = answers.get(answers.size() - 1).headers();
    String tag = linked.isEmpty() && hub ? last.firstValue("ETag").orElse("") : linked;
    Matcher hash = HASH.matcher(tag);
    return hash.matches() ? hash.group(1) : null;
  }

  private static String reason(IOException e) {
    return e instanceof ConnectException || e instanceof HttpConnectTimeoutException
        ? "no connection to the server"
        : Messages.firstLine(e.getMessage(), e);
  }

  private static void startThread(Runnable work) {
    Thread thread = new Thread(work, "download");
    thread.setDaemon(true);
    thread.start();
  }

  /** The download of one file, in several attempts if necessary. */
  private final class Transfer {
    private final Link link;
    private final Path target;
    private final PartialFile part;

    Transfer(Link link, Path target, PartialFile part) {
      this.link = link;
      this.target = target;
      this.part = part;
    }

    void run() {
      int failures = 0;
      long reached = part.size();
      while (true) {
        try {
          part.finish(link, attempt());
          return;
        } catch (IOException e) {
          // A download that began again makes progress only after the bytes that it had before.
          failures = part.size() - reached >= MIN_PROGRESS_BYTES ? 1 : failures + 1;
          reached = Math.max(reached, part.size());
          if (failures == ATTEMPTS) {
            throw byHand(reason(e) + ", " + ATTEMPTS + " times", e);
          }
          String next =
              part.size() > 0 ? "resuming after " + part.size() + " bytes" : "trying again";
          progress.message("%s: %s; %s".formatted(link.address(), reason(e), next));
          pause(failures);
        }
      }
    }

    private void pause(int failures) {
      try {
        Thread.sleep(pause.toMillis() << (failures - 1));
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }

    /**
     * Downloads the missing bytes, and returns the expected SHA-256; null if it is unknown.
     *
     * @throws IOException if the connection was lost; another attempt may receive the rest
     */
    private @Nullable String attempt() throws IOException {
      long have = part.size();
      String validator = part.validator(link);
      boolean resume = have > 0 && !validator.isEmpty();
      List<HttpResponse<InputStream>> answers =
          resume ? send("Range", "bytes=" + have + "-", "If-Range", validator) : send();
      HttpResponse<InputStream> response = answers.get(answers.size() - 1);
      try (InputStream body = response.body()) {
        int status = response.statusCode();
        HttpHeaders headers = response.headers();
        long total;
        if (status == 206 && resume) {
          total = rest(headers, have, validator);
        } else if (status == 200) {
          have = 0;
          part.begin(link, validator(headers));
          total = length(headers);
        } else if (status == 416 && resume) {
          throw again("the partial file does not match the server's file");
        } else if (status >= 500 || status == 408 || status == 429) {
          throw new IOException("the server answers " + status);
        } else if (status == 404 || status == 410) {
          String what = message(link, target, "the link is dead, the server answers " + status);
          throw new UnavailableException(what, null, /* isMissing= */ true);
        } else if (status == 401 || status == 403) {
          throw byHand(
              "the server answers %s; %s"
                  .formatted(
                      status,
                      link.token() == null
                          ? "a private or gated repository of Hugging Face needs HF_TOKEN"
                          : "accept the terms on the page of the data set or model, and check HF_TOKEN"),
              null);
        } else {
          throw byHand("the server answers " + status, null);
        }
        if (link.bytes() >= 0 && total >= 0 && total != link.bytes()) {
          part.begin(link, "");
          throw byHand(
              "the server sends %s bytes, expected %s; it has another file"
                  .formatted(total, link.bytes()),
              null);
        }
        checkSize(total);
        checkSpace(target, total - have);
        copy(body, have, total);
        return link.sha256() != null ? link.sha256() : publishedHash(answers);
      }
    }

    /** Forgets the received bytes, because the server has others. */
    private IOException again(String reason) {
      part.begin(link, "");
      return new IOException(reason);
    }

    private KgCoopException byHand(String what, @Nullable Throwable cause) {
      return new UnavailableException(message(link, target, what), cause, /* isMissing= */ false);
    }

    private void checkSize(long size) {
      if (size > link.maxBytes()) {
        part.begin(link, "");
        throw byHand(
            "the server sends more than %s bytes, too many for %s; the download is deleted"
                .formatted(link.maxBytes(), link.content().title()),
            null);
      }
    }

    /**
     * Requests a file, and follows redirections. In contrast to the client's own redirections, each
     * address is checked, and each refusal has a reason.
     *
     * @param conditions names and values of headers
     * @return the redirections, without their bodies, and the final answer
     */
    private List<HttpResponse<InputStream>> send(String... conditions) throws IOException {
      List<HttpResponse<InputStream>> answers = new ArrayList<>();
      Link next = link;
      while (answers.size() <= MAX_REDIRECTIONS) {
        HttpRequest.Builder request =
            HttpRequest.newBuilder(next.address())
                .timeout(patience) // until the headers arrive
                .header("User-Agent", "kgcoop/" + Version.KGCOOP)
                .header("Accept-Encoding", "identity");
        if (conditions.length > 0) {
          request.headers(conditions);
        }
        if (next.token() != null) {
          request.header("Authorization", "Bearer " + next.token());
        }
        HttpResponse<InputStream> answer = send(request.build());
        answers.add(answer);
        if (!REDIRECTIONS.contains(answer.statusCode())) {
          return answers;
        }
        answer.body().close();
        String location = answer.headers().firstValue("Location").orElse("");
        try {
          next = next.redirected(location);
        } catch (IllegalArgumentException e) {
          throw byHand("the server redirects to '%s': %s".formatted(location, e.getMessage()), e);
        }
      }
      throw byHand("the server redirects more than " + MAX_REDIRECTIONS + " times", null);
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
      try {
        return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      } catch (InterruptedException e) {
        throw interrupted(e);
      } catch (IllegalArgumentException e) {
        // The client parses numbers in headers.
        throw byHand(
            "the answer of the server is malformed: " + Messages.firstLine(e.getMessage(), e), e);
      }
    }

    /** Returns the length of the complete file, or UNKNOWN. */
    private long length(HttpHeaders headers) {
      List<String> lengths = headers.allValues("Content-Length").stream().distinct().toList();
      if (lengths.size() > 1) {
        throw byHand("the server sends two lengths: " + lengths, null);
      }
      return headers.firstValueAsLong("Content-Length").orElse(UNKNOWN);
    }

    /**
     * Returns the length of the complete file, or UNKNOWN, from the headers of its part after
     * {@code have}.
     *
     * @throws IOException if the part is another one or of another version
     */
    private long rest(HttpHeaders headers, long have, String validator) throws IOException {
      Matcher range = RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
      String header = validator.startsWith("\"") ? "ETag" : "Last-Modified";
      if (headers.firstValue(header).orElse(validator).equals(validator)
          && range.matches()
          && Long.parseLong(range.group(1)) == have) {
        long total = range.group(3).equals("*") ? UNKNOWN : Long.parseLong(range.group(3));
        if (total == UNKNOWN || Long.parseLong(range.group(2)) == total - 1) {
          return total;
        }
      }
      throw again("the server sent the wrong part of the file");
    }

    /**
     * Appends the body in a thread, and ends it if the server is silent or so slow that the
     * download would take weeks. The HTTP client itself would wait forever.
     */
    private void copy(InputStream body, long have, long total) throws IOException {
      AtomicLong done = new AtomicLong(have);
      try (Progress.Task task = progress.start(link.name(), Math.max(total, 0))) {
        task.doneBefore(have);
        CompletableFuture<Void> copy =
            CompletableFuture.runAsync(
                () -> append(body, done, total, task), Downloader::startThread);
        try {
          awaitCopy(copy, done);
        } finally {
          body.close();
          copy.handle((nothing, e) -> true).join(); // it appends to the file of the next attempt
        }
      }
      if (total >= 0 && done.get() != total) {
        throw new IOException("the connection ended after %s of %s bytes".formatted(done, total));
      }
    }

    private void awaitCopy(CompletableFuture<Void> copy, AtomicLong done) throws IOException {
      while (true) {
        long before = done.get();
        try {
          copy.get(patience.toMillis(), TimeUnit.MILLISECONDS);
          return;
        } catch (TimeoutException e) {
          long bytes = done.get() - before;
          if (bytes < MIN_RATE * patience.toMillis() / 1000) {
            throw new IOException(
                "only %s bytes came in %s s".formatted(bytes, patience.toSeconds()));
          }
        } catch (InterruptedException e) {
          throw interrupted(e);
        } catch (ExecutionException e) {
          if (e.getCause() instanceof UncheckedIOException lost) {
            throw lost.getCause();
          }
          throw e.getCause() instanceof RuntimeException own ? own : new IllegalStateException(e);
        }
      }
    }

    private void append(InputStream body, AtomicLong done, long total, Progress.Task task) {
      long looked = done.get();
      byte[] buffer = new byte[1 << 16];
      try {
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
          part.append(buffer, n);
          long now = done.addAndGet(n);
          task.done(now);
          checkSize(now);
          if (now - looked >= SPACE_CHECK_BYTES) {
            looked = now;
            checkSpace(target, total < 0 ? SPACE_CHECK_BYTES : total - now);
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
