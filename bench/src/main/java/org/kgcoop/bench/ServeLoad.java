package org.kgcoop.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.tensor.Scope;

/** The cases of {@link ServeBench} in which every request is valid. */
final class ServeLoad {

  /**
   * The same work in this process, without a server.
   *
   * @param files the images of the requests
   */
  record Local(
      Clip clip, Classifier classifier, ViewEncoder encoder, Images images, List<byte[]> files) {}

  private static final int BLOCK = 50;
  private static final int BLOCK_SECONDS = 5;

  /** The warm-up time: the JIT compiler has then compiled the hot code. */
  private static final int WARM_SECONDS = 20;

  private ServeLoad() {}

  private static byte[] request(Local local, int i) {
    List<byte[]> files = local.files();
    return PlainConnection.post("/v1/classify", "", files.get(i % files.size()));
  }

  /** Measures one client, alternating with the same work in this process. */
  static void latency(Local local, List<String> options, int requests, ObjectNode result)
      throws IOException {
    try (ServedProcess server = new ServedProcess(options);
        PlainConnection connection = new PlainConnection(server.port())) {
      int warm = Math.min(requests / 4, 2000);
      double[] served = new double[requests];
      double[] here = new double[requests];
      for (int from = -warm; from < requests; from += BLOCK) {
        for (int i = from; i < Math.min(requests, from + BLOCK); i++) {
          int image = Math.floorMod(i, local.files().size());
          long start = System.nanoTime();
          if (connection.ask(request(local, image)).status() != 200) {
            throw new IllegalStateException("the server rejected a valid request");
          }
          keep(served, i, start);
        }
        for (int i = from; i < Math.min(requests, from + BLOCK); i++) {
          byte[] file = local.files().get(Math.floorMod(i, local.files().size()));
          long start = System.nanoTime();
          Classification unused = local.classifier().classify(file);
          keep(here, i, start);
        }
      }
      result.put("served_p50_ms", Measurement.median(served));
      result.put("served_p99_ms", quantile(served, 0.99));
      result.put("here_p50_ms", Measurement.median(here));
      result.put("beyond_ms", Measurement.median(served) - Measurement.median(here));
    }
  }

  private static void keep(double[] times, int i, long start) {
    if (i >= 0) {
      times[i] = (System.nanoTime() - start) / 1e6;
    }
  }

  /** Measures many clients, alternating with batches of the same size and of 32 in this process. */
  static void throughput(
      Local local, List<String> options, int clients, int seconds, ObjectNode result)
      throws IOException {
    try (ServedProcess server = new ServedProcess(options)) {
      List<Double> served = new ArrayList<>();
      List<Double> batches = new ArrayList<>();
      List<Double> batchesOf32 = new ArrayList<>();
      double unusedWarmth = served(local, server, clients, WARM_SECONDS);
      double unusedWarmthHere = here(local, clients, WARM_SECONDS);
      List<Double> serverMs = new ArrayList<>();
      List<Double> clientMs = new ArrayList<>();
      List<Double> batchMs = new ArrayList<>();
      // Blocks are long, because clients stop one by one at the end of a block and batches become
      // small.
      int block = Math.max(BLOCK_SECONDS, seconds / 6);
      for (int time = 0; time < seconds; time += 3 * block) {
        double serverBefore = server.cpuSeconds();
        double before = cpuSeconds();
        served.add(served(local, server, clients, block));
        double images = last(served) * block;
        serverMs.add(1e3 * (server.cpuSeconds() - serverBefore) / images);
        clientMs.add(1e3 * (cpuSeconds() - before) / images);
        before = cpuSeconds();
        batches.add(here(local, clients, block));
        batchMs.add(1e3 * (cpuSeconds() - before) / (last(batches) * block));
        batchesOf32.add(here(local, 32, block));
      }
      // Other programs on the machine have the least effect on CPU time.
      result.put("server_cpu_ms", median(serverMs)).put("client_cpu_ms", median(clientMs));
      result.put("batches_cpu_ms", median(batchMs));
      result.put("served_per_s", median(served)).put("batches_per_s", median(batches));
      result.put("batches_of_32_per_s", median(batchesOf32));
      result.put("share", median(served) / median(batches));
      double images = server.metric("kgcoop_batch_images_sum");
      result.put("images_per_batch", images / server.metric("kgcoop_batch_images_count"));
    }
  }

  private static double cpuSeconds() {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .map(each -> each.toNanos() / 1e9)
        .orElse(Double.NaN);
  }

  private static double last(List<Double> values) {
    return values.get(values.size() - 1);
  }

  private static double served(Local local, ServedProcess server, int clients, int seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    long start = System.nanoTime();
    List<Integer> counts =
        together(
            clients,
            client -> {
              int count = 0;
              try (PlainConnection connection = new PlainConnection(server.port())) {
                while (System.nanoTime() < end) {
                  if (connection.ask(request(local, client + count)).status() != 200) {
                    throw new IllegalStateException("the server rejected a valid request");
                  }
                  count++;
                }
              }
              return count;
            });
    return counts.stream().mapToInt(count -> count).sum() / ((System.nanoTime() - start) / 1e9);
  }

  private static double here(Local local, int batch, int seconds) {
    Transform transform = new Transform(local.clip().preprocessing());
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(seconds);
    int count = 0;
    while (System.nanoTime() < end) {
      int from = count;
      List<RgbImage> images =
          IntStream.range(from, from + batch)
              .parallel()
              .mapToObj(i -> local.files().get(i % local.files().size()))
              .map(file -> transform.test(local.images().decodeUpright(file, "image")))
              .toList();
      try (Scope scope = Scope.open("batch")) {
        count += local.classifier().ofFeatures(local.encoder().of(images).toRows()).size();
      }
    }
    return count / ((System.nanoTime() - start) / 1e9);
  }

