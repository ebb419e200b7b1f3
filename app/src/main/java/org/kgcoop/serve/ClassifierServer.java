package org.kgcoop.serve;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.router.Endpoint;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cache.ViewEncoder;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.image.Images;
import org.kgcoop.method.catalogue.EmbeddedPrompt;
import org.kgcoop.serve.http.HttpSetup;
import org.kgcoop.serve.http.Refusals;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.http.RequestTrace;
import org.kgcoop.serve.http.ServerMetrics;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.inference.OpenInference;
import org.kgcoop.serve.model.EncodingQueue;
import org.kgcoop.serve.model.ImageReader;
import org.kgcoop.serve.model.ModelRegistry;
import org.kgcoop.serve.model.WarmUp;
import org.kgcoop.serve.model.ZeroShotCache;
import org.kgcoop.serve.page.WebPage;

/**
 * An HTTP server over classifiers of one CLIP, running from its making to its closing. Images are
 * decoded by the threads of their requests and encoded together by one of its own.
 */
public final class ClassifierServer implements AutoCloseable {
  private final Consumer<String> log;
  private final ServerMetrics metrics = new ServerMetrics();
  private final ZeroShotCache zeroShot;
  private final EncodingQueue queue;
  private final HttpSetup setup;
  private final Javalin http;

  /**
   * Starts it.
   *
   * @param models they and the CLIP are the caller's to close, afterwards
   * @param log gets a line where something is wrong with the server itself
   * @param requests gets a JSON object, one line, for each request that is over; several threads
   *     may call it; null for none
   * @throws KgCoopException where it cannot listen there
   */
  public ClassifierServer(
      Clip clip,
      ModelRegistry models,
      ServerSettings settings,
      Consumer<String> log,
      @Nullable Consumer<String> requests) {
    this.log = log;
    WebPage pages = new WebPage(settings, EmbeddedPrompt.isFor(clip) ? EmbeddedClip.NOTE : "");
    int underWay = settings.queue() + EncodingQueue.BATCH;
    zeroShot = new ZeroShotCache(clip, ZeroShotCache.MOST_CLASSES, settings.timeLimit());
    ImageReader images = new ImageReader(clip, settings, log);
    queue =
        new EncodingQueue(
            new ViewEncoder(clip, new Images(log)),
            underWay,
            settings.timeLimit(),
            images::upcoming,
            metrics::countBatch);
    metrics.gauge("kgcoop.queue.images", "Images that wait to be encoded", queue::waiting);
    Endpoints endpoints = new Endpoints(models, zeroShot, queue, images, settings);
    Embeddings embeddings = new Embeddings(clip, queue, images, settings);
    OpenInference protocol =
        new OpenInference(models, queue, images, clip.preprocessing(), settings);
    setup = new HttpSetup(settings, underWay, WebPage::isPart, metrics, requests);
    http =
        Javalin.create(
            config -> {
              setup.applyTo(config);
              configure(config);
              endpoints.addTo(config.routes);
              embeddings.addTo(config.routes);
              protocol.addTo(config.routes);
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
          "cannot listen on %s, port %s: the port is taken, or the address not this machine's; try"
                  .formatted(settings.host(), settings.port())
              + " another --port or --host",
          e);
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
   * Bad images and texts are the sender's, and a model that cannot answer them is told; the rest is
   * nobody's business.
   */
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
    Refusals.refuse(request, 500, "the server failed; its log says why");
  }

  public int port() {
    return http.port();
  }

  /** The routes, such as {@code get /v1/models}. */
  List<String> routes() {
    return http.unsafe.internalRouter.allHttpHandlers().stream()
        .map(handler -> handler.endpoint)
        .filter(endpoint -> endpoint.method.isHttpMethod())
        .map(endpoint -> endpoint.method.name().toLowerCase(Locale.ROOT) + " " + endpoint.path)
        .toList();
  }

  /** Takes no more requests, and ends when those that it has taken are answered. */
  @Override
  public void close() {
    setup.drain();
    try {
      http.stop();
    } catch (RuntimeException e) { // what Jetty says of connections that outlast its patience
      log.accept("connections that did not end in time were cut off");
    }
    queue.close();
    zeroShot.close();
    metrics.close();
  }
}
