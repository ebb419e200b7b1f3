package org.kgcoop.serve.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.MultipartConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.config.SizeUnit;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.router.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.eclipse.jetty.server.CustomRequestLog;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.RequestLogWriter;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.DoSHandler;
import org.eclipse.jetty.server.handler.QoSHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;

/**
 * An HTTP server with access control and limits, whatever its routes are. A request passes the rate
 * limit, the {@link AccessCheck} and the {@link BodyReader}. Only then does it get a thread. Errors
 * are answered as JSON.
 */
public final class HttpServer implements AutoCloseable {
  /** The attribute of a request with the name of its model, for the request log. */
  public static final String MODEL = "kgcoop.model";

  /** The attribute of a request with the pattern of its route, such as {@code /page/{file}}. */
  static final String ROUTE = "kgcoop.route";

  /** The maximum number of parts of a form: 32 images and 32 texts. */
  public static final int MAX_FORM_PARTS = 64;

  private static final String HEALTH = "/health";

  /**
   * The Common Log Format with the route instead of the path, then bytes of the body, microseconds
   * and the model. The line contains no text from the request except the method.
   */
  private static final String LOG_FORMAT =
      "%{client}a - - %{dd/MMM/yyyy:HH:mm:ss ZZZ|GMT|en}t \"%m %{"
          + ROUTE
          + "}attr %H\" %s %O %I %D %{"
          + MODEL
          + "}attr";

  private static final Duration STOP = Duration.ofSeconds(15);
  private static final long IDLE_MILLISECONDS = 10_000;
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** The maximum number of connections, below the usual limit of 1024 open files. */
  private static final int MAX_CONNECTIONS = 512;

  /** The maximum number of addresses whose requests are counted. */
  private static final int MAX_ADDRESSES = 10_000;

  /** Additional threads, for the network and for requests without a body. */
  private static final int MORE_THREADS = 16;

  private final ServerSettings settings;
  private final int maxActiveRequests;
  private final Predicate<String> isPublic;
  private final ServerMetrics metrics;
  private final Consumer<String> log;
  private final @Nullable Consumer<String> requestLog;
  private final String hint;
  private final HeapWatch heap;
  private final GracefulClose drain = new GracefulClose();
  private final List<String> routes = new ArrayList<>();
  private final Javalin http;

  /**
   * Creates a server that does not listen yet.
   *
   * @param maxActiveRequests the maximum number of POST requests that are answered at a time
   * @param isPublic true for paths that need no token
   * @param log receives errors of the server itself
   * @param requestLog receives one line per finished request, possibly from several threads; null
   *     for no log
   * @param hint what a client can do after a request that no route accepts
   * @param addRoutes adds the routes of the application
   */
  public HttpServer(
      ServerSettings settings,
      int maxActiveRequests,
      Predicate<String> isPublic,
      ServerMetrics metrics,
      Consumer<String> log,
      @Nullable Consumer<String> requestLog,
      String hint,
      Consumer<RoutesConfig> addRoutes) {
    this.settings = settings;
    this.maxActiveRequests = maxActiveRequests;
    this.isPublic = isPublic.or(HEALTH::equals);
    this.metrics = metrics;
    this.log = log;
    this.requestLog = requestLog;
    this.hint = hint;
    heap = new HeapWatch(settings.limits().maxBodyBytes());
    http =
        Javalin.create(
            config -> {
              configure(config);
              addCommonRoutes(config.routes);
              addRoutes.accept(config.routes);
            });
  }

