package org.kgcoop.serve.http;

import io.javalin.http.Context;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.kgcoop.serve.http.RequestTrace.Stage;
import org.kgcoop.tensor.Engine;

/** Metrics of the server, in the format of Prometheus. */
public final class ServerMetrics implements AutoCloseable {
  private static final Duration[] TIMES =
      DoubleStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000)
          .mapToObj(milliseconds -> Duration.ofMillis((long) milliseconds))
          .toArray(Duration[]::new);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Map<Stage, Timer> stages = new EnumMap<>(Stage.class);
  private final DistributionSummary batches;
  private final Map<Kind, Timer> requests = new ConcurrentHashMap<>();

  private record Kind(String method, String route, int status) {}

  public ServerMetrics() {
    Stream.of(
            new JvmMemoryMetrics(),
            collections,
            new JvmThreadMetrics(),
            new ProcessorMetrics(),
            new FileDescriptorMetrics(),
            new UptimeMetrics())
        .forEach(binder -> binder.bindTo(registry));
    for (Stage stage : Stage.values()) {
      stages.put(
          stage,
          Timer.builder("kgcoop.stage")
              .description("Stages of images: decoding, waiting for a batch, encoding")
              .tag("stage", stage.name().toLowerCase(Locale.ROOT))
              .serviceLevelObjectives(TIMES)
              .register(registry));
    }
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

  /**
   * Counts a finished request. Each parameter has few values, because Prometheus stores one series
   * per value.
   *
   * @param route a pattern, never a requested address
   */
  void count(String method, String route, int status, long nanos, RequestTrace trace) {
    requests
        .computeIfAbsent(new Kind(method, route, status), this::timer)
        .record(Duration.ofNanos(nanos));
    if (Refusals.isTemporary(status)) {
      registry.counter("kgcoop.refused", "status", Integer.toString(status)).increment();
    }
    stages.forEach(
        (stage, timer) -> {
          double milliseconds = trace.milliseconds(stage);
          if (milliseconds > 0) {
            timer.record(Duration.ofNanos((long) (milliseconds * 1e6)));
          }
        });
  }

  private Timer timer(Kind kind) {
    return Timer.builder("http.server.requests")
        .description("Time from the first byte of a request to the last byte of the answer")
        .tags("method", kind.method(), "uri", kind.route())
        .tag("status", Integer.toString(kind.status()))
        .serviceLevelObjectives(TIMES)
        .register(registry);
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
