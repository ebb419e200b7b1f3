package org.kgcoop.serve;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Drawings;
import org.kgcoop.serve.http.HttpServer;
import org.kgcoop.serve.http.ServerMetrics;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.EncodingQueue;
import org.kgcoop.serve.model.ModelRegistry;
import org.kgcoop.serve.model.RequestImageDecoder;
import org.kgcoop.serve.model.WarmUp;
import org.kgcoop.serve.model.ZeroShotCache;
import org.kgcoop.serve.page.WebPage;

/**
 * An HTTP server for the classifiers of one CLIP. It runs until it is closed. The thread of a
 * request decodes its images. One thread encodes the images of all requests together.
 */
public final class ClassifierServer implements AutoCloseable {
  private final Consumer<String> log;
  private final AtomicBoolean reportedPhoto = new AtomicBoolean();
  private final ServerMetrics metrics = new ServerMetrics();
  private final ZeroShotCache zeroShot;
  private final EncodingQueue queue;
  private final HttpServer http;

  /**
   * Starts the server.
   *
   * @param models the caller closes them and the CLIP after the server
   * @param template the hand-crafted prompt of zero-shot requests without a template
   * @param log receives errors of the server itself
   * @param requestLog receives one line per finished request, possibly from several threads; null
   *     for no log
   * @throws KgCoopException if it cannot listen on the address
   */
  public ClassifierServer(
      Clip clip,
      ModelRegistry models,
      String template,
      ServerSettings settings,
      Consumer<String> log,
      @Nullable Consumer<String> requestLog) {
    this.log = log;
    boolean embedded = EmbeddedPrompt.isFor(clip);
    WebPage pages = new WebPage(settings, template, embedded ? EmbeddedClip.LIMITS : "");
    Limits limits = settings.limits();
    int maxActiveRequests = limits.maxWaitingImages() + EncodingQueue.MAX_BATCH;
    zeroShot = new ZeroShotCache(clip, ZeroShotCache.MAX_CLASSES);
    RequestImageDecoder decoder =
        new RequestImageDecoder(
            clip,
            limits,
            Runtime.getRuntime().availableProcessors(),
            log,
            embedded ? this::checkDrawing : image -> {});
    queue =
        new EncodingQueue(
            new ViewEncoder(clip, new Images(log)),
            maxActiveRequests,
            decoder::active,
            metrics::countBatch);
    metrics.gauge("kgcoop.queue.images", "Images that wait to be encoded", queue::waiting);
    Endpoints endpoints = new Endpoints(models, zeroShot, queue, decoder, template, settings);
    Embeddings embeddings = new Embeddings(clip, queue, decoder, limits);
    http =
        new HttpServer(
            settings,
            maxActiveRequests,
            WebPage::isPart,
            metrics,
            log,
            requestLog,
            "see /openapi.yaml",
            routes -> {
              endpoints.addTo(routes);
              embeddings.addTo(routes);
              pages.addTo(routes);
            });
    try {
      WarmUp.run(models, decoder, queue, limits.timeLimit());
      http.start();
    } catch (RuntimeException e) {
      closeModels();
      throw e;
    }
  }

  /**
   * Reports the first image that does not look like a drawing. The embedded CLIP knows no others.
   */
  private void checkDrawing(RgbImage image) {
    if (!reportedPhoto.get()
        && !Drawings.isDrawing(Drawings.colorShare(image))
        && !reportedPhoto.getAndSet(true)) {
      log.accept("a request has an image that does not look like a drawing. " + EmbeddedClip.NOTE);
    }
  }

  public int port() {
    return http.port();
  }

  /** Returns the routes, such as {@code get /v1/models}. */
  List<String> routes() {
    return http.routes();
  }

  /** Announces the end to clients and load balancers, and waits for the open requests. */
  void drain() {
    http.drain();
  }

  /** Accepts no more requests, and returns when the accepted ones are answered. */
  @Override
  public void close() {
    http.close();
    closeModels();
  }

  private void closeModels() {
    queue.close();
    zeroShot.close();
    metrics.close();
  }
}
