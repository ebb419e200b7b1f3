package org.kgcoop.serve.http;

import io.javalin.config.JavalinConfig;
import io.javalin.config.MultipartConfig;
import io.javalin.config.SizeUnit;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.DoSHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP layers in front of the endpoints. A request passes the {@link RateLimit}, the {@link
 * AccessCheck} and the {@link BodyReader}. Only then does it get a thread, which decodes its image.
 */
public final class HttpSetup {
  private static final Duration STOP = Duration.ofSeconds(15);
  private static final long IDLE_MILLISECONDS = 10_000;

  private static final Duration GRACE = Duration.ofSeconds(5);

  /** The maximum number of connections, below the usual limit of 1024 open files. */
  private static final int MOST_CONNECTIONS = 512;

  /** Additional threads, for the network and for requests without a body. */
  private static final int MORE_THREADS = 16;

  private final ServerSettings settings;
  private final int underWay;
  private final Predicate<Request> open;
  private final ServerMetrics metrics;
  private final @Nullable Consumer<String> requests;
  private final GracefulClose drain = new GracefulClose();

  /**
   * Creates the setup.
   *
   * @param underWay the maximum number of requests with a body that are answered at a time
   * @param open true for requests that need no token
   * @param requests receives one line per finished request; null for no log
   */
  public HttpSetup(
      ServerSettings settings,
      int underWay,
      Predicate<Request> open,
      ServerMetrics metrics,
      @Nullable Consumer<String> requests) {
    this.settings = settings;
    this.underWay = underWay;
    this.open = open;
    this.metrics = metrics;
    this.requests = requests;
  }

  /** Closes each connection with its next answer. Call this before the server stops. */
  public void drain() {
    drain.begin(STOP);
  }

  /** Returns true after {@link #drain} has begun: load balancers should send no more requests. */
  public boolean isDraining() {
    return drain.isDraining();
  }

  public void applyTo(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.prefer405over404 = true;
    int most = settings.limits().bytes();
    config.http.maxRequestSize = most;
    // Forms stay in memory: no part of a request is written to disk.
    MultipartConfig forms = config.jetty.multipartConfig;
    forms.maxInMemoryFileSize(most, SizeUnit.BYTES);
    forms.maxFileSize(most, SizeUnit.BYTES);
    forms.maxTotalRequestSize(most, SizeUnit.BYTES);
    QueuedThreadPool threads = new QueuedThreadPool(underWay + MORE_THREADS);
    threads.setName("kgcoop-http");
    config.jetty.threadPool = threads;
    config.jetty.modifyServer(this::modify);
    config.jetty.modifyHttpConfiguration(
        http -> {
          http.setSendServerVersion(false);
          http.setIdleTimeout(IDLE_MILLISECONDS);
        });
  }

  private void modify(Server server) {
    ServerSettings.Limits limits = settings.limits();
    // Bodies exist twice for a moment, and decoding images needs memory.
    BodyReader bodies =
        new BodyReader(limits.bytes(), Runtime.getRuntime().maxMemory() / 8, underWay, GRACE);
    AccessCheck guard = new AccessCheck(settings, open);
    guard.setHandler(bodies);
    Handler first = guard;
    if (limits.rate() > 0) {
      DoSHandler limit = RateLimit.handler(limits.rate());
      limit.setHandler(guard);
      first = limit;
    }
    drain.setHandler(new HeaderDeadline(first, IDLE_MILLISECONDS));
    server.setHandler(drain);
    server.setErrorHandler(new Refusals());
    server.setRequestLog(new RequestRecord(metrics, requests));
    NetworkConnectionLimit connections = new NetworkConnectionLimit(MOST_CONNECTIONS, server);
    connections.setEndPointIdleTimeout(1000);
    server.addBean(connections);
    // On stopping: no new connection; what comes on those that are open is answered, and they are
    // closed with the answer, or after a second of silence.
    server.setStopTimeout(STOP.toMillis());
    metrics.gauge("kgcoop.requests", "Active requests with a body", bodies::requests);
    metrics.gauge("kgcoop.body.bytes", "Bytes of bodies in memory", bodies::bytes);
    metrics.gauge("kgcoop.connections", "Open connections", connections::getNetworkConnectionCount);
  }
}
