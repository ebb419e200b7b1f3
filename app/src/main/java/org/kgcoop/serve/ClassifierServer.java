package org.kgcoop.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.router.Endpoint;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Drawings;
import org.kgcoop.method.catalogue.EmbeddedPrompt;
import org.kgcoop.serve.http.HttpSetup;
import org.kgcoop.serve.http.Refusals;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.http.RequestTrace;
import org.kgcoop.serve.http.ServerMetrics;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.EncodingQueue;
import org.kgcoop.serve.model.ImageReader;
import org.kgcoop.serve.model.ModelRegistry;
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
  private final HttpSetup setup;
  private final Javalin http;

  /**
   * Starts the server.
   *
   * @param models the caller closes them and the CLIP after the server
   * @param log receives errors of the server itself
   * @param requests receives one JSON object per finished request, as one line, possibly from
   *     several threads; null for no log
   * @throws KgCoopException if it cannot listen on the address
   */
  public ClassifierServer(
      Clip clip,
      ModelRegistry models,
      ServerSettings settings,
      Consumer<String> log,
      @Nullable Consumer<String> requests) {
    this.log = log;
    boolean embedded = EmbeddedPrompt.isFor(clip);
    WebPage pages = new WebPage(settings, embedded ? EmbeddedClip.NOTE : "");
    Limits limits = settings.limits();
    int underWay = limits.queue() + EncodingQueue.BATCH;
    zeroShot = new ZeroShotCache(clip, ZeroShotCache.MOST_CLASSES, limits.time());
    ImageReader images =
        new ImageReader(clip, limits, log, embedded ? this::checkDrawing : image -> {});
    queue =
        new EncodingQueue(
            new ViewEncoder(clip, new Images(log)),
            underWay,
            limits.time(),
            images::upcoming,
            metrics::countBatch);
    metrics.gauge("kgcoop.queue.images", "Images that wait to be encoded", queue::waiting);
    Endpoints endpoints = new Endpoints(models, zeroShot, queue, images, settings);
    Embeddings embeddings = new Embeddings(clip, queue, images, limits);
    setup = new HttpSetup(settings, underWay, WebPage::isPart, metrics, requests);
    http =
        Javalin.create(
            config -> {
              setup.applyTo(config);
              configure(config);
              endpoints.addTo(config.routes);
              embeddings.addTo(config.routes);
              pages.addTo(config.routes);
            });
    try {
      WarmUp.run(models, images, queue);
    } catch (RuntimeException e) {
      queue.close();
      metrics.close();
      throw e;
    }
    try {
      http.start(settings.host(), settings.port());
    } catch (RuntimeException e) {
      queue.close();
      metrics.close();
      throw KgCoopException.io(
          "cannot listen on %s, port %s: the port is in use, or the address does not belong to this machine; try"
                  .formatted(settings.host(), settings.port())
              + " another --port or --host",
          e);
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

  private void configure(JavalinConfig config) {
    config.routes.beforeMatched(
        request -> {
          Endpoint route = request.endpoints().matchedHttpEndpoint();
          if (route != null) {
            RequestTrace.current().setRoute(route.path);
          }
        });
    config.routes.get("/metrics", metrics::answer);
    config.routes.get("/health", this::health);
    config.routes.exception(
        RefusedRequestException.class,
        (e, request) -> Refusals.refuse(request, e.status(), String.valueOf(e.getMessage())));
    config.routes.exception(KgCoopException.class, this::known);
    config.routes.exception(MethodNotAllowedResponse.class, ClassifierServer::wrongMethod);
    config.routes.exception(
        HttpResponseException.class,
        (e, request) -> Refusals.refuse(request, e.getStatus(), "see /openapi.yaml"));
    config.routes.exception(Exception.class, this::unexpected);
    config.router.javaLangErrorHandler(
        (response, e) -> {
          log.accept("a request failed: " + e);
          response.setStatus(500);
        });
  }

  /**
   * Answers 503 as soon as the server is stopping, so that load balancers send no more requests.
   */
  private void health(Context request) {
    boolean ready = !setup.isDraining();
    request
        .status(ready ? 200 : 503)
        .json(JsonNodeFactory.instance.objectNode().put("ready", ready));
  }

  /** Reports errors of images and texts to the client, and hides all others. */
  private void known(KgCoopException e, Context request) {
    switch (e.category()) {
      case DATA, CONFIGURATION -> Refusals.refuse(request, 400, String.valueOf(e.getMessage()));
      case WEIGHTS -> Refusals.refuse(request, 422, String.valueOf(e.getMessage()));
      default -> unexpected(e, request);
    }
  }

  private static void wrongMethod(MethodNotAllowedResponse e, Context request) {
    String allowed = String.join(", ", e.getDetails().values());
    request.header("Allow", allowed);
    Refusals.refuse(request, e.getStatus(), "expected " + allowed + "; see /openapi.yaml");
  }

  private void unexpected(Exception e, Context request) {
    log.accept(request.method() + " " + RequestTrace.current().route() + ": " + e);
    Refusals.refuse(request, 500, "the server failed; see its log");
  }

  public int port() {
    return http.port();
  }

  /** Returns the routes, such as {@code get /v1/models}. */
  List<String> routes() {
    return http.unsafe.internalRouter.allHttpHandlers().stream()
        .map(handler -> handler.endpoint)
        .filter(endpoint -> endpoint.method.isHttpMethod())
        .map(endpoint -> endpoint.method.name().toLowerCase(Locale.ROOT) + " " + endpoint.path)
        .toList();
  }

  /** Announces the end to clients and load balancers, and waits for the open requests. */
  void drain() {
    setup.drain();
  }

  /** Accepts no more requests, and returns when the accepted ones are answered. */
  @Override
  public void close() {
    drain();
    try {
      http.stop();
    } catch (RuntimeException e) { // connections that did not end in time
      log.accept("closed connections that did not end in time");
    }
    queue.close();
    zeroShot.close();
    metrics.close();
  }
}