  /** Measures the server with four times as many requests as it can answer. */
  static void overload(
      Local local, List<String> options, int clients, int seconds, ObjectNode result)
      throws IOException {
    try (ServedProcess server = new ServedProcess(options)) {
      double unusedWarmth = served(local, server, clients, WARM_SECONDS);
      double capacity = served(local, server, clients, BLOCK_SECONDS);
      double before = oneClient(local, server);
      LongAdder[] statuses =
          IntStream.range(0, 600).mapToObj(i -> new LongAdder()).toArray(LongAdder[]::new);
      LongAdder broken = new LongAdder();
      List<Long> answered = new ArrayList<>();
      double rate = 4 * capacity;
      AtomicLong next = new AtomicLong();
      long start = System.nanoTime();
      long end = start + TimeUnit.SECONDS.toNanos(seconds);
      List<List<Long>> times =
          together(
              256,
              client -> {
                List<Long> mine = new ArrayList<>();
                PlainConnection connection = new PlainConnection(server.port());
                while (System.nanoTime() < end) {
                  long number = next.getAndIncrement();
                  long due = start + (long) (number / rate * 1e9);
                  LockSupport.parkNanos(due - System.nanoTime());
                  long sent = System.nanoTime();
                  try {
                    if (!connection.isOpen()) {
                      connection.close();
                      connection = new PlainConnection(server.port());
                    }
                    int status = connection.ask(request(local, (int) number)).status();
                    statuses[status].increment();
                    if (status == 200) {
                      mine.add(System.nanoTime() - sent);
                    }
                  } catch (IOException e) {
                    broken.increment();
                    connection.close();
                  }
                }
                connection.close();
                return mine;
              });
      times.forEach(answered::addAll);
      double took = (System.nanoTime() - start) / 1e9;
      double[] ms = answered.stream().mapToDouble(nanos -> nanos / 1e6).toArray();
      result.put("capacity_per_s", capacity).put("offered_per_s", next.get() / took);
      for (int status = 0; status < statuses.length; status++) {
        if (statuses[status].sum() > 0) {
          result.put("status_" + status, statuses[status].sum());
        }
      }
      result.put("broken", broken.sum()).put("answered_per_s", ms.length / took);
      result.put("p50_ms", Measurement.median(ms)).put("p99_ms", quantile(ms, 0.99));
      result.put("max_ms", quantile(ms, 1));
      result.put("one_client_before_ms", before);
      result.put("one_client_after_ms", oneClient(local, server));
      result.put("capacity_after_per_s", served(local, server, clients, BLOCK_SECONDS));
    }
  }

  private static double oneClient(Local local, ServedProcess server) throws IOException {
    double[] times = new double[100];
    try (PlainConnection connection = new PlainConnection(server.port())) {
      for (int i = 0; i < times.length; i++) {
        long start = System.nanoTime();
        PlainConnection.Answer unused = connection.ask(request(local, i));
        keep(times, i, start);
      }
    }
    return Measurement.median(times);
  }

  /**
   * Sends SIGTERM while clients send requests. The server must answer every request that was sent
   * on an open connection.
   */
  static void stop(Local local, List<String> options, int clients, ObjectNode result)
      throws IOException {
    LongAdder answered = new LongAdder();
    LongAdder refused = new LongAdder();
    LongAdder lost = new LongAdder();
    LongAdder after = new LongAdder();
    AtomicLong stopped = new AtomicLong(Long.MAX_VALUE);
    try (ServedProcess server = new ServedProcess(options)) {
      double unusedWarmth = served(local, server, clients, BLOCK_SECONDS);
      Thread terminator =
          new Thread(
              () -> {
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
                stopped.set(System.nanoTime());
                server.terminate();
              });
      terminator.start();
      List<Integer> unused =
          together(
              4 * clients,
              client -> {
                PlainConnection connection = null;
                for (int i = client; true; i++) {
                  try {
                    if (connection == null || !connection.isOpen()) {
                      connection = new PlainConnection(server.port());
                    }
                  } catch (ConnectException e) {
                    return i; // the server does not accept connections
                  }
                  try {
                    int status = connection.ask(request(local, i)).status();
                    (status == 200 ? answered : refused).increment();
                    if (status == 200 && System.nanoTime() > stopped.get()) {
                      after.increment();
                    }
                  } catch (IOException e) {
                    lost.increment();
                    connection.close();
                  }
                }
              });
      int exitCode = server.await();
      result.put("answered", answered.sum()).put("answered_after_the_signal", after.sum());
      result.put("refused", refused.sum()).put("lost", lost.sum());
      result.put("seconds_to_the_end", (System.nanoTime() - stopped.get()) / 1e9);
      result.put("exit_code", exitCode);
    }
  }

  /** The work of one client. */
  interface Client<T> {
    T run(int number) throws IOException;
  }

  static <T> List<T> together(int count, Client<T> client) {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Callable<T>> all = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        int number = i;
        all.add(() -> client.run(number));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> each : threads.invokeAll(all)) {
        results.add(each.get());
      }
      return results;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      threads.shutdown();
    }
  }

  private static double median(List<Double> values) {
    return Measurement.median(values.stream().mapToDouble(value -> value).toArray());
  }

  static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted.length == 0
        ? Double.NaN
        : sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  }
}
