package org.kgcoop.serve;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.SizeUnit;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.bank.PictureEncoder;
import org.kgcoop.classify.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.Images;
import org.kgcoop.prompt.EmbeddedPrompt;

/**
 * An HTTP server over classifiers of one CLIP, running from its making to its closing. Pictures are
 * decoded by the threads of their requests and encoded together by one of its own.
 */
public final class ClassifierServer implements AutoCloseable {
  private static final long PATIENCE_MILLISECONDS = 15_000;
  private static final long IDLE_MILLISECONDS = 10_000;

  private final Consumer<String> log;
  private final WebPage pages;
  private final RunPages runPages;
  private final ZeroShotCache zeroShot;
  private final EncodingQueue queue;
  private final Javalin http;

  /**
   * Starts it.
   *
   * @param models by name, at least one; they and the CLIP are the caller's to close, afterwards
   * @param log gets a line where something is wrong with the server itself
   * @throws KgCoopException where it cannot listen there
   */
  public ClassifierServer(
      Clip clip, Map<String, Classifier> models, ServerSettings settings, Consumer<String> log) {
    this(clip, models, settings, null, log);
  }

  /**
   * The same, and pages of the runs below a folder.
   *
   * @param runs null for none
   */
  public ClassifierServer(
      Clip clip,
      Map<String, Classifier> models,
      ServerSettings settings,
      @Nullable Path runs,
      Consumer<String> log) {
    if (models.isEmpty()) {
      throw new IllegalArgumentException("models: expected at least one");
    }
    this.log = log;
    BrowserSession session = new BrowserSession();
    Guard guard = new Guard(settings, session);
    pages =
        new WebPage(settings, runs != null, EmbeddedPrompt.isFor(clip) ? EmbeddedClip.NOTE : "");
    runPages = new RunPages(runs, session, log);
    zeroShot = new ZeroShotCache(clip, ZeroShotCache.MOST_CLASSES);
    queue =
        new EncodingQueue(
            new PictureEncoder(clip, new Images(log)), settings.queue(), settings.timeLimit());
    Endpoints endpoints =
        new Endpoints(
            new LinkedHashMap<>(models), zeroShot, queue, new PictureReader(clip, log), settings);
    http = Javalin.create(config -> configure(config, settings, guard, endpoints));
    try {
      http.start(settings.host(), settings.port());
    } catch (RuntimeException e) {
      queue.close();
      throw KgCoopException.io(
          "cannot listen on %s, port %d: the port is taken, or the address not this machine's; try"
                  .formatted(settings.host(), settings.port())
              + " another --port or --host",
          e);
    }
  }

  private void configure(
      JavalinConfig config, ServerSettings settings, Guard guard, Endpoints endpoints) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.maxRequestSize = settings.maxBytes();
    // Forms stay in memory: nothing of a request is written to the disk.
    config.jetty.multipartConfig.maxInMemoryFileSize(settings.maxBytes(), SizeUnit.BYTES);
    config.jetty.multipartConfig.maxFileSize(settings.maxBytes(), SizeUnit.BYTES);
    config.jetty.multipartConfig.maxTotalRequestSize(settings.maxBytes(), SizeUnit.BYTES);
    config.jetty.modifyServer(
        server -> {
          server.setHandler(new GracefulHandler()); // waits for requests when it stops
          server.setStopTimeout(PATIENCE_MILLISECONDS);
        });
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setIdleTimeout(IDLE_MILLISECONDS);
        });
    config.routes.before(guard::check);
    endpoints.addTo(config.routes);
    pages.addTo(config.routes);
    runPages.addTo(config.routes);
    config.routes.exception(
        RefusedRequestException.class,
        (e, request) -> Endpoints.refuse(request, e.status(), String.valueOf(e.getMessage())));
    config.routes.exception(KgCoopException.class, this::known);
    config.routes.exception(
        HttpResponseException.class,
        (e, request) -> Endpoints.refuse(request, e.getStatus(), "see /openapi.yaml"));
    config.routes.exception(Exception.class, this::unexpected);
  }

  /** Bad pictures and texts are the sender's; the rest is nobody's business. */
  private void known(KgCoopException e, Context request) {
    switch (e.category()) {
      case DATA, CONFIGURATION -> Endpoints.refuse(request, 400, String.valueOf(e.getMessage()));
      default -> unexpected(e, request);
    }
  }

  private void unexpected(Exception e, Context request) {
    log.accept(request.method() + " " + request.path() + ": " + e);
    Endpoints.refuse(request, 500, "the server failed; its log says why");
  }

  /** The port it listens on. */
  public int port() {
    return http.port();
  }

  /** Its routes, such as {@code get /v1/models}. */
  List<String> routes() {
    return http.unsafe.internalRouter.allHttpHandlers().stream()
        .map(handler -> handler.endpoint)
        .filter(endpoint -> endpoint.method.isHttpMethod())
        .map(endpoint -> (endpoint.method + " " + endpoint.path).replaceFirst("^GET", "get"))
        .map(route -> route.replaceFirst("^POST", "post"))
        .toList();
  }

  /** Takes no more requests, and ends when those that it has taken are answered. */
  @Override
  public void close() {
    http.stop();
    queue.close();
    zeroShot.close();
  }
}