  /**
   * Opens a file for the request log, to append to it. A {@code yyyy_mm_dd} in its name is replaced
   * by the date.
   *
   * @param problems receives one line when requests are no longer logged, as on a full disk; the
   *     server continues
   * @throws KgCoopException if the file cannot be opened
   */
  public static Consumer<String> logFile(Path file, Consumer<String> problems) {
    RequestLogWriter writer = new RequestLogWriter(file.toString());
    try {
      writer.start();
    } catch (Exception e) {
      throw KgCoopException.io("--request-log " + file + ": cannot be written: " + e, e);
    }
    AtomicBoolean failing = new AtomicBoolean();
    return line -> {
      try {
        writer.write(line);
        failing.set(false);
      } catch (IOException e) {
        if (!failing.getAndSet(true)) {
          problems.accept(
              "--request-log %s: requests are not logged: %s; free some space"
                  .formatted(file, FileErrors.reason(e)));
        }
      }
    };
  }

  /**
   * Starts to listen.
   *
   * @throws KgCoopException if it cannot listen on the address
   */
  public void start() {
    try {
      http.start(settings.host(), settings.port());
    } catch (RuntimeException e) {
      throw KgCoopException.io(
          "cannot listen on %s, port %s: the port is in use, or the address does not belong to this machine; try"
                  .formatted(settings.host(), settings.port())
              + " another --port or --host",
          e);
    }
  }

  public int port() {
    return http.port();
  }

  /** Returns the routes, such as {@code get /v1/models}. */
  public List<String> routes() {
    return List.copyOf(routes);
  }

  /**
   * Announces the end to clients and load balancers, closes each connection with its next answer,
   * and waits for the open requests.
   */
  public void drain() {
    drain.begin(STOP);
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
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.prefer405over404 = true;
    int maxBytes = settings.limits().maxBodyBytes();
    config.http.maxRequestSize = maxBytes;
    // Forms stay in memory: no part of a request is written to disk.
    MultipartConfig forms = config.jetty.multipartConfig;
    forms.maxInMemoryFileSize(maxBytes, SizeUnit.BYTES);
    forms.maxFileSize(maxBytes, SizeUnit.BYTES);
    forms.maxTotalRequestSize(maxBytes, SizeUnit.BYTES);
    config.jetty.modifyServletContextHandler(servlets -> servlets.setMaxFormKeys(MAX_FORM_PARTS));
    QueuedThreadPool threads = new QueuedThreadPool(maxActiveRequests + MORE_THREADS);
    threads.setName("kgcoop-http");
    config.jetty.threadPool = threads;
    metrics.bindThreads(threads);
    config.jetty.modifyServer(this::configure);
    config.jetty.modifyHttpConfiguration(
        configuration -> {
          configuration.setSendServerVersion(false);
          configuration.setIdleTimeout(IDLE_MILLISECONDS);
          configuration.addCustomizer(new ProxiedRequests(settings.proxy()));
        });
    config.events.handlerAdded(
        handler -> {
          if (handler.getHttpMethod().isHttpMethod()) {
            String method = handler.getHttpMethod().name().toLowerCase(Locale.ROOT);
            routes.add(method + " " + handler.getPath());
          }
        });
    config.router.javaLangErrorHandler(
        (response, e) -> {
          log.accept("a request failed: " + e);
          if (HeapWatch.isOutOfMemory(e)) {
            HttpErrorException answer = heap.failed();
            response.setStatus(answer.status());
            response.setHeader("Retry-After", ErrorResponses.retryAfter(answer.status()));
          } else {
            response.setStatus(500);
          }
        });
  }

