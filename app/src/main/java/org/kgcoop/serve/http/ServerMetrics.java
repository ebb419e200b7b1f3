package org.kgcoop.serve.http;

import io.javalin.http.Context;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jetty.JettyServerThreadPoolMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.kgcoop.tensor.Engine;

/** Metrics of the server, in the format of Prometheus. */
public final class ServerMetrics implements AutoCloseable {
  private static final String OTHER = "other";

  private static final Duration[] TIMES =
      DoubleStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000)
          .mapToObj(milliseconds -> Duration.ofMillis((long) milliseconds))
          .toArray(Duration[]::new);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final DistributionSummary batches;
  private final Meter.MeterProvider<Timer> requests =
      Timer.builder("http.server.requests")
          .description("Time from the first byte of a request to the last byte of the answer")
          .serviceLevelObjectives(TIMES)
          .withRegistry(registry);

  public ServerMetrics() {
    // Names that the rules of Prometheus do not allow: its unit of time is the second, and _count
    // belongs to a summary. process_cpu_usage and system_cpu_usage stay.
    registry
        .config()
        .meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"))
        .meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
    Stream.of(
            new JvmMemoryMetrics(),
            collections,
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new FileDescriptorMetrics(),
            new UptimeMetrics())
        .forEach(binder -> binder.bindTo(registry));
    batches =
        DistributionSummary.builder("kgcoop.batch.images")
            .description("Images per batch")
            .serviceLevelObjectives(1, 2, 4, 8, 16, 32)
            .register(registry);
    gauge("process.resident.bytes", "Physical memory, heap included", Engine::physicalBytes);
  }

  /** Adds a value that is read on each request for metrics. */
  public void gauge(String name, String description, DoubleSupplier value) {
    Gauge.builder(name, value, DoubleSupplier::getAsDouble)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** Adds the threads of the server. */
  void bindThreads(ThreadPool threads) {
    new JettyServerThreadPoolMetrics(threads, Tags.empty()).bindTo(registry);
  }

  /**
   * Counts a finished request. Each tag has few values, because Prometheus stores one series per
   * value: a route is a pattern, never a requested address.
   */
  void count(Request request, Response response) {
    boolean known = HttpMethod.fromString(request.getMethod()) != null;
    Object route = request.getAttribute(HttpServer.ROUTE);
    requests
        .withTags(
            "method",
            known ? request.getMethod() : OTHER,
            "uri",
            route == null ? OTHER : route.toString(),
            "status",
            Integer.toString(response.getStatus()))
        .record(Duration.ofNanos(System.nanoTime() - request.getBeginNanoTime()));
  }

  /** Counts one batch. */
  public void countBatch(int images) {
    batches.record(images);
  }

  /** Answers with all metrics. */
  public void answer(Context request) {
    request.contentType("text/plain; version=0.0.4; charset=utf-8").result(registry.scrape());
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
