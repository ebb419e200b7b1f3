package org.kgcoop.serve.label;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.RgbImage;
import org.kgcoop.label.Labeling;
import org.kgcoop.serve.http.HttpServer;
import org.kgcoop.serve.http.ServerMetrics;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.page.PageFiles;

/**
 * The server of the page on which a person labels a folder. It listens at once, shows the progress
 * while the images are read, and then serves a {@link Labeling}.
 */
public final class LabelServer implements AutoCloseable {
  private static final int MAX_REQUESTS = 64;
  private static final Pattern PUBLIC =
      Pattern.compile("/|/page/[a-z]+\\.[a-z]+|/report/[0-9a-f]{32}");

  private static final PageFiles FILES =
      new PageFiles(
          LabelServer.class,
          Set.of(
              "label.html",
              "label.css",
              "label.js",
              "view.js",
              "model.js",
              "common.js",
              "pages.js",
              "gallery.js",
              "grid.js",
              "finish.js",
              "classes.js",
              "keys.js"));

  private final ServerMetrics metrics = new ServerMetrics();
  private final Thumbnails thumbnails;
  private final LabelRoutes routes;
  private final HttpServer http;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Starts the server.
   *
   * @param settings with a token
   * @param folder the folder of the session, for small copies of the images
   * @param results writes the results of the session
   * @param log receives errors of the server itself
   * @throws KgCoopException if it cannot listen on the address
   */
  public LabelServer(
      ServerSettings settings, Path folder, ResultsWriter results, Consumer<String> log) {
    this(settings, folder, results, log, System::nanoTime);
  }

  /** Starts a server whose clock returns nanoseconds, as {@link System#nanoTime}. */
  LabelServer(
      ServerSettings settings,
      Path folder,
      ResultsWriter results,
      Consumer<String> log,
      LongSupplier clock) {
    if (settings.token() == null) {
      throw new IllegalArgumentException("settings: expected a token");
    }
    thumbnails =
        new Thumbnails(
            new ThumbnailFolder(folder.resolve(ThumbnailFolder.NAME), ThumbnailFolder.MAX_BYTES),
            Thumbnails.MAX_BYTES);
    routes = new LabelRoutes(thumbnails, results, clock);
    http =
        new HttpServer(
            settings,
            MAX_REQUESTS,
            path -> PUBLIC.matcher(path).matches(),
            metrics,
            log,
            null,
            "reload the page",
            all -> {
              all.get("/", request -> FILES.answer(request, "label.html"));
              all.get("/page/{file}", request -> FILES.answer(request, request.pathParam("file")));
              routes.addTo(all);
              new GalleryRoutes(routes).addTo(all);
            });
    try {
      http.start();
    } catch (RuntimeException e) {
      thumbnails.close();
      metrics.close();
      throw e;
    }
  }

  /** Shows the number of images that were read so far. */
  public void reading(long done, long images) {
    routes.reading(done, images);
  }

  /** Takes an image that was decoded for its feature, from any thread. */
  public void decoded(Path file, RgbImage image) {
    thumbnails.take(file, image);
  }

  /**
   * Serves a session. The caller closes it after the server.
   *
   * @param welcome what the page says before the first answer, or empty
   */
  public void open(Labeling labeling, String welcome) {
    routes.open(labeling, welcome);
  }

  /** Returns true after the person chose to write the results and to close, and left the page. */
  public boolean isFinished() {
    return routes.isFinished();
  }

  public int port() {
    return http.port();
  }

  /** Accepts no more requests, and returns when the accepted ones are answered. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    http.close();
    thumbnails.close();
    metrics.close();
  }
}