  private void configure(Server server) {
    ServerSettings.Limits limits = settings.limits();
    // Bodies exist twice for a moment, and decoding images needs memory.
    BodyReader bodies =
        new BodyReader(limits.maxBodyBytes(), Runtime.getRuntime().maxMemory() / 8, GRACE, heap);
    bodies.setHandler(activeLimit(maxActiveRequests));
    Handler.Wrapper first = new AccessCheck(settings, isPublic);
    first.setHandler(bodies);
    if (limits.requestsPerSecond() > 0) {
      // After a pause, an address may send twice as many at once.
      DoSHandler.Tracker.Factory bucket =
          new DoSHandler.LeakingBucketTrackerFactory(
              limits.requestsPerSecond(), 2 * limits.requestsPerSecond() + 1, null);
      DoSHandler rate = new DoSHandler(first, null, bucket, null, MAX_ADDRESSES);
      // A page has more files than a low rate allows at once.
      rate.exclude(request -> isPublic.test(Request.getPathInContext(request)));
      first = rate;
    }
    drain.setHandler(new HeaderDeadline(first, IDLE_MILLISECONDS));
    server.setHandler(drain);
    server.setErrorHandler(new ErrorResponses(hint));
    server.setRequestLog(metrics::count);
    if (requestLog != null) {
      server.setRequestLog(
          new RequestLog.Collection(
              metrics::count, new CustomRequestLog(requestLog::accept, LOG_FORMAT)));
    }
    NetworkConnectionLimit connections = new NetworkConnectionLimit(MAX_CONNECTIONS, server);
    connections.setEndPointIdleTimeout(1000);
    server.addBean(connections);
    // On stopping: no new connection; what comes on those that are open is answered, and they are
    // closed with the answer, or after a second of silence.
    server.setStopTimeout(STOP.toMillis());
    metrics.gauge("kgcoop.body.bytes", "Bytes of bodies in memory", bodies::bytes);
    metrics.gauge("kgcoop.connections", "Open connections", connections::getNetworkConnectionCount);
  }

  /** Rejects POST requests with 503 while others are answered. */
  static QoSHandler activeLimit(int maxRequests) {
    QoSHandler limit = new QoSHandler();
    limit.includeMethod("POST");
    limit.setMaxRequestCount(maxRequests);
    limit.setMaxSuspendedRequestCount(0);
    return limit;
  }

  private void addCommonRoutes(RoutesConfig routes) {
    routes.beforeMatched(
        request -> {
          Endpoint route = request.endpoints().matchedHttpEndpoint();
          if (route != null) {
            request.attribute(ROUTE, route.path);
          }
        });
    routes.get("/metrics", metrics::answer);
    routes.get(HEALTH, this::health);
    routes.exception(
        HttpErrorException.class,
        (e, request) -> ErrorResponses.write(request, e.status(), String.valueOf(e.getMessage())));
    routes.exception(KgCoopException.class, this::known);
    routes.exception(MethodNotAllowedResponse.class, this::wrongMethod);
    routes.exception(
        HttpResponseException.class,
        (e, request) -> ErrorResponses.write(request, e.getStatus(), hint));
    routes.exception(Exception.class, this::unexpected);
  }

  /**
   * Answers 503 as soon as the server is stopping, or while it has too little memory, so that load
   * balancers send no more requests.
   */
  private void health(Context request) {
    boolean ready = !drain.isDraining() && heap.isSufficient();
    request.status(ready ? 200 : 503).json(Map.of("ready", ready));
  }

  /** Reports errors of images and texts to the client, and hides all others. */
  private void known(KgCoopException e, Context request) {
    switch (e.category()) {
      case DATA, CONFIGURATION ->
          ErrorResponses.write(request, 400, String.valueOf(e.getMessage()));
      case WEIGHTS -> ErrorResponses.write(request, 422, String.valueOf(e.getMessage()));
      default -> unexpected(e, request);
    }
  }

  private void wrongMethod(MethodNotAllowedResponse e, Context request) {
    String allowed = String.join(", ", e.getDetails().values());
    request.header("Allow", allowed);
    ErrorResponses.write(request, e.getStatus(), "expected " + allowed + "; " + hint);
  }

  private void unexpected(Exception e, Context request) {
    log.accept(request.method() + " " + request.attribute(ROUTE) + ": " + e);
    if (HeapWatch.isOutOfMemory(e)) {
      HttpErrorException answer = heap.failed();
      ErrorResponses.write(request, answer.status(), String.valueOf(answer.getMessage()));
    } else {
      ErrorResponses.write(request, 500, "the server failed; see its log");
    }
  }
}
