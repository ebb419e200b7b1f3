package org.kgcoop.serve.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.Waiting;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.serve.TinyPrompt;

/**
 * Replaces the classifier of two processes behind a real nginx, one after the other, during
 * requests. The processes have the options of the systemd unit of the documents. Skipped if nginx
 * is not installed.
 */
@Tag("nightly")
class ReplacedClassifierTest {
  private static final String TOKEN = "0123456789abcdef";
  private static final int REQUESTS = 1000;
  private static final int CONNECTIONS = 16;

  @TempDir Path folder;
  private final List<ChildProcess> processes = new ArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** Starts a process as {@code kgcoop@PORT} does, and waits until it is ready. */
  private ChildProcess start(int port, String model, String publicUrl)
      throws IOException, InterruptedException {
    String unit = Files.readString(Nginx.DOCUMENTS.resolve("kgcoop@.service"));
    String command =
        unit.lines().filter(line -> line.startsWith("ExecStart=")).findFirst().orElseThrow();
    String words =
        command
            .substring(command.indexOf(" serve ") + 1)
            .replace("pets=/srv/kgcoop/pets", model + "=" + folder.resolve(model + ".safetensors"))
            .replace("https://example.org/pets", publicUrl)
            .replace("%i", "" + port)
            .replace("%d/token", folder.resolve("token").toString())
            .replace("%L/kgcoop", folder.toString());
    List<Object> all = new ArrayList<>(List.of((Object[]) words.split(" ")));
    all.addAll(List.of("--clip", folder.resolve("clip")));
    ChildProcess process = ChildProcess.start(folder.resolve(model + port + ".log"), all.toArray());
    processes.add(process);
    URI health = URI.create("http://127.0.0.1:" + port + "/health");
    process.firstLine(); // the address
    Waiting.until(() -> status(health) == 200);
    return process;
  }

  private int status(URI address) {
    try {
      return client
          .send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void noRequestFailsWhileTheClassifierIsReplaced() throws Exception {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    try (Clip clip = Clip.load(folder.resolve("clip"))) {
      TinyPrompt.of(clip, 1).write(folder.resolve("old.safetensors"));
      TinyPrompt.of(clip, 2).write(folder.resolve("new.safetensors"));
    }
    Files.writeString(folder.resolve("token"), TOKEN);
    SampleDrawings.copyTo(folder.resolve("drawings"));
    byte[] image = Files.readAllBytes(folder.resolve("drawings/bell/0.png"));
    int front = Nginx.freePort();
    int first = Nginx.freePort();
    int second = Nginx.freePort();
    String url = "http://localhost:" + front + "/pets";
    String servers =
        Nginx.document(
            "nginx.conf",
            Map.of(
                "listen 443 ssl", "listen 127.0.0.1:" + front,
                "127.0.0.1:8081", "127.0.0.1:" + first,
                "127.0.0.1:8082", "127.0.0.1:" + second,
                "    ssl_certificate /etc/ssl/example.org.pem;\n", "",
                "    ssl_certificate_key /etc/ssl/private/example.org.key;\n", ""));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/v1/classify"))
            .header("Authorization", "Bearer " + TOKEN)
            .timeout(Duration.ofMinutes(1))
            .POST(BodyPublishers.ofByteArray(image))
            .build();
    ExecutorService callers = Executors.newFixedThreadPool(CONNECTIONS);
    try (Nginx nginx = Nginx.start(folder.resolve("nginx"), servers, front)) {
      ChildProcess one = start(first, "old", url);
      ChildProcess other = start(second, "old", url);
      AtomicBoolean updated = new AtomicBoolean();
      AtomicInteger answered = new AtomicInteger();
      ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
      Set<String> models = ConcurrentHashMap.newKeySet();
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        running.add(
            callers.submit(
                () -> {
                  while (!updated.get() || answered.get() < REQUESTS) {
                    String model = ask(request, failures);
                    models.add(model);
                    answered.incrementAndGet();
                    Thread.sleep(5);
                  }
                  return null;
                }));
      }
      assertThat(one.terminate()).isEqualTo(143); // SuccessExitStatus of the unit
      start(first, "new", url);
      assertThat(other.terminate()).isEqualTo(143);
      start(second, "new", url);
      updated.set(true);
      for (Future<?> each : running) {
        each.get();
      }
      System.out.println("replaced during " + answered + " requests, failed: " + failures.size());
      assertThat(failures).isEmpty();
      assertThat(answered.get()).isGreaterThanOrEqualTo(REQUESTS);
      assertThat(models).containsExactlyInAnyOrder("old", "new");
      for (int i = 0; i < 8; i++) {
        assertThat(ask(request, failures)).isEqualTo("new");
      }
    } finally {
      callers.shutdownNow();
      for (ChildProcess each : processes) {
        each.kill();
      }
    }
  }

  /** Returns the model of the answer, and records an answer that is not 200. */
  private String ask(HttpRequest request, ConcurrentLinkedQueue<String> failures)
      throws InterruptedException {
    try {
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      if (answer.statusCode() == 200) {
        return new ObjectMapper().readTree(answer.body()).path("model").asText();
      }
      failures.add(answer.statusCode() + " " + answer.body());
    } catch (IOException e) {
      failures.add(e.toString());
    }
    return "failed";
  }
}
